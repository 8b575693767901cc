//! The second pass over a database: what names the source names the target, exactly what is in the
//! list differs, and whatever stays has its reason.

mod copying;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use copying::{Pair, Watcher, number};
use matriz::domain::reference::{Leftover, Reason, ReferenceKind, ReferenceMap, Rewriter};
use matriz::domain::report::DatabaseChanges;
use matriz::error::Kind;
use matriz::provider::postgres::columns::{self, RewriteRequest};
use matriz::provider::postgres::url::DatabaseUrl;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

const OLD: &str = "abcdefghijklmnopqrst";
const NEW: &str = "zyxwvutsrqponmlkjihg";
const OLD_KEY: &str = "sb_secret_example_1";
const NEW_KEY: &str = "sb_secret_example_number_two";
const FIXTURE: &str = include_str!("data/references_fixture.sql");

fn rewriter() -> Arc<Rewriter> {
    let mut map = ReferenceMap::default();
    map.add(ReferenceKind::ProjectRef, OLD, NEW);
    map.add(
        ReferenceKind::ProjectUrl,
        &format!("https://{OLD}.supabase.co"),
        &format!("https://{NEW}.supabase.co"),
    );
    map.add(ReferenceKind::Key, OLD_KEY, NEW_KEY);
    map.add(ReferenceKind::JiraIssue, "PROJ-1", "CLON-7");
    Arc::new(map.compile().expect("a map"))
}

fn request(target: &DatabaseUrl, schema: Option<&str>) -> RewriteRequest {
    RewriteRequest {
        target: target.clone(),
        schema: schema.map(str::to_owned),
        rewriter: rewriter(),
    }
}

async fn rewrite(target: &DatabaseUrl, watcher: &Watcher) -> DatabaseChanges {
    columns::rewrite(&request(target, None), watcher, CancellationToken::new())
        .await
        .unwrap_or_else(|e| panic!("{} {:?}", e.chain(), e.hint))
}

/// `table row column`.
type Places = BTreeSet<(String, String, String)>;

fn listed(changes: &DatabaseChanges) -> Places {
    let mut places = Places::new();
    for table in &changes.tables {
        assert_eq!(table.unlisted, 0);
        for row in &table.rows {
            for column in &row.columns {
                let row = row.row.clone().unwrap_or_default();
                places.insert((table.table.clone(), row, column.clone()));
            }
        }
    }
    places
}

/// Every row of a table with a primary key, by that.
async fn rows(url: &DatabaseUrl, table: &str, key: &str) -> BTreeMap<String, Value> {
    let connection = support::connected(url).await;
    let query =
        format!("SELECT '{key}=' || {key}::text, to_jsonb(whole_row)::text FROM {table} whole_row");
    let rows = connection.query(&query, &[]).await.expect(&query);
    rows.iter()
        .map(|row| {
            let value = serde_json::from_str(row.get::<_, &str>(1)).expect("JSON");
            (row.get(0), value)
        })
        .collect()
}

/// Where the two databases' tables differ, column by column, but for columns that are computed.
async fn differing(pair: &Pair) -> Places {
    let connection = support::connected(&pair.source).await;
    let tables = connection
        .query(
            "SELECT n.nspname || '.' || c.relname, a.attname::text FROM pg_class c
             JOIN pg_namespace n ON n.oid = c.relnamespace
             JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
             WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'",
            &[],
        )
        .await
        .expect("the tables");
    assert!(tables.len() > 8);
    let mut places = Places::new();
    for row in &tables {
        let (table, key): (String, String) = (row.get(0), row.get(1));
        let theirs = rows(&pair.source, &table, &key).await;
        let mut ours = rows(&pair.target, &table, &key).await;
        for (key, old) in theirs {
            let key = rewriter().text(&key).text.into_owned();
            let new = ours
                .remove(&key)
                .or_else(|| ours.remove(&key.replace(NEW, OLD)));
            let new = new.unwrap_or_else(|| panic!("{table} has no {key}"));
            for (column, value) in old.as_object().expect("a row") {
                if new[column] != *value && column != "g" {
                    places.insert((table.clone(), key.clone(), column.clone()));
                }
            }
        }
        assert!(ours.is_empty(), "{table} has rows of its own: {ours:?}");
    }
    places
}

#[track_caller]
fn has(left: &[Leftover], place: &str, row: Option<&str>, why: impl Fn(&Reason) -> bool) {
    let found = left
        .iter()
        .any(|l| l.place == place && l.row.as_deref() == row && why(&l.reason));
    assert!(found, "{place} {row:?} is not in {left:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_value_that_differs_is_in_the_list_and_nothing_else_differs() {
    for postgres in support::engines().await {
        let pair = Pair::new(&postgres, FIXTURE).await;
        let copied = pair.copy(&Watcher::default()).await.expect("a copy");
        assert_eq!(copied.verified, copied.tables);
        let watcher = Watcher::default();
        let changes = rewrite(&pair.target, &watcher).await;

        let listed = listed(&changes);
        assert_eq!(differing(&pair).await, {
            let mut listed = listed.clone();
            listed.retain(|(table, ..)| table != "public.bare");
            listed
        });
        let columns: BTreeSet<&str> = listed
            .iter()
            .filter(|(table, row, _)| table == "public.forms" && row == "id=1")
            .map(|(_, _, column)| column.as_str())
            .collect();
        let every = [
            "c", "ca", "ci", "d", "dj", "j", "ja", "jb", "t", "ta", "v", "va", "x",
        ];
        assert_eq!(columns, BTreeSet::from(every), "{}", postgres.label());
        let counted: u64 = changes.values();
        assert_eq!(counted, listed.len() as u64);

        // what was there is what was meant, written as it was
        for (query, expected) in [
            (
                "SELECT j::text FROM forms WHERE id = 1",
                r#"{ "u" : "https://NEW.supabase.co\/a", "n": 1.50, "t": "x\nNEW" }"#,
            ),
            (
                "SELECT (jb->>'deep') || (jb->'n')::text FROM forms WHERE id = 1",
                "NEW1.50",
            ),
            (
                "SELECT ta::text FROM forms WHERE id = 1",
                r#"{{NEW,NULL},{"a \"NEW\", b","c\\d"}}"#,
            ),
            ("SELECT ja[1]->>'k' FROM forms WHERE id = 1", "NEW"),
            (
                "SELECT g FROM forms WHERE id = 1",
                "see NEW and CLON-7, not PROJ-12",
            ),
            (
                "SELECT at::date::text FROM forms WHERE id = 1",
                "2020-02-02",
            ),
            (
                "SELECT t FROM seen WHERE id = 1",
                "NEW and CLON-7, not PROJ-12",
            ),
            ("SELECT right(t, 20) FROM large", "NEW"),
            ("SELECT t FROM bare", "at NEW"),
            (
                "SELECT c.host || p.ref FROM child c JOIN parent p ON p.ref = c.host",
                "NEWNEW",
            ),
        ] {
            let connection = support::connected(&pair.target).await;
            let row = connection.query_one(query, &[]).await.expect(query);
            let expected = expected.replace("NEW", NEW);
            assert_eq!(row.get::<_, String>(0), expected, "{query}");
        }
        assert_eq!(changes.refreshed, ["public.above", "public.seen"]);

        // what stays, and why
        let left = &changes.left;
        let refused = |part: &'static str| move |reason: &Reason| matches!(reason, Reason::Refused(why) if why.contains(part));
        has(left, "public.taken.u", Some("id=1"), refused("unique"));
        has(left, "public.late.u", Some("id=1"), refused("unique"));
        has(left, "public.tight.v", Some("id=1"), refused("too long"));
        has(left, "public.strict.t", Some("id=1"), refused("check"));
        has(left, "public.forms.b", Some("id=1"), |r| {
            *r == Reason::Binary
        });
        has(left, "public.forms.t", Some("id=2"), |r| {
            *r == Reason::LongerWord
        });
        has(left, "public.mixed.o", Some("id=1"), |r| {
            matches!(r, Reason::ColumnType(_))
        });
        has(
            left,
            "supabase_migrations.schema_migrations.statements",
            Some("version=1"),
            |r| *r == Reason::History,
        );
        for (place, kind) in [
            ("function public.hook()", "function body"),
            ("view public.linking", "view definition"),
            ("column public.taken.u", "default"),
            ("policy own on public.strict", "policy"),
            ("constraint strict_t_check on public.strict", "constraint"),
            ("comment on relation public.forms", "comment"),
            ("comment on column public.forms.t", "comment"),
            ("trigger calls on public.forms", "trigger"),
            ("index public.partial", "index"),
            ("type public.place", "enum"),
        ] {
            has(left, place, None, |r| *r == Reason::Definition(kind.into()));
        }
        assert!(left.iter().all(|l| l.reason.is_explained()), "{left:#?}");

        // neither the log nor the answer shows a secret, and nothing of ours stays
        let said = format!("{:?} {changes:?}", watcher.lines.lock().unwrap());
        assert!(!said.contains(OLD_KEY) && !said.contains(NEW_KEY), "{said}");
        assert!(watcher.said("public.forms.t: 1 value to rewrite, 2 references"));
        let notes = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'matriz%'";
        assert_eq!(number(&pair.target, notes).await, 0);

        // again: nothing more
        let again = rewrite(&pair.target, &Watcher::default()).await;
        assert_eq!(again.values(), 0, "{again:?}");
        assert_eq!(again.left, changes.left);
    }
}

const MANY: &str = "
    DO $$ BEGIN FOR n IN 1..12 LOOP
      EXECUTE format('CREATE TABLE many_%s (id int PRIMARY KEY, t text, j jsonb)', n);
      EXECUTE format('INSERT INTO many_%s SELECT i, CASE WHEN i %% 3 = 0 THEN ''at abcdefghijklmnopqrst'' END,
        jsonb_build_object(''i'', i, ''u'', ''PROJ-'' || i) FROM generate_series(1, 1500) i', n);
    END LOOP; END $$;";

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_killed_anywhere_is_finished_by_the_next() {
    let Some(postgres) = support::engines().await.into_iter().next() else {
        return;
    };
    let pair = Pair::new(&postgres, MANY).await;
    pair.copy(&Watcher::default()).await.expect("a copy");
    let watcher = Watcher::default();
    let asked = request(&pair.target, None);
    let mut interrupted = 0;
    let mut wait = Duration::from_millis(10);
    let changes = loop {
        // a future that is dropped is as good as a process that is killed: its connection breaks
        let pass = columns::rewrite(&asked, &watcher, CancellationToken::new());
        match tokio::time::timeout(wait, pass).await {
            Ok(done) => break done.expect("a pass"),
            Err(_) => interrupted += 1,
        }
        wait += Duration::from_millis(40);
        assert!(interrupted < 500, "it never ends");
    };
    println!("MEASURED {interrupted} interruptions");
    assert!(interrupted > 1);
    let listed = listed(&changes);
    assert_eq!(listed.len(), 12 * 501);
    assert_eq!(differing(&pair).await, listed);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_change_places_are_changed_exactly_once() {
    let Some(postgres) = support::engines().await.into_iter().next() else {
        return;
    };
    let pair = Pair::new(&postgres, MANY).await;
    let mut map = ReferenceMap::default();
    map.add(ReferenceKind::JiraIssue, "PROJ-1", "PROJ-2");
    map.add(ReferenceKind::JiraIssue, "PROJ-2", "PROJ-1");
    let asked = RewriteRequest {
        target: pair.source.clone(),
        schema: None,
        rewriter: Arc::new(map.compile().expect("a map")),
    };
    let watcher = Watcher::default();
    let mut wait = Duration::from_millis(60);
    let mut interrupted = 0;
    let changes = loop {
        let pass = columns::rewrite(&asked, &watcher, CancellationToken::new());
        match tokio::time::timeout(wait, pass).await {
            Ok(done) => break done.expect("a pass"),
            Err(_) => interrupted += 1,
        }
        wait += Duration::from_millis(20);
        assert!(interrupted < 500, "it never ends");
    };
    println!("MEASURED {interrupted} interruptions");
    assert!(interrupted > 0);
    assert_eq!(changes.values(), 24);
    for n in 1..=12 {
        let swapped = format!(
            "SELECT count(*) FROM many_{n} WHERE j->>'u'
               = CASE id WHEN 1 THEN 'PROJ-2' WHEN 2 THEN 'PROJ-1' ELSE 'PROJ-' || id END"
        );
        assert_eq!(number(&pair.source, &swapped).await, 1500, "many_{n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_rewritten_is_known_even_when_it_could_not_be_written_down() {
    let Some(postgres) = support::engines().await.into_iter().next() else {
        return;
    };
    let pair = Pair::new(&postgres, MANY).await;
    pair.copy(&Watcher::default()).await.expect("a copy");
    let watcher = Watcher::default();
    *watcher.fail_save.lock().unwrap() = Some(2);
    let asked = request(&pair.target, None);
    let error = columns::rewrite(&asked, &watcher, CancellationToken::new())
        .await
        .unwrap_err();
    assert_eq!(error.kind, Kind::Io);
    let changes = rewrite(&pair.target, &watcher).await;
    assert_eq!(changes.values(), 12 * 501);

    // taken back before it was over: nothing of ours stays
    let watcher = Watcher::default();
    *watcher.fail_save.lock().unwrap() = Some(2);
    columns::rewrite(&asked, &watcher, CancellationToken::new())
        .await
        .unwrap_err();
    let notes = "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'matriz%'";
    assert_eq!(number(&pair.target, notes).await, 1);
    columns::forget(&pair.target, &watcher).await.unwrap();
    assert_eq!(number(&pair.target, notes).await, 0);
    let cancelled = CancellationToken::new();
    cancelled.cancel();
    let error = columns::rewrite(&asked, &Watcher::default(), cancelled).await;
    assert_eq!(error.unwrap_err().kind, Kind::Cancelled);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_database_is_rewritten_in_the_targets_schema_only() {
    let Some(postgres) = support::engines().await.into_iter().next() else {
        return;
    };
    let load = "CREATE TABLE public.t (id int PRIMARY KEY, t text); CREATE SCHEMA mine; CREATE TABLE mine.t (LIKE public.t INCLUDING ALL);
        INSERT INTO public.t VALUES (1, 'abcdefghijklmnopqrst'); INSERT INTO mine.t VALUES (1, 'abcdefghijklmnopqrst');
        CREATE VIEW public.v AS SELECT 'abcdefghijklmnopqrst'::text AS a";
    let pair = Pair::new(&postgres, load).await;
    let watcher = Watcher::default();
    let asked = request(&pair.source, Some("mine"));
    let changes = columns::rewrite(&asked, &watcher, CancellationToken::new())
        .await
        .expect("a pass");
    assert_eq!((changes.looked_at, changes.values()), (1, 1));
    assert_eq!(changes.left, []);
    let there = format!("SELECT count(*) FROM public.t WHERE t = '{OLD}'");
    assert_eq!(number(&pair.source, &there).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_may_not_silence_triggers_still_changes_nothing_else() {
    let Some(postgres) = support::engines().await.into_iter().next() else {
        return;
    };
    let load = "CREATE ROLE plain LOGIN PASSWORD 'example-password-1';
        CREATE SCHEMA app AUTHORIZATION plain; GRANT CREATE ON DATABASE source TO plain;
        CREATE TABLE public.theirs (id int PRIMARY KEY, t text); GRANT SELECT ON public.theirs TO plain;
        INSERT INTO public.theirs VALUES (1, 'abcdefghijklmnopqrst');
        SET ROLE plain;
        CREATE TABLE app.t (id int PRIMARY KEY, t text, at text DEFAULT 'then');
        CREATE TABLE app.parent (ref text PRIMARY KEY); CREATE TABLE app.child (id int PRIMARY KEY, ref text REFERENCES app.parent);
        INSERT INTO app.t VALUES (1, 'abcdefghijklmnopqrst');
        INSERT INTO app.parent VALUES ('abcdefghijklmnopqrst'); INSERT INTO app.child VALUES (1, 'abcdefghijklmnopqrst');
        CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at = 'now'; RETURN NEW; END $$;
        CREATE TRIGGER touch BEFORE UPDATE ON app.t FOR EACH ROW EXECUTE FUNCTION app.touch();
        RESET ROLE";
    let pair = Pair::new(&postgres, load).await;
    let url = pair
        .source
        .clone()
        .with_user("plain")
        .with_password("example-password-1");
    let changes = rewrite(&url, &Watcher::default()).await;
    assert_eq!(changes.values(), 1, "{changes:#?}");
    let untouched = format!("SELECT count(*) FROM app.t WHERE t = '{NEW}' AND at = 'then'");
    assert_eq!(number(&pair.source, &untouched).await, 1);
    let left = &changes.left;
    has(left, "public.theirs.t", Some("id=1"), |r| {
        *r == Reason::NotAllowed
    });
    let key = |r: &Reason| matches!(r, Reason::Refused(why) if why.contains("foreign key"));
    has(left, "app.child.ref", Some("id=1"), key);
    let enabled = "SELECT count(*) FROM pg_trigger WHERE tgname = 'touch' AND tgenabled = 'O'";
    assert_eq!(number(&pair.source, enabled).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_key_that_would_not_hold_any_more_is_an_error() {
    let Some(postgres) = support::engines().await.into_iter().next() else {
        return;
    };
    // the row that is referenced can't be rewritten, those that reference it can
    let load = "CREATE TABLE parent (ref text PRIMARY KEY CHECK (ref NOT LIKE 'zyx%'));
        CREATE TABLE child (id int PRIMARY KEY, ref text CONSTRAINT points REFERENCES parent);
        INSERT INTO parent VALUES ('abcdefghijklmnopqrst'); INSERT INTO child VALUES (1, 'abcdefghijklmnopqrst')";
    let pair = Pair::new(&postgres, load).await;
    let error = columns::rewrite(
        &request(&pair.source, None),
        &Watcher::default(),
        CancellationToken::new(),
    )
    .await
    .unwrap_err();
    assert_eq!(error.kind, Kind::Database);
    for part in ["public.child", "ref", "points"] {
        assert!(error.message.contains(part), "{}", error.message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn large_binary_values_are_looked_through_without_being_read_whole() {
    let Some(postgres) = support::engines().await.into_iter().next() else {
        return;
    };
    let load = format!(
        "CREATE TABLE public.files (id int PRIMARY KEY, b bytea);
         INSERT INTO public.files SELECT n, convert_to(repeat('eyJhb', 800000), 'UTF8')
           || CASE n WHEN 1 THEN ''::bytea
                     WHEN 2 THEN convert_to(' https://{OLD}.supabase.co ', 'UTF8')
                     WHEN 3 THEN convert_to('{OLD_KEY}', 'UTF8') END || '\\x00ff'::bytea
           FROM generate_series(1, 3) n"
    );
    let pair = Pair::new(&postgres, &load).await;
    let changes = rewrite(&pair.source, &Watcher::default()).await;
    assert!(changes.tables.is_empty());
    let left: Vec<_> = changes
        .left
        .iter()
        .map(|l| (l.row.as_deref(), &l.reason))
        .collect();
    // the key's own row: a letter stands right before it
    let expected = [
        (Some("id=2"), &Reason::Binary),
        (Some("id=3"), &Reason::LongerWord),
    ];
    assert_eq!(left, expected);
}
