//! A worker that is killed again and again, wherever it happens to be: what it leaves is neither
//! made twice nor forgotten.
//!
//! A worker here is this test program again, told by the environment to run the job.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use matriz::domain::job::{JobId, JobState};
use matriz::job::engine;
use matriz::job::signals::Signals;
use matriz::job::world::World;
use matriz::registry::Registry;
use matriz::sandbox::FetchConsent;
use matriz::workspace::Workspace;

use crate::first_pass::space;
use crate::fixture::fill;
use crate::rig::{Rig, clone_stages, name};
use crate::snapshot::{Names, snapshot};

const ROOT: &str = "MATRIZ_TEST_CONFLUENCE_ROOT";
const JOB: &str = "MATRIZ_TEST_CONFLUENCE_JOB";

#[test]
#[ignore = "not a test: what a worker process does"]
fn worker_process() {
    let (Ok(root), Ok(id)) = (std::env::var(ROOT), std::env::var(JOB)) else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let state = runtime.block_on(async {
        let workspace =
            Workspace::find(Some(&PathBuf::from(&root)), &PathBuf::from(&root)).unwrap();
        let registry = Registry::open(&workspace.state_dir().unwrap()).unwrap();
        let world = World::new(workspace, FetchConsent::No).unwrap();
        let make = |_: &_| Ok(clone_stages(&world, &name("default"), &name("clone-1")));
        engine::run(&registry, id.parse().unwrap(), make, Signals::of_process()).await
    });
    assert_eq!(state.unwrap(), JobState::Done);
}

fn start(rig: &Rig, id: JobId) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([
            "kills::worker_process",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env(ROOT, rig.world.workspace().root())
        .env(JOB, id.to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_killed_at_any_point_leaves_nothing_twice_and_no_gap() {
    let rig = Rig::start().await;
    let made = fill(&rig.wiki, "DOC").await;
    rig.instance("default", Some("DOC"));
    let target = rig.instance("clone-1", None);
    let names = Names {
        key: "DOC",
        issue: "PROJ-1",
    };
    let wanted = snapshot(&rig.wiki, &made.space, &made.home, &names).await;
    let stages = || clone_stages(&rig.world, &name("default"), &target);
    let id = rig.submit(&target, &stages());
    let mut kills = 0;
    let mut written = 0;
    loop {
        // killed as soon as it has written down some more
        let goal = written + 10;
        let mut worker = start(&rig, id);
        let deadline = Instant::now() + Duration::from_secs(30);
        let ended = loop {
            assert!(Instant::now() < deadline, "{}", rig.why(id));
            if let Some(status) = worker.try_wait().unwrap() {
                break Some(status);
            }
            written = rig.registry.journal(id).unwrap().len();
            if written >= goal {
                break None;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        };
        if let Some(status) = ended {
            assert!(status.success(), "{}", rig.why(id));
            break;
        }
        worker.kill().unwrap();
        worker.wait().unwrap();
        kills += 1;
        engine::prepare_resume(&rig.registry, id).unwrap();
    }
    println!("killed {kills} times");
    assert!(kills > 4, "{kills} kills");
    let (space, home) = space(&rig, &target).await;
    let names = Names {
        key: "CLONE1",
        issue: "CLO-7",
    };
    let copied = snapshot(&rig.wiki, &space, &home, &names).await;
    for (old, new) in wanted.iter().zip(&copied) {
        assert_eq!(new, old);
    }
    assert_eq!(copied.len(), wanted.len());
    rig.stop().await;
}
