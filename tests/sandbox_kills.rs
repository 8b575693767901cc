//! The sandbox's process is killed at random moments, while projects are created, written to,
//! paused, restored and deleted. What was answered before a kill holds after it, and every database
//! belongs to a project.
//!
//! `MATRIZ_KILL_ROUNDS` says how often (3 unless told).

#[path = "kills/world.rs"]
mod world;

mod support;

use std::time::{Duration, Instant};

use matriz::sandbox;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use world::{Caller, Owner, Place};

const OWNERS: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_nothing_and_leaves_nothing() {
    if support::vector_engine().await.is_none() {
        return;
    }
    let rounds = std::env::var("MATRIZ_KILL_ROUNDS").map_or(3, |text| text.parse().unwrap());
    let place = Place::new();
    let mut owners: Vec<Owner> = (0..OWNERS).map(Owner::new).collect();
    let mut caller = place.caller().await;
    // it answers the questions about the server, and is never changed
    let anchor = caller.create("anchor").await.unwrap();
    caller.settled().await;
    let (mut calls, mut longest) = (0, Duration::ZERO);
    for round in 1..=rounds {
        let busy: Vec<_> = owners
            .drain(..)
            .map(|owner| tokio::spawn(owner.work(caller.clone())))
            .collect();
        let moment = Duration::from_millis(rand::random_range(0..1_500));
        tokio::time::sleep(moment).await;
        let pid = sandbox::status(&place.root).await.unwrap().pid.unwrap();
        kill(Pid::from_raw(pid.try_into().unwrap()), Signal::SIGKILL).unwrap();
        for owner in busy {
            owners.push(owner.await.unwrap());
        }
        let begun = Instant::now();
        caller = place.caller().await;
        longest = longest.max(begun.elapsed());
        let projects = caller.settled().await;
        for owner in &mut owners {
            calls += owner.check(&projects, &caller).await;
        }
        let databases = caller.databases(&anchor).await;
        let mut references: Vec<String> = projects.into_keys().collect();
        references.sort();
        assert_eq!(
            databases, references,
            "round {round}, killed after {moment:?}"
        );
        let roles = caller.roles(&anchor).await;
        let expected: Vec<String> = ["api", "postgres", "read"]
            .iter()
            .flat_map(|kind| references.iter().map(move |name| format!("{kind}.{name}")))
            .collect();
        assert_eq!(roles, expected, "round {round}, killed after {moment:?}");
    }
    assert!(calls > 0, "nothing was asked between the kills");
    println!("MEASURED {rounds} kills, {calls} calls answered, longest restart {longest:?}");
}

/// What the test asks of [`Caller`] beyond one call.
impl Caller {
    async fn databases(&self, anchor: &str) -> Vec<String> {
        let sql =
            "select datname as name from pg_database where datname ~ '^[a-z]{20}$' order by 1";
        self.names(anchor, sql).await
    }

    async fn roles(&self, anchor: &str) -> Vec<String> {
        let sql = "select rolname as name from pg_roles where rolname ~ '^[a-z]+\\.[a-z]{20}$' order by 1";
        self.names(anchor, sql).await
    }
}
