//! What a fix changes, and when it refuses.

use matriz::domain::isolation::Fix;
use matriz::error::Kind;

use crate::company::{reference, secret};
use crate::place::Place;

#[test]
fn a_fix_refuses_where_things_changed_meanwhile() {
    let place = Place::clean(6);
    place.take(3, "JIRA_PROJECT_KEY", 0);
    let found = place.found();
    let finding = found.iter().find(|f| f.code == "I105").unwrap();
    place.set(3, "JIRA_PROJECT_KEY", "MINE");
    let before = place.read("instances/company-3/.env");
    let error = place.service().isolation_fix(finding).unwrap_err();
    assert_eq!(error.kind, Kind::Conflict);
    assert_eq!(place.read("instances/company-3/.env"), before);
}

#[test]
fn only_the_one_value_changes() {
    let place = Place::clean(6);
    let before = place.read("instances/company-3/.env");
    place.take(3, "SUPABASE_URL", 0);
    let found = place.found();
    let finding = found.iter().find(|f| f.code == "I203").unwrap();
    let lines = finding.fix.as_ref().unwrap().lines();
    assert!(
        lines[1].contains(&reference(0)) && lines[2].contains(&reference(3)),
        "{lines:?}"
    );
    place.service().isolation_fix(finding).unwrap();
    assert_eq!(place.read("instances/company-3/.env"), before);
}

#[test]
fn the_key_comes_from_whoever_has_the_projects_own() {
    let place = Place::clean(6);
    let right = place.value(3, "SUPABASE_ANON_KEY");
    place.take(3, "SUPABASE_ANON_KEY", 0);
    let found = place.found();
    let finding = found.iter().find(|f| f.code == "I201").unwrap();
    // company-4 is a schema in the same project
    assert!(
        matches!(&finding.fix, Some(Fix::CopyEnv { from, .. }) if from == "company-4"),
        "{finding:?}"
    );
    place.service().isolation_fix(finding).unwrap();
    assert_eq!(place.value(3, "SUPABASE_ANON_KEY"), right);
    assert_eq!(place.found(), []);
}

#[test]
fn a_reference_takes_the_values_place_and_the_rest_stays() {
    let place = Place::clean(3);
    let value = place.value(0, "STRIPE_SECRET_KEY");
    let server = format!("\"mcpServers\": {{\n    \"pay\": {{\"args\": [\"--key={value}\"]}},");
    place.replace("instances/default/mcp.json", "\"mcpServers\": {", &server);
    let before = place.read("instances/default/mcp.json");
    let found = place.found();
    let finding = found.iter().find(|f| f.code == "I505").unwrap();
    place.service().isolation_fix(finding).unwrap();
    let after = place.read("instances/default/mcp.json");
    assert_eq!(after, before.replace(&value, "${STRIPE_SECRET_KEY}"));
}

#[test]
fn an_untracked_env_stays_on_the_disk_and_out_of_git() {
    let place = Place::clean(3);
    place.write(".gitignore", "node_modules");
    place.git(&["add", "--force", "instances/default/.env"]);
    let found = place.found();
    let finding = found.iter().find(|f| f.code == "I501").unwrap();
    assert!(!finding.fix.as_ref().unwrap().is_safe());
    let before = place.read("instances/default/.env");
    place.service().isolation_fix(finding).unwrap();
    assert_eq!(place.read("instances/default/.env"), before);
    assert_eq!(place.read(".gitignore"), "node_modules\n.env\n");
    assert_eq!(place.found(), []);
}

#[test]
fn what_the_root_gives_to_all_is_no_finding() {
    let place = Place::clean(6);
    let token = secret(5, "everyones", 40);
    place.add(".env", &format!("SENTRY_TOKEN={token}"));
    for n in 0..6 {
        place.set(n, "SENTRY_TOKEN", &token);
    }
    assert_eq!(place.found(), []);
}
