//! `doctor` on the command line: what it prints, and its exit codes.

use serde_json::Value;

use crate::place::Place;

fn json(place: &Place, arguments: &[&str]) -> (Option<i32>, Value) {
    let said = place.matriz(arguments);
    let value = serde_json::from_str(said.out.trim()).unwrap_or_else(|_| panic!("{said:?}"));
    (said.code, value)
}

/// The machine may lack what the sandbox needs; what is asked here is the isolation.
fn machine_is_whole(value: &Value) -> bool {
    let all = value["findings"].as_array().unwrap();
    !all.iter().any(|f| f["ok"] == false && f["needed"] == true)
}

#[test]
fn json_has_one_shape_and_the_exit_code_follows_the_severity() {
    let place = Place::clean(6);
    let (code, clean) = json(&place, &["doctor", "--json"]);
    assert_eq!(clean["isolation"]["counts"]["errors"], 0);
    assert_eq!(clean["isolation"]["instances"], 6);
    let base = if machine_is_whole(&clean) { 0 } else { 1 };
    assert_eq!(code, Some(base));

    place.mode("instances/company-3/mcp.json", 0o644);
    let (code, warned) = json(&place, &["doctor", "--json"]);
    assert_eq!(
        (code, &warned["isolation"]["counts"]["warnings"]),
        (Some(base), &1.into())
    );
    let (code, _) = json(&place, &["doctor", "--json", "--strict"]);
    assert_eq!(code, Some(1));

    place.take(3, "JIRA_PROJECT_KEY", 0);
    let (code, found) = json(&place, &["doctor", "--json"]);
    assert_eq!(code, Some(1));
    let first = &found["isolation"]["findings"][0];
    assert_eq!(first["code"], "I105");
    assert_eq!(first["severity"], "error");
    assert_eq!(
        first["instances"],
        serde_json::json!(["company-3", "default"])
    );
    assert_eq!(first["where"][0]["file"], "instances/company-3/.env");
    assert_eq!(first["where"][0]["key"], "JIRA_PROJECT_KEY");
    assert_eq!(first["change"]["kind"], "set-env");
    for field in ["what", "why", "fix"] {
        assert!(first[field].is_string(), "{field}");
    }
    let (_, other) = json(&place, &["doctor", "--json", "-i", "company-1"]);
    assert_eq!(other["isolation"]["findings"], serde_json::json!([]));
}

#[test]
fn text_says_what_where_why_and_what_to_do() {
    let place = Place::clean(6);
    place.take(3, "JIRA_PROJECT_KEY", 0);
    let said = place.matriz(&["doctor", "-i", "company-3"]);
    for words in [
        "company-3\n  ✕ I105 company-3 and default share the Jira project C0X on acme.atlassian.net.",
        "at   instances/company-3/.env:16 JIRA_PROJECT_KEY",
        "why  Issues of both companies",
        "matriz doctor --fix I105@company-3",
    ] {
        assert!(said.out.contains(words), "{words} is missing: {}", said.out);
    }
}

#[test]
fn fixes_are_shown_asked_for_and_done() {
    let place = Place::clean(6);
    place.take(3, "JIRA_PROJECT_KEY", 0);
    place.mode("instances/company-2/.env", 0o644);
    place.git(&["add", "--force", "instances/company-4/.env"]);
    let shown = place.matriz(&["doctor", "--fix", "all", "--dry-run"]);
    assert_eq!(shown.code, Some(0), "{shown:?}");
    assert!(
        shown
            .out
            .contains("- JIRA_PROJECT_KEY=C0X\n  + JIRA_PROJECT_KEY=C3X"),
        "{}",
        shown.out
    );
    assert!(
        shown.out.contains("mode 0644 becomes 0600"),
        "{}",
        shown.out
    );
    assert!(!shown.out.contains("I501"), "{}", shown.out);
    let refused = place.matriz(&["doctor", "--fix", "all"]);
    assert_eq!(refused.code, Some(3), "{refused:?}");
    assert_eq!(place.found().len(), 3);
    let done = place.matriz(&["doctor", "--fix", "all", "--yes"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    let left: Vec<&str> = place.found().iter().map(|f| f.code).collect();
    assert_eq!(left, ["I501"]);
    let done = place.matriz(&["doctor", "--fix", "i501@company-4", "--yes", "--json"]);
    assert_eq!(done.code, Some(0), "{done:?}");
    assert_eq!(place.found(), []);
    for (what, code) in [("I999", 2), ("I105", 1)] {
        let said = place.matriz(&["doctor", "--fix", what, "--yes"]);
        assert_eq!(said.code, Some(code), "{said:?}");
    }
}
