//! How long a prompt and the start of a command take, beside `/bin/true`. The limits here are for a
//! slow build on a busy machine; the real ones are in the test that is left out, for
//! `MATRIZ_TEST_PROGRAM` with an optimised build on a quiet one:
//! `cargo test --test terminals speed -- --ignored --nocapture`.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::world::World;

/// The fastest of so many: what it takes when nothing else does.
fn fastest(mut command: impl FnMut() -> Command) -> Duration {
    (0..25)
        .map(|_| {
            let mut command = command();
            command.stdout(Stdio::null()).stderr(Stdio::null());
            let begun = Instant::now();
            let status = command.status().expect("a program");
            let took = begun.elapsed();
            assert!(status.success(), "{command:?}");
            took
        })
        .min()
        .expect("some")
}

fn crowd() -> World {
    let names: Vec<String> = (0..200).map(|n| format!("instance-{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let world = World::with(&names);
    for name in &names {
        let lines: String = (0..40)
            .map(|n| format!("KEY_{n}='a value of {name} with some length'\n"))
            .collect();
        world.write(name, &lines);
    }
    world.said(&["use", "instance-7"]);
    world
}

fn measured(limits: [(&str, &[&str], u64); 3]) {
    let world = crowd();
    let nothing = fastest(|| {
        let mut command = Command::new("true");
        command.current_dir(world.root());
        command
    });
    for (what, words, limit) in limits {
        let took = fastest(|| world.matriz(words));
        println!(
            "{what}: {:.1} ms, {:.1} times /bin/true ({:.1} ms), with 200 instances",
            took.as_secs_f64() * 1e3,
            took.as_secs_f64() / nothing.as_secs_f64(),
            nothing.as_secs_f64() * 1e3,
        );
        assert!(took < Duration::from_millis(limit), "{what}: {took:?}");
    }
}

#[test]
fn starts_are_quick_enough_even_in_a_slow_build() {
    measured([
        ("run", &["run", "--", "true"], 400),
        ("status --short", &["status", "--short"], 100),
        ("follow", &["follow", "bash", "-"], 100),
    ]);
}

#[test]
#[ignore = "for an optimised build on a quiet machine"]
fn starts_are_within_what_a_person_notices() {
    measured([
        ("run", &["run", "--", "true"], 15),
        ("status --short", &["status", "--short"], 5),
        ("follow", &["follow", "bash", "-"], 5),
    ]);
}
