use super::array::Elements;
use super::*;

const OLD: &str = "abcdefghijklmnopqrst";
const NEW: &str = "zyxwvutsrqponmlkjihg";

fn rewriter() -> Rewriter {
    let mut map = ReferenceMap::default();
    map.add(ReferenceKind::ProjectRef, OLD, NEW);
    map.add(
        ReferenceKind::ProjectUrl,
        "http://127.0.0.1:5000/p/abcdefghijklmnopqrst",
        "http://127.0.0.1:5000/q",
    );
    map.add(ReferenceKind::ProjectRef, "ab", "never");
    map.add(
        ReferenceKind::SharedHost,
        "aws-0-eu.pooler.example",
        "aws-1-us.pooler.example",
    );
    map.add(ReferenceKind::Password, "example", "changed");
    map.add(ReferenceKind::Schema, "team_a", "team_b");
    map.add(ReferenceKind::Schema, "public", "team_b");
    map.add(
        ReferenceKind::Site,
        "acme.atlassian.net",
        "clone.atlassian.net",
    );
    map.add(ReferenceKind::JiraProject, "PROJ", "CLON");
    map.add(ReferenceKind::JiraIssue, "PROJ-1", "CLON-7");
    map.add(ReferenceKind::JiraIssue, "PROJ-12", "CLON-3");
    map.add(ReferenceKind::ConfluencePage, "4711", "12");
    map.add_legacy_key("anon", "example-new-anon");
    map.compile().unwrap()
}

#[track_caller]
fn becomes(text: &str, expected: &str) {
    let rewriter = rewriter();
    let once = rewriter.text(text);
    assert_eq!(once.text, expected);
    let twice = rewriter.text(&once.text);
    assert_eq!((&*twice.text, twice.count), (expected, 0), "applied twice");
}

#[track_caller]
fn stays(text: &str) {
    assert_eq!(rewriter().text(text).text, text);
}

#[test]
fn whole_tokens_change_and_parts_of_words_do_not() {
    becomes(
        "ref=abcdefghijklmnopqrst db.abcdefghijklmnopqrst.host xabcdefghijklmnopqrst ab",
        "ref=zyxwvutsrqponmlkjihg db.zyxwvutsrqponmlkjihg.host xabcdefghijklmnopqrst ab",
    );
}

#[test]
fn the_longer_token_wins_and_one_that_is_none_hides_no_other() {
    becomes(
        "x http://127.0.0.1:5000/p/abcdefghijklmnopqrst y",
        "x http://127.0.0.1:5000/q y",
    );
    becomes(
        "xhttp://127.0.0.1:5000/p/abcdefghijklmnopqrst",
        "xhttp://127.0.0.1:5000/p/zyxwvutsrqponmlkjihg",
    );
}

#[test]
fn every_form_of_a_supabase_project_is_found() {
    for form in [
        "https://REF.supabase.co/rest/v1/t?select=*",
        "https://REF.supabase.in",
        "postgresql://postgres:x@db.REF.supabase.co:5432/postgres",
        "https://REF.functions.supabase.co/hello",
        "https://supabase.com/dashboard/project/REF/settings",
        "https://REF.supabase.co/storage/v1/object/public/bucket/a%20b.png",
        "https%3A%2F%2FREF.supabase.co%2Fauth%2Fv1",
        "https%253A%252F%252FREF.supabase.co",
        "{\"u\":\"https:\\/\\/REF.supabase.co\"}",
        "line\\nREF",
        "https://mcp.supabase.com/mcp?project_ref=REF&read_only=true",
        "--project-ref=REF",
        "project_id = \"REF\"",
    ] {
        becomes(&form.replace("REF", OLD), &form.replace("REF", NEW));
    }
    for form in ["%41REF", "%C3%A9REF", "REF_2", "éREF", "REF%41"] {
        stays(&form.replace("REF", OLD));
    }
}

#[test]
fn a_poolers_host_and_a_short_password_belong_to_the_source_only_beside_its_ref() {
    becomes(
        "postgres://postgres.abcdefghijklmnopqrst:example@aws-0-eu.pooler.example:5432/postgres",
        "postgres://postgres.zyxwvutsrqponmlkjihg:changed@aws-1-us.pooler.example:5432/postgres",
    );
    stays("postgres://postgres.another:example@aws-0-eu.pooler.example:5432/postgres");
    stays("an example at aws-0-eu.pooler.example");
}

#[test]
fn a_legacy_key_is_known_by_its_payload() {
    let anon = jwt::example(r#"{"iss":"supabase","ref":"abcdefghijklmnopqrst","role":"anon"}"#);
    let person = jwt::example(r#"{"ref":"abcdefghijklmnopqrst","role":"authenticated"}"#);
    becomes(
        &format!("apikey: {anon}; other: {person}"),
        &format!("apikey: example-new-anon; other: {person}"),
    );
    let left = rewriter().residues(&person);
    assert_eq!(left[0].reason, Reason::SignedToken, "{left:?}");
}

#[test]
fn a_schema_counts_where_it_qualifies() {
    becomes(
        "select from team_a.t, \"team_a\".\"t\"; ?currentSchema=team_a",
        "select from team_b.t, \"team_b\".\"t\"; ?currentSchema=team_b",
    );
    stays("team_a is a team. team_a.");
    stays("public.t my_team_a.t x.team_a.y team_a@example.com host/team_a.txt");
}

#[test]
fn jira_keys_are_tokens_of_their_own() {
    becomes(
        "PROJ-1, PROJ-12. feature/PROJ-1-fix (see PROJ-1.)",
        "CLON-7, CLON-3. feature/CLON-7-fix (see CLON-7.)",
    );
    stays("PROJ-123 APROJ-1 PROJ-1a MY-PROJ-1 PROJ-1.5 proj-1 PROJ_1 xPROJ-1 %41PROJ-1");
    becomes(
        "https://acme.atlassian.net/browse/PROJ-1 https://other.example/browse/PROJ-1",
        "https://clone.atlassian.net/browse/CLON-7 https://other.example/browse/PROJ-1",
    );
    becomes("project = PROJ AND x", "project = CLON AND x");
    stays("the PROJ project");
    stays("my-acme.atlassian.net acme.atlassian.net.example");
}

#[test]
fn numbers_count_only_in_addresses() {
    becomes(
        "https://acme.atlassian.net/wiki/pages/viewpage.action?pageId=4711 u=%2Fpages%2F4711",
        "https://clone.atlassian.net/wiki/pages/viewpage.action?pageId=12 u=%2Fpages%2F12",
    );
    stays("4711 pages, /pages/47110 https://other.example/pages/4711");
}

#[test]
fn json_changes_inside_strings_only_and_keeps_its_bytes() {
    let json = "{ \"a\\u00e9\\/abcdefghijklmnopqrst\" : 4711 ,\n\"n\":1.50e+1, \"t\\nabcdefghijklmnopqrst\": \
        [\"\\ud83d\\ude00 http:\\/\\/127.0.0.1:5000\\/p\\/abcdefghijklmnopqrst\", \"xabcdefghijklmnopqrst\"]}";
    let out = rewriter().json(json);
    let expected = "{ \"a\\u00e9\\/zyxwvutsrqponmlkjihg\" : 4711 ,\n\"n\":1.50e+1, \"t\\nzyxwvutsrqponmlkjihg\": \
        [\"\\ud83d\\ude00 http://127.0.0.1:5000/q\", \"xabcdefghijklmnopqrst\"]}";
    assert_eq!(out.text, expected);
    assert_eq!(out.count, 3);
    serde_json::from_str::<serde_json::Value>(&out.text).unwrap();
    assert_eq!(rewriter().json(&out.text).count, 0);
}

#[test]
fn arrays_of_any_shape() {
    let rewriter = rewriter();
    for (literal, elements, expected) in [
        (
            "{abcdefghijklmnopqrst,NULL,\"a \\\"abcdefghijklmnopqrst\\\"\"}",
            Elements::Text,
            "{\"zyxwvutsrqponmlkjihg\",NULL,\"a \\\"zyxwvutsrqponmlkjihg\\\"\"}",
        ),
        (
            "[0:1]={{PROJ-1},{b}}",
            Elements::Text,
            "[0:1]={{\"CLON-7\"},{b}}",
        ),
        (
            "{\"{\\\"a\\\": \\\"PROJ-1\\\", \\\"n\\\": 4711}\",1}",
            Elements::Json,
            "{\"{\\\"a\\\": \\\"CLON-7\\\", \\\"n\\\": 4711}\",1}",
        ),
        ("{}", Elements::Text, "{}"),
    ] {
        assert_eq!(rewriter.array(literal, elements).text, expected);
    }
}

#[test]
fn what_stays_has_its_reason() {
    let rewriter = rewriter();
    let text = "ABCDEFGHIJKLMNOPQRST xabcdefghijklmnopqrst \
        https://zyxwvutsrqponmlkjihg.supabase.co/storage/v1/object/sign/b/a.png?token=example";
    let reasons: Vec<Reason> = rewriter
        .residues(text)
        .into_iter()
        .map(|r| r.reason)
        .collect();
    assert_eq!(
        reasons,
        [Reason::OtherCase, Reason::LongerWord, Reason::SignedAddress]
    );
    assert_eq!(rewriter.residues(OLD)[0].reason, Reason::NotRewritten);
    assert!(rewriter.residues(NEW).is_empty());
}

#[test]
fn nothing_shows_a_token() {
    let rewriter = rewriter();
    assert!(!format!("{rewriter:?}").contains(OLD));
    assert_eq!(rewriter.chained(), 0);
    let mut map = ReferenceMap::default();
    map.add(ReferenceKind::JiraIssue, "A-1", "A-2");
    map.add(ReferenceKind::JiraIssue, "A-2", "A-1");
    assert_eq!(map.compile().unwrap().chained(), 2);
    assert!(!format!("{map:?}").contains("A-1"));
}

#[test]
fn ten_thousand_pairs_on_a_large_text() {
    let mut map = ReferenceMap::default();
    for n in 1..=10_000_u32 {
        let to = format!("CLON-{}", 10_001 - n);
        map.add(ReferenceKind::JiraIssue, &format!("PROJ-{n}"), &to);
    }
    let rewriter = map.compile().unwrap();
    assert_eq!(rewriter.needles().unwrap(), ["PROJ-"]);
    let text: String = (1..=100_000_u32)
        .map(|n| format!("see PROJ-{n} in the text; "))
        .collect();
    let began = std::time::Instant::now();
    let out = rewriter.text(&text);
    println!(
        "MEASURED {} MB in {:?}",
        text.len() / 1_000_000,
        began.elapsed()
    );
    assert_eq!(out.count, 10_000);
    assert!(
        out.text
            .starts_with("see CLON-10000 in the text; see CLON-9999 in")
    );
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
}
