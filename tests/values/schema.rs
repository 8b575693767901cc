//! `check` without asking anyone: what is missing, what has another type, what a workspace adds.

use std::fs;

use serde_json::Value;

use crate::desk::Desk;

fn codes(checked: &Value) -> Vec<String> {
    let all = checked["findings"].as_array().unwrap();
    all.iter()
        .map(|f| {
            format!(
                "{} {}",
                f["code"].as_str().unwrap(),
                f["key"].as_str().unwrap_or("")
            )
        })
        .collect()
}

fn check(desk: &Desk) -> (Option<i32>, Vec<String>) {
    let said = desk.env(&["check", "--json"]);
    (said.code, codes(&said.last()))
}

#[test]
fn an_instance_that_is_not_set_up_says_so_once_and_is_no_failure() {
    let desk = Desk::new();
    assert_eq!(check(&desk), (Some(0), vec!["W301 ".to_owned()]));
    let said = desk.env(&["check"]).ok().out;
    assert!(
        said.contains("matriz init mine") && said.contains("DATABASE_URL"),
        "{said}"
    );
}

#[test]
fn wrong_values_are_errors_with_their_line_and_remarks_are_not() {
    let desk = Desk::new();
    desk.env(&["set", "SUPABASE_PROJECT_REF", "example-odd-value"])
        .ok();
    desk.env(&["set", "MCP_SUPABASE_SCHEMA", "elsewhere"]).ok();
    fs::write(
        desk.env_path("mine"),
        format!("{}URL=https://h/#/x\nMY_PORT=high\n", desk.text("mine")),
    )
    .unwrap();
    let (code, found) = check(&desk);
    assert_eq!(code, Some(1));
    for wanted in [
        "E302 SUPABASE_PROJECT_REF",
        "E305 MCP_SUPABASE_SCHEMA",
        "W201 ",
        "W302 MY_PORT",
    ] {
        assert!(found.iter().any(|f| f == wanted), "{wanted}: {found:?}");
    }
    let said = desk.env(&["check"]);
    assert!(!said.out.contains("example-odd-value"), "{said:?}");
    assert!(said.out.contains("instances/mine/.env:5: E302"), "{said:?}");
}

#[test]
fn a_workspace_adds_its_own_keys_and_a_broken_schema_is_named() {
    let desk = Desk::new();
    let path = desk.root.join("env.schema.toml");
    fs::write(
        &path,
        "[[key]]\nname = \"STAGE\"\ntype = \"enum\"\nvalues = [\"test\", \"live\"]\nrequired = true\nfrom = \"The release plan.\"\n",
    )
    .unwrap();
    let said = desk.env(&["check"]);
    assert_eq!(said.code, Some(1));
    assert!(
        said.out
            .contains("E301 STAGE is missing. To be found: The release plan."),
        "{said:?}"
    );
    let said = desk.env(&["set", "STAGE", "prod"]).ok();
    assert!(said.err.contains("It isn't one of test, live."), "{said:?}");
    desk.env(&["set", "STAGE", "live"]).ok();
    assert_eq!(check(&desk).0, Some(0));
    fs::write(&path, "[[key]]\nname = \"STAGE\"\ntyp = \"enum\"\n").unwrap();
    desk.env(&["check"])
        .refused(1, &["env.schema.toml:3:1: ", "typ"]);
}
