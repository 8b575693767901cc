//! A second company with accounts of its own, set up from the screen alone: no file is opened.
//!
//! The accounts are the sandbox's, reached as those of a real service are: by an address, a token and
//! an e-mail address that a person types.

use std::fs;
use std::time::Duration;

use matriz::domain::env_file::EnvFile;
use matriz::sandbox::{self, Endpoints, FetchConsent};
use serde_json::Value;

use super::cells::selected_name;
use super::jobs::{engine, job_says};
use super::terminal::{SOON, Start, Terminal};
use super::world::{World, shared};

/// A project, its tables, a Jira project and a space, by a program that wasn't optimised.
const LONG: Duration = Duration::from_secs(300);

fn services(world: &World) -> Endpoints {
    let said = world.verb(&["sandbox", "start", "--yes"]);
    assert!(said.status.success(), "{said:?}");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let at = runtime
        .block_on(sandbox::ensure(world.root(), FetchConsent::No, |_| ()))
        .expect("the sandbox runs");
    let settings = format!("[providers.supabase]\napi_url = \"{}\"\n", at.api_url);
    fs::write(world.root().join("matriz.toml"), settings).expect("the settings");
    at
}

/// The form for a new instance, filled in for a company in the cloud.
fn new_in_the_cloud(terminal: &Terminal, name: &str) {
    terminal.keys("n");
    terminal.wait_text("New instance");
    terminal.keys(&format!("\x15{name}\tA second company\t\t"));
    terminal.wait_text("on this machine, free");
    terminal.keys("\x1b[C");
    terminal.wait_text("a Supabase account");
    terminal.keys("\r");
    terminal.wait_text(&format!("Connect {name}"));
}

/// Pastes into the field, and goes on to the next one.
fn fill(terminal: &Terminal, value: &str) {
    if !value.is_empty() {
        terminal.paste(value);
    }
    terminal.keys("\t");
}

#[test]
fn a_company_of_its_own_is_set_up_without_opening_a_file() {
    let _turn = shared();
    if !engine() {
        return;
    }
    let world = World::with(&["default"]);
    let at = services(&world);
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("default");
    new_in_the_cloud(&terminal, "acme");

    let values = [
        &at.token,
        "sandbox",
        "",
        "",
        &at.api_url,
        &at.atlassian_email,
        &at.atlassian_token,
    ];
    for value in values {
        fill(&terminal, value);
    }
    terminal.keys("\r");
    terminal.wait_gone("Connect acme");
    terminal.wait_for("it is selected", SOON, |seen| {
        selected_name(seen).as_deref() == Some("acme")
    });

    terminal.keys("i");
    terminal.wait_text_for("Enter set up", LONG);
    let plan = terminal.text();
    assert!(plan.contains("Jira project"), "{plan}");
    terminal.keys("\r");
    terminal.wait_for("it is set up", LONG, |seen| {
        job_says(seen, "init acme", "done")
    });

    let text = fs::read_to_string(world.env_file("acme")).expect("its environment");
    let env = EnvFile::parse(&text).expect("an environment");
    for key in [
        "SUPABASE_URL",
        "SUPABASE_PROJECT_REF",
        "SUPABASE_ANON_KEY",
        "SUPABASE_SERVICE_ROLE_KEY",
        "DATABASE_URL",
        "ATLASSIAN_SITE",
        "JIRA_PROJECT_KEY",
        "CONFLUENCE_SPACE_KEY",
    ] {
        let value = env.get(key).unwrap_or_default();
        assert!(!value.is_empty(), "{key} is missing:\n{}", terminal.text());
    }
    let config = fs::read_to_string(world.instance("acme").join("supabase.config.json"));
    let config: Value = serde_json::from_str(&config.expect("its config")).expect("JSON");
    assert_eq!(config["kind"], "cloud");
    assert_eq!(config["organization"], "sandbox");
    terminal.keys("e");
    terminal.wait_text("SUPABASE_SERVICE_ROLE_KEY");
    // what was typed, and what the services gave, never stood on the screen
    let bytes = String::from_utf8_lossy(&terminal.seen().bytes).into_owned();
    let key = env.get("SUPABASE_SERVICE_ROLE_KEY").unwrap_or_default();
    for secret in [&*at.token, &*at.atlassian_token, key] {
        assert!(!bytes.contains(secret), "a secret was on the screen");
    }
}

#[test]
fn a_token_that_opens_nothing_is_refused_beside_its_field_and_nothing_is_written() {
    let _turn = shared();
    if !engine() {
        return;
    }
    let world = World::with(&["default"]);
    services(&world);
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("default");
    new_in_the_cloud(&terminal, "acme");
    let before = fs::read(world.env_file("acme")).expect("its environment");
    terminal.paste("sbp_example-that-opens-nothing");
    terminal.keys("\r");
    terminal.wait_text("SUPABASE_ACCESS_TOKEN");
    assert!(terminal.text().contains("Connect acme"));
    let after = fs::read(world.env_file("acme")).expect("its environment");
    assert!(before == after, "something was written");
    terminal.keys("\x1b");
    terminal.wait_gone("Connect acme");
}
