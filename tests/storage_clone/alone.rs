//! The files without the database: into a project that has its own, and out of it again.

use matriz::domain::job::JobState;
use matriz::job::engine;

use crate::place::{Place, SOURCE, TARGET, What};

const OBJECT: &str = "/projects/{ref}/storage/v1/object/{bucket}/{*name}";
const PIECES: &str = "/projects/{ref}/storage/v1/upload/resumable/{id}";

async fn fill(place: &Place) {
    place.bucket(SOURCE, "fotos", true).await;
    place.bucket(SOURCE, "vazio", false).await;
    for (name, text) in [
        ("a.txt", "um"),
        ("mesmo.txt", "igual"),
        ("outro.txt", "daqui"),
    ] {
        place.store(SOURCE, "fotos", name, text.as_bytes()).await;
    }
    place
        .store(SOURCE, "fotos", "longo.txt", &vec![b'l'; 14 << 20])
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_alone_come_with_their_buckets_and_overwrite_nothing() {
    let Some(place) = Place::start().await else {
        return;
    };
    fill(&place).await;
    place.bucket(TARGET, "fotos", false).await;
    place.store(TARGET, "fotos", "mesmo.txt", b"igual").await;
    place.store(TARGET, "fotos", "outro.txt", b"de la").await;
    place.store(TARGET, "fotos", "proprio.txt", b"fica").await;
    let before = place.digests(TARGET).await;

    // refused in the middle, and taken back
    place
        .sandbox
        .order(&format!("PATCH {PIECES} status=403 times=1"))
        .await;
    let id = place.submit(What::Files);
    assert_eq!(place.run(id, What::Files).await, JobState::Failed);
    let buckets = place.client(TARGET).buckets().await.unwrap();
    assert_eq!(buckets.len(), 2, "{buckets:?}");
    engine::request_cancel(&place.registry, id).unwrap();
    assert_eq!(place.run(id, What::Files).await, JobState::Cancelled);
    assert_eq!(place.digests(TARGET).await, before);
    let buckets = place.client(TARGET).buckets().await.unwrap();
    assert_eq!(buckets.len(), 1, "{buckets:?}");

    // answers that get lost after everything was done
    for fault in [
        format!("POST {OBJECT} drop=after times=1"),
        format!("PATCH {PIECES} drop=after times=2"),
        "GET /projects/{ref}/storage/v1/object/authenticated/{bucket}/{*name} truncate times=2"
            .to_owned(),
    ] {
        place.sandbox.order(&fault).await;
    }
    let id = place.do_it(What::Files).await;
    let left_orders = place.sandbox.faults().list().await.unwrap();
    assert!(left_orders.is_empty(), "{left_orders:?}");
    let (source, target) = (place.digests(SOURCE).await, place.digests(TARGET).await);
    for name in ["fotos/a.txt", "fotos/longo.txt", "fotos/mesmo.txt"] {
        assert_eq!(source[name], target[name], "{name}");
    }
    for name in ["fotos/outro.txt", "fotos/proprio.txt"] {
        assert_eq!(before[name], target[name], "{name} stays");
    }
    let report = place.report(id);
    assert_eq!((report.files, report.there), (2, 1));
    assert_eq!(report.left.len(), 1, "{report:?}");
    assert_eq!(report.left[0].file, "fotos/outro.txt");
    let vazio = place.client(TARGET).bucket("vazio").await.unwrap().unwrap();
    let theirs = place.client(SOURCE).bucket("vazio").await.unwrap().unwrap();
    assert_eq!(vazio.settings(), theirs.settings());
    let fotos = place.client(TARGET).bucket("fotos").await.unwrap().unwrap();
    assert!(!fotos.public, "a bucket that was there stays as it was");
    // ids, moments and owners are the source's
    let of = async |name: &str| {
        let sql = "select id, created_at from storage.objects where name = 'a.txt'";
        place.sql(name, sql).await
    };
    assert_eq!(of(SOURCE).await, of(TARGET).await);
    place.stop().await;
}
