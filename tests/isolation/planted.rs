//! Every finding, planted one by one; where the program can mend it, mended.

use std::collections::BTreeSet;
use std::os::unix::fs::symlink;

use matriz::domain::isolation::{CODES, Finding};

use crate::company::{self, jwt, reference, secret};
use crate::place::Place;

/// What plants it, and the instance that has to be mended ("" where it's the workspace).
type Case = (&'static str, &'static str, fn(&Place));

const HEX: &str = "9f8e7d6c5b4a39281706f5e4d3c2b1a0f9e8d7c6";

/// 0, 3 and 6 are hybrid, 1, 4 and 7 are schemas in theirs, 2, 5 and 8 are complete.
const CASES: &[Case] = &[
    ("I101", "company-3", |p| {
        whole_project(p, 3, 0);
        whole_project(p, 4, 0);
    }),
    ("I101", "default", |p| {
        // a schema lives in a complete instance's project
        p.replace(
            &format!("{}/instance.toml", p.home(0)),
            "hybrid",
            "complete",
        );
    }),
    ("I102", "company-3", |p| {
        for (n, user) in [(0, "one"), (3, "two")] {
            p.set(
                n,
                "DATABASE_URL",
                &format!("postgres://{user}:{}@DB.acme.test/main", secret(n, "x", 20)),
            );
        }
    }),
    ("I103", "company-1", |p| {
        p.set(1, "MCP_SUPABASE_SCHEMA", "public")
    }),
    ("I103", "company-1", |p| {
        p.set(1, "MCP_SUPABASE_SCHEMA", "public");
        p.replace(
            &format!("{}/supabase.config.json", p.home(1)),
            "company_1",
            "public",
        );
    }),
    ("I104", "company-1", |p| {
        let role = format!("company_1_{}", &reference(0)[..8]);
        let url = p.value(1, "DATABASE_URL");
        p.set(1, "DATABASE_URL", &url.replace(&role, "postgres"));
    }),
    ("I105", "company-1", |p| p.take(1, "JIRA_PROJECT_KEY", 0)),
    ("I105", "company-3", |p| {
        p.take(3, "JIRA_PROJECT_KEY", 0);
        p.replace(
            &format!("{}/atlassian.config.json", p.home(3)),
            "\"jiraProjectKey\": \"C3X\"",
            "\"jiraProjectKey\": \"C0X\"",
        );
    }),
    ("I106", "company-4", |p| {
        p.take(4, "CONFLUENCE_SPACE_KEY", 3)
    }),
    ("I107", "company-2", |p| {
        p.set(2, "ATLASSIAN_SITE", "acme.atlassian.net");
        p.replace(
            &format!("{}/atlassian.config.json", p.home(2)),
            "company-2.atlassian.net",
            "https://ACME.atlassian.net/",
        );
    }),
    ("I108", "company-3", |p| p.take(3, "STRIPE_SECRET_KEY", 0)),
    ("I108", "company-2", |p| {
        // under another name
        let value = p.value(0, "STRIPE_SECRET_KEY");
        p.set(2, "PAYMENT_TOKEN", &value);
    }),
    ("I109", "company-2", |p| p.take(2, "ATLASSIAN_API_TOKEN", 0)),
    ("I109", "company-2", |p| {
        p.take(5, "SUPABASE_ACCESS_TOKEN", 2)
    }),
    ("I110", "company-1", |p| p.take(1, "SALES_WEBHOOK_URL", 0)),
    ("I111", "company-1", |p| {
        for n in [0, 1] {
            p.set(n, "OPENAI_API_KEY", &secret(9, "model", 40));
        }
    }),
    ("I112", "", |p| {
        p.add(".env", &format!("SUPABASE_PROJECT_REF={}", reference(77)))
    }),
    ("I201", "company-3", |p| p.take(3, "SUPABASE_ANON_KEY", 0)),
    ("I201", "company-2", |p| {
        p.take(2, "SUPABASE_SERVICE_ROLE_KEY", 5)
    }),
    ("I202", "company-3", |p| {
        p.take(3, "SUPABASE_PROJECT_REF", 0)
    }),
    ("I202", "company-2", |p| {
        p.take(2, "MCP_SUPABASE_PROJECT_REF", 0)
    }),
    ("I203", "company-3", |p| p.take(3, "SUPABASE_URL", 0)),
    ("I203", "company-2", |p| p.take(2, "DATABASE_URL", 0)),
    ("I204", "company-3", |p| {
        p.private(&format!("{}/mcp.json", p.home(3)), &company::mcp(0));
    }),
    ("I204", "company-1", |p| {
        let server = "\"mcpServers\": {\n    \"atlassian\": {\"env\": {\"JIRA_PROJECTS_FILTER\": \"C1X,C3X\"}},";
        p.replace(
            &format!("{}/mcp.json", p.home(1)),
            "\"mcpServers\": {",
            server,
        );
    }),
    ("I205", "company-3", |p| {
        let extra = format!(
            "\"region\": \"sa-east-1\", \"replicaOf\": \"{}\"",
            reference(0)
        );
        p.replace(
            &format!("{}/supabase.config.json", p.home(3)),
            "\"region\": \"sa-east-1\"",
            &extra,
        );
    }),
    ("I206", "company-3", |p| {
        p.write(
            &format!("{}/seeds/notes.md", p.home(3)),
            &format!("see https://{}.supabase.co\n", reference(0)),
        );
    }),
    ("I206", "company-2", |p| {
        let value = p.value(0, "STRIPE_SECRET_KEY");
        p.write(
            &format!("{}/notes.md", p.home(2)),
            &format!("\nkey {value}\n"),
        );
    }),
    ("I301", "company-3", |p| {
        p.set(3, "SUPABASE_ANON_KEY", &jwt(&reference(99), "anon"))
    }),
    ("I302", "company-3", |p| {
        p.set(3, "SUPABASE_PROJECT_REF", &reference(99))
    }),
    ("I303", "company-3", |p| {
        p.set(
            3,
            "SUPABASE_URL",
            &format!("https://{}.supabase.co", reference(99)),
        )
    }),
    ("I303", "company-3", |p| {
        let url = format!(
            "postgres://postgres:{}@db.{}.supabase.co/postgres",
            secret(3, "y", 20),
            reference(99)
        );
        p.set(3, "DATABASE_URL", &url);
    }),
    ("I304", "company-3", |p| {
        p.replace(
            &format!("{}/mcp.json", p.home(3)),
            &reference(3),
            &reference(99),
        )
    }),
    ("I305", "company-3", |p| {
        let value = p.value(3, "SUPABASE_SERVICE_ROLE_KEY");
        p.set(3, "SUPABASE_ANON_KEY", &value);
    }),
    ("I306", "company-1", |p| {
        p.set(1, "MCP_SUPABASE_SCHEMA", "another")
    }),
    ("I307", "company-3", |p| {
        p.set(3, "JIRA_PROJECT_KEY", "OTHER")
    }),
    ("I307", "company-3", |p| {
        p.set(3, "ATLASSIAN_SITE", "elsewhere.atlassian.net")
    }),
    ("I401", "company-3", |p| {
        p.mode(&format!("{}/.env", p.home(3)), 0o640)
    }),
    ("I401", "company-3", |p| {
        p.mode(&format!("{}/mcp.json", p.home(3)), 0o604)
    }),
    ("I401", "", |p| {
        drop(p.service().isolation());
        p.mode(".matriz/keys/fingerprint", 0o644);
    }),
    ("I402", "company-3", |p| p.mode(&p.home(3), 0o777)),
    ("I403", "company-3", |p| {
        let (file, aside) = (
            p.root.join(p.home(3)).join("mcp.json"),
            p.root.join(p.home(3)).join("real.json"),
        );
        std::fs::rename(&file, &aside).unwrap();
        symlink(&aside, &file).unwrap();
    }),
    ("I403", "", |p| {
        symlink(p.root.join(p.home(3)), p.root.join("instances/linked")).unwrap()
    }),
    ("I404", "company-3", |p| {
        let path = p.root.join(p.home(3)).join(".env");
        std::os::unix::fs::chown(path, Some(54_321), None).unwrap();
    }),
    ("I405", "company-3", |p| {
        p.add(&format!("{}/.env", p.home(3)), "BROKEN=\"never closed")
    }),
    ("I405", "company-3", |p| {
        p.write(&format!("{}/supabase.config.json", p.home(3)), "{ broken")
    }),
    ("I501", "company-3", |p| {
        p.git(&["add", "--force", &format!("{}/.env", p.home(3))]);
    }),
    ("I502", "company-1", |p| p.write(".gitignore", "")),
    ("I503", "company-3", |p| {
        let value = p.value(3, "STRIPE_SECRET_KEY");
        p.write("docs/how.md", &format!("# How\n\nkey: {value}\n"));
        p.git(&["add", "docs"]);
    }),
    ("I504", "", |p| {
        p.write("docs/how.md", &format!("token: sbp_{HEX}\n"));
        p.git(&["add", "docs"]);
    }),
    ("I505", "company-3", |p| {
        let value = p.value(3, "STRIPE_SECRET_KEY");
        let server =
            format!("\"mcpServers\": {{\n    \"pay\": {{\"env\": {{\"KEY\": \"{value}\"}}}},");
        p.replace(
            &format!("{}/mcp.json", p.home(3)),
            "\"mcpServers\": {",
            &server,
        );
    }),
    ("I505", "company-3", |p| {
        let value = p.value(3, "SUPABASE_DB_PASSWORD");
        let field = format!("\"password\": \"{value}\",\n  \"region\"");
        p.replace(
            &format!("{}/supabase.config.json", p.home(3)),
            "\"region\"",
            &field,
        );
    }),
    ("I506", "company-3", |p| {
        let server =
            format!("\"mcpServers\": {{\n    \"git\": {{\"env\": {{\"TOKEN\": \"ghp_{HEX}\"}}}},");
        p.replace(
            &format!("{}/mcp.json", p.home(3)),
            "\"mcpServers\": {",
            &server,
        );
    }),
    ("I507", "company-3", |p| {
        let value = p.value(3, "STRIPE_SECRET_KEY");
        p.write("core/backend/pay.ts", &format!("const key = '{value}'\n"));
    }),
    ("I508", "", |p| {
        p.write(
            "microservices/mailer/src/x.ts",
            &format!("const t = 'sbp_{HEX}'\n"),
        )
    }),
    ("I509", "company-3", |p| {
        p.write(
            "core/backend/db.ts",
            &format!("const url = 'https://{}.supabase.co'\n", reference(3)),
        );
    }),
    ("I601", "company-3", |p| p.seen("company-3", &reference(99))),
    ("I602", "long-gone", |p| p.seen("long-gone", &reference(99))),
    ("I603", "company-3", |p| {
        p.replace(
            &format!("{}/supabase.config.json", p.home(3)),
            "cloud",
            "sandbox",
        );
        sandbox(p, &[]);
    }),
    ("I604", "", |p| sandbox(p, &[&reference(99)])),
    ("I701", "company-3", |p| p.set(3, "SUPABASE_ANON_KEY", "")),
];

/// `n` says that it lives in another's project: everything of a project but its password.
fn whole_project(p: &Place, n: usize, from: usize) {
    let (old, new) = (company::project(n), company::project(from));
    for file in [".env", "supabase.config.json", "mcp.json"] {
        p.replace(&format!("{}/{file}", p.home(n)), &old, &new);
    }
    for key in ["SUPABASE_ANON_KEY", "SUPABASE_SERVICE_ROLE_KEY"] {
        p.take(n, key, from);
    }
}

fn sandbox(p: &Place, refs: &[&str]) {
    drop(p.service());
    let projects: Vec<String> = refs
        .iter()
        .map(|r| format!("{{\"reference\":\"{r}\"}}"))
        .collect();
    p.private(
        ".matriz/sandbox/state.json",
        &format!("{{\"projects\":[{}]}}", projects.join(",")),
    );
}

fn with(found: &[Finding], code: &str, name: &str) -> Vec<Finding> {
    let of = |f: &&Finding| f.code == code && f.instance().unwrap_or_default() == name;
    found.iter().filter(of).cloned().collect()
}

#[test]
fn every_finding_is_found_where_it_is_planted_and_gone_where_it_is_mended() {
    let mut mended = BTreeSet::new();
    for (code, name, plant) in CASES {
        if *code == "I404" && !nix::unistd::geteuid().is_root() {
            println!("SKIP only root can give a file away");
            continue;
        }
        let place = Place::clean(9);
        plant(&place);
        let found = place.found();
        let planted = with(&found, code, name);
        assert!(
            !planted.is_empty(),
            "{code} of {name} isn't found: {found:#?}"
        );
        for finding in &planted {
            assert!(
                !finding.what.is_empty() && !finding.remedy.is_empty(),
                "{finding:?}"
            );
            assert!(!finding.places.is_empty(), "{code} has no place");
            no_secret(&place, finding);
        }
        for finding in planted.iter().filter(|f| f.fix.is_some()) {
            let before = place.found();
            let said = place.service().isolation_fix(finding);
            assert!(said.is_ok(), "{code}: {said:?}");
            let after = place.found();
            assert_eq!(with(&after, code, name), [], "{code} is still there");
            // mending one plants no other
            let codes = |all: &[Finding]| -> BTreeSet<String> {
                all.iter().map(|f| f.code.to_owned()).collect()
            };
            let new: Vec<String> = codes(&after).difference(&codes(&before)).cloned().collect();
            assert!(new.is_empty() || new == ["I701"], "{code} made {new:?}");
            mended.insert(*code);
            // it's done once
            assert!(place.service().isolation_fix(finding).is_err());
            let written = place.registry().audit_entries(1).unwrap();
            assert_eq!(written[0].action, "doctor fix");
            assert!(written[0].detail.starts_with(code));
        }
    }
    println!("mended: {mended:?}");
    let able = [
        "I103", "I105", "I106", "I201", "I202", "I203", "I204", "I302", "I303", "I304", "I306",
        "I307", "I401", "I402", "I501", "I502", "I505", "I601", "I602",
    ];
    for code in able {
        assert!(mended.contains(code), "{code} was never mended");
    }
}

/// No value of any instance stands in what is said of a finding.
fn no_secret(place: &Place, finding: &Finding) {
    let said = format!("{finding:?} {}", serde_json::to_string(finding).unwrap());
    let shown = finding
        .fix
        .as_ref()
        .map(|fix| fix.lines().join("\n"))
        .unwrap_or_default();
    for n in 0..9 {
        for key in [
            "SUPABASE_SERVICE_ROLE_KEY",
            "SUPABASE_DB_PASSWORD",
            "STRIPE_SECRET_KEY",
            "ATLASSIAN_API_TOKEN",
        ] {
            let value = secret_of(place, n, key);
            if !value.is_empty() {
                assert!(
                    !said.contains(&value) && !shown.contains(&value),
                    "{} shows {key}",
                    finding.code
                );
            }
        }
    }
    assert!(!said.contains(HEX), "{} shows a token", finding.code);
}

fn secret_of(place: &Place, n: usize, key: &str) -> String {
    let text = place.read(&format!("{}/.env", place.home(n)));
    let env = matriz::domain::env_file::EnvFile::parse_lenient(&text);
    env.get(key).unwrap_or_default().to_owned()
}

#[test]
fn no_code_is_without_a_planted_case() {
    let planted: BTreeSet<&str> = CASES.iter().map(|(code, _, _)| *code).collect();
    let known: BTreeSet<&str> = CODES.iter().map(|code| code.name).collect();
    assert_eq!(planted, known);
    assert_eq!(CODES.len(), known.len(), "a code stands twice");
}
