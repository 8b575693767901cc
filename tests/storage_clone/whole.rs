//! A clone with its database: every file has the same hash, every row is as it was.

use std::process::Stdio;

use matriz::provider::supabase::storage::{Unwatched, Upload};
use serde_json::json;

use crate::kills::worker;
use crate::place::{Place, SOURCE, TARGET, What};

/// More than what a worker may have in memory for it.
const LONG: usize = 40 * 1024 * 1024;
const SMALL: usize = 30;

fn long() -> Vec<u8> {
    (0..LONG).map(|n| (n * 31 / 7) as u8).collect()
}

/// Two buckets, a policy, files of all kinds, and a row whose file is gone.
pub async fn fill(place: &Place) {
    place.bucket(SOURCE, "fotos", true).await;
    place.bucket(SOURCE, "laudos", false).await;
    for n in 0..SMALL {
        let object = format!("rota {}/ponto-{n}.txt", n % 3);
        place
            .store(
                SOURCE,
                "fotos",
                &object,
                format!("ponto {n}").repeat(n).as_bytes(),
            )
            .await;
    }
    place
        .store(SOURCE, "laudos", "a//b (1)+$&=.txt", b"odd")
        .await;
    let path = place.file(&long());
    let upload = Upload {
        bucket: "laudos",
        name: "filme.mp4",
        path: &path,
        bytes: LONG as u64,
        content_type: "video/mp4",
        cache_control: Some("max-age=9"),
        user_metadata: Some(&json!({ "by": "açude", "n": 1 })),
    };
    place
        .client(SOURCE)
        .upload(&upload, &Unwatched)
        .await
        .unwrap();
    let sql = "
        create policy laudos_read on storage.objects for select to authenticated
          using (bucket_id = 'laudos' and owner_id = 'x');
        update storage.objects set owner = gen_random_uuid(), owner_id = 'x',
          created_at = '2024-02-03 04:05:06.123456+00', updated_at = '2024-03-03 04:05:06+00',
          last_accessed_at = '2025-01-01 00:00:00+00' where name like '%7%' or name = 'filme.mp4';
        insert into storage.objects (bucket_id, name, metadata)
          values ('laudos', 'perdido.txt', '{\"size\": 3, \"mimetype\": \"text/plain\"}')";
    place.sql(SOURCE, sql).await;
}

/// Holds that the target has what the source has.
pub async fn check(place: &Place) {
    let (source, target) = (place.digests(SOURCE).await, place.digests(TARGET).await);
    assert_eq!(source.len(), SMALL + 3);
    assert_eq!(
        source.values().filter(|digest| *digest == "none").count(),
        1
    );
    assert_eq!(source, target);
    assert_eq!(place.rows(SOURCE).await, place.rows(TARGET).await);
    let policies = "select * from pg_policies where schemaname = 'storage' order by policyname";
    assert_eq!(
        place.sql(SOURCE, policies).await,
        place.sql(TARGET, policies).await
    );
    let buckets = "select to_jsonb(b) as row from storage.buckets b order by id";
    assert_eq!(
        place.sql(SOURCE, buckets).await,
        place.sql(TARGET, buckets).await
    );
    let project = place.env(TARGET, "SUPABASE_PROJECT_REF");
    let url = format!(
        "{}/projects/{project}/storage/v1/object/public/fotos/rota%201/ponto-7.txt",
        place.sandbox.url
    );
    let open = reqwest::Client::builder().no_proxy().build().unwrap();
    let read = open.get(url).send().await.unwrap();
    assert_eq!(read.headers()["content-type"], "text/plain");
    assert_eq!(read.headers()["cache-control"], "max-age=77");
    assert_eq!(read.text().await.unwrap(), "ponto 7".repeat(7));
    let left = place.workspace.state_dir().unwrap();
    let scratch = std::fs::read_dir(left).unwrap().flatten();
    let scratch: Vec<_> = scratch
        .filter(|e| e.file_name().to_string_lossy().contains("storage-"))
        .collect();
    assert!(scratch.is_empty(), "{scratch:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_file_has_the_same_hash_and_no_file_is_whole_in_memory() {
    let Some(place) = Place::start().await else {
        return;
    };
    fill(&place).await;
    let id = place.submit(What::Whole);
    let worker = worker(&place, id, What::Whole)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let output = tokio::task::spawn_blocking(move || worker.wait_with_output().unwrap());
    let output = output.await.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    check(&place).await;

    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let grown = said
        .lines()
        .find_map(|line| line.strip_prefix("GROWN "))
        .unwrap();
    println!("the worker's memory grew by {grown} kB");
    let grown: u64 = grown.parse().unwrap();
    // the long file alone would be more
    assert!(grown < LONG as u64 / 1024, "{grown} kB for a file of 40 MB");

    let report = place.report(id);
    assert_eq!((report.buckets, report.files), (2, SMALL as u64 + 2));
    assert!(report.bytes > LONG as u64);
    let left: Vec<&str> = report.left.iter().map(|left| &*left.file).collect();
    assert_eq!(left, ["laudos/perdido.txt"]);
    let lines = report.lines().join("\n");
    assert!(lines.contains("byte for byte"), "{lines}");
    place.stop().await;
}
