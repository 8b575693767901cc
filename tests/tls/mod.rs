//! A Postgres server that takes nobody over TCP without TLS, and the authority that stands for it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use matriz::provider::postgres::server::{RunAs, Server, ServerOptions, free_port};
use matriz::provider::postgres::tools::Postgres;
use matriz::provider::postgres::url::{DatabaseUrl, SslMode};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose,
};

use crate::support;

/// Its certificate names `localhost` and nothing else.
pub struct TlsServer {
    pub server: Server,
    /// The certificate of the authority that signed the server's.
    pub authority: PathBuf,
    /// The certificate of one that didn't.
    pub stranger: PathBuf,
    _home: tempfile::TempDir,
}

impl TlsServer {
    /// `None`, with a printed `SKIP`, if no server here was built with TLS.
    pub async fn start() -> Option<Self> {
        let found = support::engines().await;
        let Some(postgres) = found.into_iter().find(|postgres| postgres.tls) else {
            support::skip("no Postgres server that can speak TLS");
            return None;
        };
        Some(Self::on(&postgres).await)
    }

    async fn on(postgres: &Postgres) -> Self {
        let home = tempfile::tempdir().expect("a temporary folder");
        let run_as = RunAs::choose().expect("a user for Postgres");
        run_as.give(home.path()).expect("a folder of that user");
        let options = ServerOptions {
            data: home.path().join("data"),
            log: home.path().join("log"),
            port: free_port().expect("a free port"),
            password: "example-superuser".to_owned(),
            durable: false,
            outlives: None,
            hba: vec!["hostnossl all all all reject".to_owned()],
            run_as,
        };
        let server = Server::start(postgres, &options).await;
        let server = server.unwrap_or_else(|error| panic!("{}", error.chain()));

        let authority = issuer("Example authority");
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(["localhost".to_owned()])
            .and_then(|params| params.signed_by(&key, &authority))
            .expect("a certificate");
        for (name, text) in [
            ("server.crt", certificate.pem()),
            ("server.key", key.serialize_pem()),
        ] {
            let path = options.data.join(name);
            fs::write(&path, text).expect("a file for the server");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("its rights");
            run_as.give(&path).expect("a file of the server's");
        }
        let keep = |name: &str, issuer: &CertifiedIssuer<'static, KeyPair>| {
            let path = home.path().join(name);
            fs::write(&path, issuer.pem()).expect("a certificate's file");
            path
        };
        let made = TlsServer {
            authority: keep("authority.pem", &authority),
            stranger: keep("stranger.pem", &issuer("Another authority")),
            server,
            _home: home,
        };
        made.turn_on().await;
        made
    }

    async fn turn_on(&self) {
        let admin = support::connected(&self.server.superuser("postgres")).await;
        for statement in ["ALTER SYSTEM SET ssl = on", "SELECT pg_reload_conf()"] {
            admin.batch_execute(statement).await.expect("a setting");
        }
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let row = admin.query_one("SHOW ssl", &[]).await.expect("the setting");
            if row.get::<_, String>(0) == "on" {
                return;
            }
            assert!(Instant::now() < end, "TLS was never turned on");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The superuser's address over TCP.
    pub fn url(&self, host: &str, sslmode: SslMode, root: Option<&Path>) -> DatabaseUrl {
        let inside = self.server.superuser("postgres");
        let password = inside.password().unwrap_or_default();
        let mut url = DatabaseUrl::tcp(host, self.server.port(), &inside.user, "postgres")
            .with_password(password)
            .with_sslmode(sslmode);
        if let Some(root) = root {
            let root = root.display().to_string();
            url.params.push(("sslrootcert".to_owned(), root));
        }
        // As it would be read from a file.
        DatabaseUrl::parse(&url.reveal()).expect("an address")
    }

    /// The address under which everything about the server can be checked.
    pub fn checked(&self) -> DatabaseUrl {
        self.url("localhost", SslMode::VerifyFull, Some(&self.authority))
    }
}

fn issuer(name: &str) -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages.push(KeyUsagePurpose::KeyCertSign);
    let key = KeyPair::generate().expect("a key");
    CertifiedIssuer::self_signed(params, key).expect("an authority")
}
