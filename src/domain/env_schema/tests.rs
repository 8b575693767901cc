use super::jwt::example;
use super::*;
use crate::domain::config::AtlassianKind;
use crate::domain::env_file::EnvFile;
use crate::domain::strategy::{ProviderKind, Strategy};

const REF: &str = "abcdefghijklmnopqrst";
const OTHER: &str = "tsrqponmlkjihgfedcba";

fn token(reference: &str, role: &str) -> String {
    example(&format!(
        r#"{{"iss":"supabase","ref":"{reference}","role":"{role}","exp":4102444800}}"#
    ))
}

fn whole(reference: &str) -> String {
    format!(
        "SUPABASE_URL=https://{reference}.supabase.co\nSUPABASE_PROJECT_REF={reference}\nSUPABASE_ANON_KEY={}\nSUPABASE_SERVICE_ROLE_KEY={}\nDATABASE_URL='postgresql://postgres.{reference}:example-pw@pooler.example:5432/postgres'\nSUPABASE_ACCESS_TOKEN=example-token\n",
        token(reference, "anon"),
        token(reference, "service_role")
    )
}

fn cloud() -> Wanted {
    Wanted {
        supabase: ProviderKind::Cloud,
        ..Wanted::default()
    }
}

fn codes(env: &str, wanted: &Wanted) -> Vec<String> {
    let env = EnvFile::parse(env).unwrap();
    let found = Schema::builtin().check(&env, wanted);
    found
        .iter()
        .map(|f| format!("{} {}", f.code, f.key))
        .collect()
}

#[test]
fn the_built_in_schema_knows_the_keys_and_its_own_examples_have_their_types() {
    let schema = Schema::builtin();
    assert!(schema.keys().count() > 20);
    for key in crate::domain::reference::IDENTITY_KEYS {
        assert!(schema.key(key).is_some_and(|k| !k.is_pattern()), "{key}");
    }
    for key in schema.keys() {
        assert!(!key.help.is_empty(), "{}", key.name);
        if let Some(example) = &key.example {
            assert_eq!(key.kind.check(example), Ok(()), "{}", key.name);
        }
    }
    assert_eq!(schema.key("MISTRAL_API_KEY").unwrap().name, "*_API_KEY");
    assert_eq!(schema.key("OPENAI_API_KEY").unwrap().name, "OPENAI_API_KEY");
    assert_eq!(schema.key("REDIS_PORT").unwrap().kind, KeyType::Port);
    assert!(schema.key("_API_KEY").is_none() && schema.key("ANYTHING").is_none());
}

#[test]
fn what_is_required_follows_strategy_and_provider() {
    let schema = Schema::builtin();
    let names = |wanted: Wanted| -> Vec<String> {
        let required = schema.required(&wanted);
        required.iter().map(|k| k.name.clone()).collect()
    };
    let sandbox = names(Wanted::default());
    assert!(sandbox.contains(&"DATABASE_URL".to_owned()));
    for absent in [
        "SUPABASE_ACCESS_TOKEN",
        "JIRA_PROJECT_KEY",
        "MCP_SUPABASE_SCHEMA",
    ] {
        assert!(!sandbox.contains(&absent.to_owned()), "{absent}");
    }
    assert!(names(cloud()).contains(&"SUPABASE_ACCESS_TOKEN".to_owned()));
    let schema_in_cloud = names(Wanted {
        strategy: Strategy::Schema,
        atlassian: AtlassianKind::Cloud,
        ..cloud()
    });
    for present in [
        "MCP_SUPABASE_SCHEMA",
        "JIRA_PROJECT_KEY",
        "ATLASSIAN_API_TOKEN",
    ] {
        assert!(schema_in_cloud.contains(&present.to_owned()), "{present}");
    }
}

#[test]
fn a_whole_file_has_no_findings_and_each_fault_has_its_own() {
    assert_eq!(codes(&whole(REF), &cloud()), Vec::<String>::new());
    assert_eq!(
        codes("SUPABASE_URL=\n", &Wanted::default())[0],
        "E301 SUPABASE_URL"
    );
    let other = whole(REF).replace(&token(REF, "anon"), &token(OTHER, "anon"));
    assert_eq!(codes(&other, &cloud()), ["E303 SUPABASE_ANON_KEY"]);
    let swapped = whole(REF).replace(&token(REF, "anon"), &token(REF, "service_role"));
    assert_eq!(codes(&swapped, &cloud()), ["E302 SUPABASE_ANON_KEY"]);
    let database = whole(REF).replace(&format!("postgres.{REF}"), &format!("postgres.{OTHER}"));
    assert_eq!(codes(&database, &cloud()), ["E303 DATABASE_URL"]);
    let pooler = whole(REF).replace(":5432/", ":6543/");
    assert_eq!(codes(&pooler, &cloud()), ["W305 DATABASE_URL"]);
    let more = format!("{}MY_PORT=x\nMY_URL=redis://127.0.0.1:6379/0\n", whole(REF));
    assert_eq!(codes(&more, &cloud()), ["W302 MY_PORT"]);
}

#[test]
fn findings_have_their_line_and_never_a_value() {
    let text = "# a\nSUPABASE_PROJECT_REF=very-private\nDATABASE_URL=also-private\n";
    let env = EnvFile::parse(text).unwrap();
    let found = Schema::builtin().check(&env, &cloud());
    let lines: Vec<_> = found
        .iter()
        .filter(|f| f.code == "E302")
        .map(|f| (f.key.as_str(), f.line))
        .collect();
    assert_eq!(
        lines,
        [("SUPABASE_PROJECT_REF", Some(2)), ("DATABASE_URL", Some(3))]
    );
    assert!(found.iter().all(|f| !f.text.contains("private")));
}

#[test]
fn an_expired_token_is_found() {
    let env = EnvFile::parse(&whole(REF)).unwrap();
    let schema = Schema::builtin();
    assert!(schema.expired(&env, 1_800_000_000).is_empty());
    assert_eq!(schema.expired(&env, 4_102_444_800).len(), 2);
}

#[test]
fn types_take_what_they_should_and_refuse_the_rest() {
    let role = |role: &str| KeyType::SupabaseKey { role: role.into() };
    let anon = token(REF, "anon");
    let public = ["sb_publishable_x-1", &anon];
    let not_secret = ["sb_publishable_x", &anon];
    let tokens = [anon.as_str()];
    let cases: Vec<(KeyType, &[&str], &[&str])> = vec![
        (
            KeyType::Port,
            &["1", "65535"],
            &["0", "65536", "+1", "a", "", " 1"],
        ),
        (KeyType::Integer, &["-3", "384"], &["", "-", "1.5", "x"]),
        (KeyType::Boolean, &["true", "FALSE", "0"], &["", "maybe"]),
        (
            KeyType::ProjectRef,
            &[REF],
            &["abc", "ABCDEFGHIJKLMNOPQRST", ""],
        ),
        (
            KeyType::WebUrl,
            &[
                "https://a.example",
                "http://127.0.0.1:1/p?q#f",
                "http://[::1]:8080/",
            ],
            &[
                "a.example",
                "https://",
                "ftp://a",
                "https://a b",
                "https://a:0",
                "https://[::1",
            ],
        ),
        (
            KeyType::Url,
            &["redis://h:6379", "wss://h/p"],
            &["h:6379", "://h"],
        ),
        (
            KeyType::DatabaseUrl,
            &[
                "postgres://u:p@h/db",
                "postgresql://u:p@ss:w/rd@h:5432/db?sslmode=require",
            ],
            &[
                "mysql://u@h/db",
                "postgres://h/db",
                "postgres://u:p@/db",
                "postgresql://postgres.x:[YOUR-PASSWORD]@h:5432/postgres",
            ],
        ),
        (
            KeyType::Email,
            &["a.b+c@example.test", "a@localhost"],
            &["a", "a@", "@b", "a b@c.d", "a@b..c"],
        ),
        (
            KeyType::Site,
            &[
                "example.atlassian.net",
                "http://127.0.0.1:8080",
                "https://x.example/",
            ],
            &["", "a b", "ftp://x"],
        ),
        (
            KeyType::JiraKey,
            &["AB", "A1_B"],
            &["a", "A", "1A", "A-B", "ABCDEFGHIJK"],
        ),
        (KeyType::SpaceKey, &["docs", "~5f:a-b"], &["", "a b", "~"]),
        (
            KeyType::Uuid,
            &["00000000-0000-4000-8000-000000000000"],
            &["", "0000", "00000000-0000-4000-8000-00000000000g"],
        ),
        (
            KeyType::OneOf(vec!["a".into(), "b".into()]),
            &["a"],
            &["", "c"],
        ),
        (
            role("anon"),
            &public,
            &["sb_secret_x", "sb_publishable_", "x", ""],
        ),
        (role("service_role"), &["sb_secret_x"], &not_secret),
        (KeyType::Jwt { role: None }, &tokens, &["eyJ.x.y"]),
    ];
    for (kind, right, wrong) in cases {
        for value in right {
            assert_eq!(kind.check(value), Ok(()), "{} {value}", kind.word());
        }
        for value in wrong {
            assert!(kind.check(value).is_err(), "{} {value}", kind.word());
        }
    }
}

#[test]
fn a_value_names_its_project_in_every_form() {
    for value in [
        REF.to_owned(),
        format!("https://{REF}.supabase.co/rest/v1"),
        format!("https://{REF}.functions.supabase.co"),
        format!("http://127.0.0.1:8000/projects/{REF}"),
        format!("postgres://postgres:x@db.{REF}.supabase.co:5432/postgres"),
        format!("postgres://postgres.{REF}:x@pooler.example:5432/postgres"),
        format!("postgres://postgres:x@127.0.0.1:5432/{REF}"),
        token(REF, "anon"),
    ] {
        assert_eq!(project_of(&value).as_deref(), Some(REF), "{value}");
    }
    for value in [
        "",
        "https://example.test",
        "postgres://u:x@h/postgres",
        "postgres://u:x@h/abcdefghijklmnopqrst",
        "sb_secret_x",
    ] {
        assert_eq!(project_of(value), None, "{value}");
    }
}

#[test]
fn a_workspace_extends_what_is_built_in() {
    let text = "[[key]]\nname = \"OPENAI_API_KEY\"\nrequired = true\n\n[[key]]\nname = \"ATLASSIAN_SITE\"\nrequired = false\n\n[[key]]\nname = \"MISTRAL_API_KEY\"\nhelp = \"Ours.\"\n\n[[key]]\nname = \"STAGE\"\ntype = \"enum\"\nvalues = [\"test\", \"live\"]\n";
    let own = Schema::parse("env.schema.toml", text).unwrap();
    let schema = Schema::builtin().extended(&own);
    let openai = schema.key("OPENAI_API_KEY").unwrap();
    assert!(openai.required && openai.from.is_some());
    assert_eq!(
        schema.keys().filter(|k| k.name == "OPENAI_API_KEY").count(),
        1
    );
    let mistral = schema.key("MISTRAL_API_KEY").unwrap();
    assert_eq!(
        (mistral.group.as_str(), mistral.help.as_str()),
        ("Model providers", "Ours.")
    );
    let wanted = Wanted {
        atlassian: AtlassianKind::Cloud,
        ..Wanted::default()
    };
    assert!(!schema.key("ATLASSIAN_SITE").unwrap().is_required(&wanted));
    assert_eq!(schema.key("STAGE").unwrap().group, "Other");
    assert!(schema.key("SUPABASE_URL").is_some());
    assert_eq!(schema.keys().next().unwrap().name, "OPENAI_API_KEY");
}

#[test]
fn errors_have_file_line_and_column() {
    for (text, place, word) in [
        (
            "[[key]]\nname = \"A\"\ntipe = \"text\"\n",
            "f:3:1: ",
            "tipe",
        ),
        (
            "[[key]]\nname = \"A\"\ntype = \"number\"\n",
            "f:3:8: ",
            "no such type",
        ),
        ("[[key]]\nname = \"A B\"\n", "f:2:8: ", "underscores"),
        (
            "[[key]]\nname = \"A\"\n[[key]]\nname = \"A\"\n",
            "f:4:8: ",
            "line 2",
        ),
        (
            "[[key]]\nname = \"A\"\ntype = \"enum\"\n",
            "f:3:8: ",
            "values",
        ),
        (
            "[[key]]\nname = \"A\"\nrole = \"anon\"\n",
            "f:3:8: ",
            "type",
        ),
        ("[[key]]\nname = \"*_*\"\n", "f:2:8: ", "one *"),
        ("[[keys]]\nname = \"A\"\n", "f:1:3: ", "keys"),
        ("[[key]]\ngroup = \"A\"\n", "f:1:1: ", "name"),
        (
            "[[key]]\nname = \"A\"\nrequired_when = [{ plan = [] }]\n",
            "f:3:20: ",
            "plan",
        ),
    ] {
        let error = Schema::parse("f", text).unwrap_err();
        assert!(
            error.message.starts_with(place),
            "{text}: {}",
            error.message
        );
        assert!(error.message.contains(word), "{}", error.message);
    }
}
