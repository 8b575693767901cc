//! TLS for a database connection, with libpq's meaning of each sslmode
//! (<https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION>).

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::url::{DatabaseUrl, SslMode};

/// The TLS settings for this address: `sslmode`, and `sslrootcert` (a PEM file, or `system`).
pub fn settings(url: &DatabaseUrl) -> Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let root = url.param("sslrootcert").filter(|path| !path.is_empty());
    let check = match url.sslmode {
        SslMode::VerifyFull => Check::Name,
        SslMode::VerifyCa => Check::Authority,
        // libpq checks the authority under `require` as soon as one is named.
        SslMode::Require if root.is_some() => Check::Authority,
        SslMode::Disable | SslMode::Prefer | SslMode::Require => Check::Nothing,
    };
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .context(Kind::Internal, || "TLS can't be set up".into())?;
    let verifier: Arc<dyn ServerCertVerifier> = match check {
        Check::Nothing => Arc::new(AnyName {
            provider,
            authority: None,
        }),
        Check::Authority => Arc::new(AnyName {
            authority: Some(web_pki(root, provider.clone())?),
            provider,
        }),
        Check::Name => web_pki(root, provider)?,
    };
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// What tokio-postgres takes.
pub fn connector(url: &DatabaseUrl) -> Result<MakeRustlsConnect> {
    Ok(MakeRustlsConnect::new(settings(url)?))
}

enum Check {
    Nothing,
    Authority,
    Name,
}

fn web_pki(root: Option<&str>, provider: Arc<CryptoProvider>) -> Result<Arc<WebPkiServerVerifier>> {
    let mut roots = RootCertStore::empty();
    match root {
        Some("system") | None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        Some(path) => {
            for certificate in CertificateDer::pem_file_iter(path).context(Kind::Io, || {
                format!("Cannot read the certificates in {path}")
            })? {
                let certificate = certificate
                    .context(Kind::Parse, || format!("{path} holds a broken certificate"))?;
                roots.add(certificate).context(Kind::Parse, || {
                    format!("{path} holds an unusable certificate")
                })?;
            }
        }
    }
    if roots.is_empty() {
        return Err(Error::new(
            Kind::Missing,
            "There is no certificate authority to check the database's certificate with.",
        )
        .hint("Name one with sslrootcert=FILE in the database's address."));
    }
    WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider)
        .build()
        .context(Kind::Internal, || "TLS can't be set up".into())
}

/// Checks less of a certificate than its name and its authority. The handshake is always checked.
#[derive(Debug)]
struct AnyName {
    provider: Arc<CryptoProvider>,
    /// Checked with `sslmode=verify-ca`; with `sslmode=require` any certificate will do.
    authority: Option<Arc<WebPkiServerVerifier>>,
}

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        cert: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let Some(authority) = &self.authority else {
            return Ok(ServerCertVerified::assertion());
        };
        match authority.verify_server_cert(cert, chain, name, ocsp, now) {
            Err(rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        let algorithms = &self.provider.signature_verification_algorithms;
        algorithms.supported_schemes()
    }
}
