//! What is secret stands in the `.env`, and nowhere that is read, sent or kept by others.

use std::path::Path;

use matriz::provider::postgres::url::DatabaseUrl;

use crate::place::{Place, contents};

/// No secret of these instances is in what the program printed, nor in a log, the registry, or a
/// configuration file.
pub fn never_shown(place: &Place, names: &[&str]) {
    let mut secrets = Vec::new();
    for name in names {
        for key in [
            "SUPABASE_DB_PASSWORD",
            "SUPABASE_SERVICE_ROLE_KEY",
            "SUPABASE_ANON_KEY",
        ] {
            secrets.push((format!("{name}'s {key}"), place.value(name, key)));
        }
        let url = DatabaseUrl::parse(&place.value(name, "DATABASE_URL")).unwrap();
        secrets.push((
            format!("{name}'s database password"),
            url.password().unwrap().to_owned(),
        ));
    }
    let token = std::fs::read_to_string(place.path(".matriz/sandbox/server.json")).unwrap();
    let token: serde_json::Value = serde_json::from_str(&token).unwrap();
    secrets.push((
        "the server's password".into(),
        token["password"].as_str().unwrap().into(),
    ));
    assert!(secrets.iter().all(|(_, value)| value.len() >= 16));

    let printed = place.printed.lock().unwrap();
    for (what, secret) in &secrets {
        assert!(!printed.contains(secret), "{what} was printed");
    }
    let mut looked = 0;
    for (path, bytes) in contents(&place.root) {
        if keeps_secrets(path.strip_prefix(&place.root).unwrap()) {
            continue;
        }
        looked += 1;
        for (what, secret) in &secrets {
            let there = bytes
                .windows(secret.len())
                .any(|part| part == secret.as_bytes());
            assert!(!there, "{what} is in {}", path.display());
        }
    }
    assert!(looked > 10, "only {looked} files were looked at");
}

/// The `.env` files, and the sandbox's own state, which stands for the provider's side.
fn keeps_secrets(path: &Path) -> bool {
    let log = path.extension().is_some_and(|e| e == "log");
    path.ends_with(".env") || (path.starts_with(".matriz/sandbox") && !log)
}
