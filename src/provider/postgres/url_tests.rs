use super::*;
use proptest::prelude::*;

#[test]
fn a_usual_address_is_read() {
    let url = DatabaseUrl::parse(
        "postgresql://postgres.abcdefghijklmnopqrst:example-pass@aws-0-sa-east-1.pooler.supabase.com:5432/postgres?sslmode=require&application_name=x",
    )
    .unwrap();
    assert_eq!(url.user, "postgres.abcdefghijklmnopqrst");
    assert_eq!(url.password(), Some("example-pass"));
    assert_eq!(url.database, "postgres");
    assert_eq!(url.sslmode, SslMode::Require);
    assert_eq!(url.param("application_name"), Some("x"));
    assert_eq!(url.place(), "aws-0-sa-east-1.pooler.supabase.com:5432");
}

#[test]
fn a_password_may_hold_signs_that_end_other_parts() {
    for password in ["a@b", "a:b", "a/b", "a?b", "a#b", "@", "p@ss:w/rd"] {
        let url = DatabaseUrl::parse(&format!("postgres://u:{password}@h:5/d")).unwrap();
        assert_eq!(url.password(), Some(password));
        assert_eq!((url.place().as_str(), url.database.as_str()), ("h:5", "d"));
    }
}

#[test]
fn defaults_are_libpq_s() {
    let url = DatabaseUrl::parse("postgres://ana@db.example").unwrap();
    assert_eq!((url.port, url.database.as_str()), (5432, "ana"));
    assert_eq!(url.sslmode, SslMode::Prefer);
    assert_eq!(url.password(), None);
}

#[test]
fn a_socket_s_folder_can_be_host_or_parameter() {
    for text in [
        "postgres://u@%2Frun%2Fpg:6000/d",
        "postgres://u@:6000/d?host=/run/pg",
        "postgres:///d?host=/run/pg&port=6000&user=u",
    ] {
        let url = DatabaseUrl::parse(text).unwrap();
        assert_eq!(url.host, Host::Unix("/run/pg".into()), "{text}");
        assert_eq!(url.place(), "/run/pg/.s.PGSQL.6000");
    }
}

#[test]
fn ipv6_hosts_have_brackets() {
    let url = DatabaseUrl::parse("postgres://u:p@[::1]:6000/d").unwrap();
    assert_eq!(url.host, Host::Tcp("::1".into()));
    assert_eq!(url.place(), "[::1]:6000");
    assert_eq!(DatabaseUrl::parse(&url.reveal()).unwrap(), url);
}

#[test]
fn errors_say_what_is_wrong_and_never_show_a_secret() {
    for (text, says) in [
        ("mysql://u:example-pass@h/d", "doesn't begin with"),
        ("postgres://u:example-pass@/d", "names no host"),
        ("postgres://h/d", "names no user"),
        ("postgres://u:example-pass@h:99999/d", "port"),
        ("postgres://u:example-pass%@h/d", "password"),
        ("postgres://u:example-pass@a,b/d", "more than one host"),
        ("postgres://u:example-pass@h/d?sslmode=often", "sslmode"),
        ("postgres://u:example-pass@[::1/d", "["),
    ] {
        let error = DatabaseUrl::parse(text).unwrap_err();
        assert_eq!(error.kind, Kind::Parse);
        assert!(error.message.contains(says), "{text}: {}", error.message);
        let all = format!("{error:?} {error}");
        assert!(!all.contains("example-pass"), "{all}");
    }
}

#[test]
fn nothing_printed_shows_the_password() {
    let url = DatabaseUrl::parse("postgres://u:example-pass@h/d?sslmode=require").unwrap();
    assert_eq!(
        url.to_string(),
        "postgresql://u:***@h:5432/d?sslmode=require"
    );
    assert!(!format!("{url:?}").contains("example-pass"));
    assert!(url.reveal().contains("example-pass"));
}

fn addresses() -> impl Strategy<Value = DatabaseUrl> {
    let host = prop_oneof![
        "[a-z][a-z0-9.-]{0,20}".prop_map(Host::Tcp),
        Just(Host::Tcp("2001:db8::1".into())),
        "/[^\\x00]{0,20}".prop_map(|path| Host::Unix(path.into())),
    ];
    let mode = prop_oneof![
        Just(SslMode::Disable),
        Just(SslMode::Prefer),
        Just(SslMode::Require),
        Just(SslMode::VerifyCa),
        Just(SslMode::VerifyFull),
    ];
    let text = "[^\\x00]{1,12}";
    let params = prop::collection::vec(("x[a-z]{1,5}", "[^\\x00]{0,8}"), 0..3);
    (
        host,
        1..=u16::MAX,
        text,
        prop::option::of("[^\\x00]{0,12}"),
        text,
        mode,
        params,
    )
        .prop_map(
            |(host, port, user, password, database, sslmode, params)| DatabaseUrl {
                host,
                port,
                user,
                password,
                database,
                sslmode,
                params,
            },
        )
}

proptest! {
    #[test]
    fn writing_and_reading_gives_the_same_address(url in addresses()) {
        prop_assert_eq!(DatabaseUrl::parse(&url.reveal()).unwrap(), url);
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        let _ = DatabaseUrl::parse(&text);
        let _ = DatabaseUrl::parse(&format!("postgres://{text}"));
    }
}
