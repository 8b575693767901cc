//! Seeds on a real Postgres with pgvector.

mod support;

use std::path::Path;

use matriz::Result;
use matriz::domain::progress::Report;
use matriz::error::Kind;
use matriz::memory::embed::{Embedder, MODEL_NAME, to_vector384};
use matriz::memory::seeds::{self, LoadOptions, SeedReport, SeedSet, TextColumn, model};
use matriz::provider::postgres::connect::Connection;
use matriz::provider::postgres::migrate;
use matriz::provider::postgres::server::Server;
use tokio_util::sync::CancellationToken;

const PROJECT: &str = "
    CREATE ROLE anon NOLOGIN; CREATE ROLE authenticated NOLOGIN;
    CREATE ROLE service_role NOLOGIN BYPASSRLS;
    CREATE SCHEMA extensions; GRANT USAGE ON SCHEMA extensions TO PUBLIC;
    CREATE SCHEMA clone_1";

async fn project() -> Option<(Server, Connection)> {
    let postgres = support::vector_engine().await?;
    let server = support::server(&postgres).await;
    let url = support::database(&server, "seeds").await;
    let client = support::connected(&url).await;
    client.batch_execute(PROJECT).await.unwrap();
    for schema in ["public", "clone_1"] {
        migrate::apply(&client, schema, &migrate::embedded(), &mut |_| ())
            .await
            .unwrap();
    }
    Some((server, client))
}

fn set(text: &str) -> SeedSet {
    SeedSet {
        files: vec![seeds::parse(Path::new("seeds/a.yaml"), text).unwrap()],
    }
}

async fn load_with(
    client: &Connection,
    schema: &str,
    set: &SeedSet,
    options: &LoadOptions,
) -> Result<SeedReport> {
    let cancel = CancellationToken::new();
    seeds::load(client, schema, set, options, &mut |_| (), &cancel).await
}

async fn load(client: &Connection, schema: &str, set: &SeedSet) -> Result<SeedReport> {
    load_with(client, schema, set, &LoadOptions::default()).await
}

async fn number(client: &Connection, sql: &str) -> i64 {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

fn shipped() -> SeedSet {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("instances/default/seeds");
    seeds::read_dir(&folder).unwrap()
}

#[tokio::test]
async fn the_shipped_seeds_load_once_and_are_found_by_meaning() {
    let Some((server, client)) = project().await else {
        return;
    };
    let seeds = shipped();
    assert!(seeds.rows() >= 150, "{} rows", seeds.rows());
    let mut last = Report::default();
    let cancel = CancellationToken::new();
    let first = seeds::load(
        &client,
        "public",
        &seeds,
        &LoadOptions::default(),
        &mut |report| last = report,
        &cancel,
    )
    .await
    .unwrap();
    let rows = seeds.rows() as u64;
    assert_eq!((first.inserted(), first.skipped()), (rows, 0));
    assert!(
        first
            .tables
            .iter()
            .all(|table| table.embedded == table.inserted)
    );
    assert_eq!(first.notes, Vec::<String>::new());
    assert_eq!((last.amount.done, last.amount.total), (rows, rows));

    let again = load(&client, "public", &seeds).await.unwrap();
    assert_eq!((again.inserted(), again.skipped()), (0, rows));
    let empty = number(
        &client,
        "SELECT (SELECT count(*) FROM corporate_memory WHERE embedding IS NULL)
              + (SELECT count(*) FROM agent_logs WHERE decision_vector IS NULL)
              + (SELECT count(*) FROM task_context WHERE requirements_vector IS NULL)",
    )
    .await;
    assert_eq!(empty, 0);
    let tails = number(
        &client,
        "SELECT count(*) FROM corporate_memory
         WHERE extensions.subvector(embedding, 257, 128)::text ~ '[1-9]'
            OR abs(extensions.vector_norm(embedding) - 1) > 0.001",
    )
    .await;
    assert_eq!(tails, 0);
    let records = model::list(&client, "public").await.unwrap();
    assert_eq!(records.len(), 4);
    assert!(records.iter().all(|record| record.model == MODEL_NAME));

    let model = Embedder::load().unwrap();
    for (query, expected) in QUERIES {
        let vector = to_vector384(&model.embed(query).unwrap());
        let rows = client
            .query(
                "SELECT content FROM match_corporate_memory($1::text::extensions.vector, 3)",
                &[&vector],
            )
            .await
            .unwrap();
        let found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(
            found.iter().any(|text| text.contains(expected)),
            "{query}: {found:#?}"
        );
    }
    server.stop().await.unwrap();
}

/// A question, and words of a row that must be among the first three answers.
const QUERIES: [(&str, &str); 6] = [
    (
        "Quando o cliente atrasado perde o frio?",
        "Cliente com até 20 dias de atraso",
    ),
    (
        "Quem decide um reembolso de valor alto?",
        "Reembolso até R$ 300",
    ),
    (
        "ferrugem nos parafusos perto do mar",
        "Maresia come parafuso",
    ),
    (
        "dependence on a single battery supplier",
        "Oitenta por cento das baterias",
    ),
    (
        "When is new firmware released?",
        "Release train for firmware",
    ),
    ("what colours does the brand use", "Cores da marca"),
];

#[tokio::test]
async fn values_of_every_kind_reach_their_columns() {
    let Some((server, client)) = project().await else {
        return;
    };
    client
        .batch_execute(
            r#"CREATE TYPE public.mood AS ENUM ('bom', 'ruim');
               CREATE DOMAIN public.percent AS numeric(5,2) CHECK (VALUE <= 100);
               CREATE TABLE public."Odd ""Table" (
                 "Primary Key" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                 "select" text, code char(4), rate percent, mood mood, tags text[], grid int[],
                 extra jsonb, many jsonb[], day date, at timestamptz, ok boolean, raw bytea,
                 ratio double precision, short varchar(3), doubled int GENERATED ALWAYS AS (1) STORED)"#,
        )
        .await
        .unwrap();
    let text = r#"
'Odd "Table':
  - Primary Key: 41
    select: "it's \"quoted\"; --"
    code: ab
    rate: 12.5
    mood: bom
    tags: [a, "b,c", ~, 'say "x"']
    grid: [[1, 2], [3, 4]]
    extra: {b: [1, true, ~], a: "x"}
    many: [{k: 1}, {k: 2}]
    day: 2026-03-01
    at: 2026-03-01T10:00:00-03:00
    ok: true
    raw: '\xdeadbeef'
    ratio: .nan
    short: abc
  - select: ~
    code: ~
"#;
    let report = load(&client, "public", &set(text)).await.unwrap();
    assert_eq!(report.inserted(), 2);
    let row = client
        .query_one(
            r#"SELECT "select", rate::text, tags, grid::text, extra::text, many[2]::text, day::text,
                      extract(epoch FROM at)::bigint, encode(raw, 'hex'), ratio::text
               FROM "Odd ""Table" WHERE "Primary Key" = 41"#,
            &[],
        )
        .await
        .unwrap();
    assert_eq!(row.get::<_, String>(0), "it's \"quoted\"; --");
    assert_eq!(row.get::<_, String>(1), "12.50");
    assert_eq!(
        row.get::<_, Vec<Option<String>>>(2),
        [
            Some("a".into()),
            Some("b,c".into()),
            None,
            Some("say \"x\"".into())
        ]
    );
    assert_eq!(row.get::<_, String>(3), "{{1,2},{3,4}}");
    assert_eq!(
        row.get::<_, String>(4),
        r#"{"a": "x", "b": [1, true, null]}"#
    );
    assert_eq!(row.get::<_, String>(5), r#"{"k": 2}"#);
    assert_eq!(row.get::<_, String>(6), "2026-03-01");
    assert_eq!(row.get::<_, i64>(7), 1_772_370_000);
    assert_eq!(row.get::<_, String>(8), "deadbeef");
    assert_eq!(row.get::<_, String>(9), "NaN");
    let again = load(&client, "public", &set(text)).await.unwrap();
    assert_eq!((again.inserted(), again.skipped()), (0, 2));
    // The sequence was moved past the number that the seed gave.
    let next = number(
        &client,
        r#"INSERT INTO "Odd ""Table" (code) VALUES ('x') RETURNING "Primary Key"::bigint"#,
    )
    .await;
    assert!(next > 41, "{next}");
    server.stop().await.unwrap();
}

#[tokio::test]
async fn errors_name_the_file_the_line_and_leave_nothing() {
    let Some((server, client)) = project().await else {
        return;
    };
    client
        .batch_execute("CREATE TABLE public.short (word varchar(3), n int UNIQUE)")
        .await
        .unwrap();
    let good = "short:\n  - word: abc\n    n: 1\n";
    for (more, kind, says) in [
        (
            "nowhere:\n  - a: 1\n",
            Kind::NotFound,
            "seeds/a.yaml:5: there is no table nowhere",
        ),
        (
            "  - wort: x\n",
            Kind::NotFound,
            "seeds/a.yaml:4: the table short has no column wort",
        ),
        (
            "  - n: two\n",
            Kind::Database,
            "seeds/a.yaml:4: the table short refuses this row",
        ),
        (
            "  - word: abcd\n",
            Kind::Database,
            "seeds/a.yaml:4: the table short refuses this row",
        ),
        (
            "  - n: 1\n",
            Kind::Database,
            "seeds/a.yaml:4: the table short refuses this row",
        ),
        (
            "  - n: [1]\n",
            Kind::Parse,
            "seeds/a.yaml:4: a list can't go into the column n",
        ),
        (
            "open_tasks:\n  - id: 1\n",
            Kind::Refused,
            "seeds/a.yaml:5: open_tasks is not a table",
        ),
        (
            "corporate_memory:\n  - content: x\n    category: y\n    embedding: [1]\n",
            Kind::Refused,
            "seeds/a.yaml:5: the column embedding is computed from content",
        ),
    ] {
        let error = load(&client, "public", &set(&format!("{good}{more}")))
            .await
            .unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.starts_with(says), "{error}");
        assert_eq!(number(&client, "SELECT count(*) FROM short").await, 0);
    }
    let cancel = CancellationToken::new();
    cancel.cancel();
    let options = LoadOptions::default();
    let error = seeds::load(
        &client,
        "public",
        &set(good),
        &options,
        &mut |_| (),
        &cancel,
    )
    .await
    .unwrap_err();
    assert_eq!(error.kind, Kind::Cancelled);
    assert_eq!(number(&client, "SELECT count(*) FROM short").await, 0);
    assert_eq!(
        load(&client, "public", &set(good))
            .await
            .unwrap()
            .inserted(),
        1
    );
    server.stop().await.unwrap();
}

const ONE: &str = "corporate_memory:\n  - category: value\n    content: Cada entrega conta.\n";

#[tokio::test]
async fn a_column_of_another_model_is_refused_until_it_is_embedded_again() {
    let Some((server, client)) = project().await else {
        return;
    };
    let foreign = format!("[{}]", vec!["0.05"; 384].join(","));
    client
        .execute(
            "INSERT INTO corporate_memory (category, content, embedding)
             SELECT 'value', 'Texto número ' || n, $1::text::extensions.vector FROM generate_series(1, 600) n",
            &[&foreign],
        )
        .await
        .unwrap();
    client
        .batch_execute("INSERT INTO corporate_memory (category, content) VALUES ('value', '  ')")
        .await
        .unwrap();
    let error = load(&client, "public", &set(ONE)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    assert!(
        error.message.contains("isn't recorded which model"),
        "{error}"
    );
    let other = model::Record {
        table: "corporate_memory".into(),
        column: "embedding".into(),
        model: "gte-small".into(),
    };
    model::record(&client, "public", &[other]).await.unwrap();
    let error = load(&client, "public", &set(ONE)).await.unwrap_err();
    assert!(error.message.contains("the model gte-small"), "{error}");
    assert!(error.hint.is_some());
    assert_eq!(
        number(&client, "SELECT count(*) FROM corporate_memory").await,
        601
    );

    let options = LoadOptions {
        reembed: true,
        ..LoadOptions::default()
    };
    let cancel = CancellationToken::new();
    cancel.cancel();
    let seeds = set(ONE);
    let stopped = seeds::load(&client, "public", &seeds, &options, &mut |_| (), &cancel).await;
    assert_eq!(stopped.unwrap_err().kind, Kind::Cancelled);
    assert_eq!(
        model::list(&client, "public").await.unwrap()[0].model,
        "gte-small"
    );

    let report = load_with(&client, "public", &seeds, &options)
        .await
        .unwrap();
    assert_eq!(report.tables[0].reembedded, 601);
    assert_eq!(report.inserted(), 1);
    let old = "SELECT count(*) FROM corporate_memory
        WHERE extensions.subvector(embedding, 257, 1)::text <> '[0]' OR (embedding IS NULL) <> (trim(content) = '')";
    assert_eq!(number(&client, old).await, 0);
    let model = Embedder::load().unwrap();
    let own = to_vector384(&model.embed("Texto número 599").unwrap());
    let row = client
        .query_one(
            "SELECT content, similarity FROM match_corporate_memory($1::text::extensions.vector, 1)",
            &[&own],
        )
        .await
        .unwrap();
    assert_eq!(row.get::<_, String>(0), "Texto número 599");
    assert!(row.get::<_, f64>(1) > 0.9999);
    assert_eq!(load(&client, "public", &seeds).await.unwrap().skipped(), 1);
    server.stop().await.unwrap();
}

#[tokio::test]
async fn another_schema_and_other_tables_are_filled_by_the_rule() {
    let Some((server, client)) = project().await else {
        return;
    };
    client
        .batch_execute(
            "CREATE TABLE clone_1.pages (title text, body text, kind text,
               title_embedding extensions.vector(384), embedding extensions.vector, odd extensions.vector(300));
             CREATE TABLE clone_1.narrow (content text, embedding extensions.vector(128));
             CREATE TABLE clone_1.unclear (a text, b text, v extensions.vector(384))",
        )
        .await
        .unwrap();
    let seeds = set(&format!(
        "_embed:\n  pages.odd: kind\n{ONE}pages:\n  - title: Guia\n    body: Como torrar café\n    kind: manual\n"
    ));
    assert_eq!(
        load(&client, "clone_1", &seeds).await.unwrap().inserted(),
        2
    );
    assert_eq!(
        number(&client, "SELECT count(*) FROM public.corporate_memory").await,
        0
    );
    assert_eq!(
        number(&client, "SELECT count(*) FROM clone_1.corporate_memory").await,
        1
    );
    let widths = client
        .query_one(
            "SELECT extensions.vector_dims(title_embedding), extensions.vector_dims(embedding), extensions.vector_dims(odd)
             FROM clone_1.pages",
            &[],
        )
        .await
        .unwrap();
    let widths: Vec<i32> = (0..3).map(|n| widths.get(n)).collect();
    assert_eq!(widths, [384, 256, 300]);

    let narrow = set("narrow:\n  - content: x\n");
    let error = load(&client, "clone_1", &narrow).await.unwrap_err();
    assert_eq!(error.kind, Kind::Refused);
    assert!(
        error.message.contains("holds vectors of 128 values"),
        "{error}"
    );

    let unclear = set("unclear:\n  - a: x\n    b: y\n");
    let report = load(&client, "clone_1", &unclear).await.unwrap();
    assert!(report.notes[0].starts_with("unclear.v stays empty"));
    let options = LoadOptions {
        text_columns: vec![TextColumn {
            table: "unclear".into(),
            vector: "v".into(),
            text: "b".into(),
        }],
        ..LoadOptions::default()
    };
    let more = set("unclear:\n  - a: x\n    b: z\n");
    let report = load_with(&client, "clone_1", &more, &options)
        .await
        .unwrap();
    assert_eq!(report.tables[0].embedded, 1);
    server.stop().await.unwrap();
}
