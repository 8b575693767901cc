//! Two terminals in two instances: what one of them sees, the other never does.

use crate::session::{SHELLS, Session};
use crate::world::{World, mark};

const INSTANCES: [&str; 4] = ["alpha", "beta", "gamma", "delta"];

/// The same row of numbers each time (a linear congruential generator, as in Knuth).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// All of this instance is there, and nothing of any other.
#[track_caller]
fn only(seen: &str, instance: Option<&str>, what: &str) {
    for other in INSTANCES {
        let there =
            seen.contains(&mark(other)) || seen.contains(&format!("ONLY_{}", other.to_uppercase()));
        if instance == Some(other) {
            for value in ["shared", "own", "token"] {
                let value = format!("{value}{}", mark(other));
                assert!(seen.contains(&value), "{what}: {value} is missing:\n{seen}");
            }
        } else {
            assert!(!there, "{what}: {other} shows beside {instance:?}:\n{seen}");
        }
    }
    let named = seen.lines().find_map(|l| l.strip_prefix("INSTANCE_NAME="));
    assert_eq!(named, instance, "{what}:\n{seen}");
}

/// A thousand commands by turns; each terminal switches, leaves the folder, comes back and unloads as
/// it likes.
fn by_turns(shell: &str) {
    let world = World::with(&INSTANCES);
    let Some(mut terminals) = (0..2)
        .map(|_| Session::hooked(&world, shell))
        .collect::<Option<Vec<_>>>()
    else {
        return;
    };
    let mut dice = Dice(7);
    let mut selected: [Option<&str>; 2] = [None, None];
    let mut outside = [false, false];
    for turn in 0..1000 {
        let which = dice.roll(2);
        let terminal = &mut terminals[which];
        let what = format!("{shell}, command {turn}");
        let now = |selected: &[Option<&'static str>; 2], outside: &[bool; 2]| {
            selected[which].filter(|_| !outside[which])
        };
        let seen = match dice.roll(10) {
            0..3 if !outside[which] => {
                let name = INSTANCES[dice.roll(INSTANCES.len())];
                selected[which] = Some(name);
                terminal.run(&format!("matriz use {name} && env"))
            }
            3 if !outside[which] => {
                selected[which] = None;
                terminal.run("matriz off && env")
            }
            4 => {
                outside[which] = !outside[which];
                let to = match outside[which] {
                    true => "/".to_owned(),
                    false => world.root().join("src/deep").display().to_string(),
                };
                terminal.run(&format!("cd {to}"));
                terminal.probe()
            }
            // what the shell itself has, exported or not
            5 => {
                let seen = terminal.run("set");
                for other in INSTANCES {
                    let own = now(&selected, &outside) == Some(other);
                    assert!(
                        own || !seen.contains(&mark(other)),
                        "{what}: {other}:\n{seen}"
                    );
                }
                continue;
            }
            6 if !outside[which] => {
                let seen = terminal.run("matriz status --short");
                let shown = seen.split_whitespace().next();
                let expected = now(&selected, &outside);
                if expected.is_some() {
                    assert_eq!(shown, expected, "{what}: {seen}");
                }
                continue;
            }
            _ => terminal.probe(),
        };
        only(&seen, now(&selected, &outside), &what);
    }
    assert!(selected.iter().any(Option::is_some), "nothing was tried");
}

#[test]
fn a_thousand_commands_by_turns_in_bash() {
    by_turns("bash");
}

#[test]
fn a_thousand_commands_by_turns_in_zsh() {
    by_turns("zsh");
}

#[test]
fn a_thousand_commands_by_turns_in_fish() {
    by_turns("fish");
}

/// The rc files try to bring another instance in; the lock keeps it out.
#[test]
fn locked_shells_side_by_side_see_one_instance_each() {
    for shell in SHELLS {
        let world = World::with(&INSTANCES);
        let bad = format!("shared{}", mark("gamma"));
        let rc = format!(
            "export SHARED={bad} ONLY_GAMMA=own{0}\nexport ONLY_DELTA=own{1}\n",
            mark("gamma"),
            mark("delta")
        );
        std::fs::write(world.home().join(".bashrc"), &rc).unwrap();
        std::fs::write(world.home().join(".zshrc"), &rc).unwrap();
        let fish = world.home().join(".config/fish");
        std::fs::create_dir_all(&fish).unwrap();
        std::fs::write(
            fish.join("config.fish"),
            rc.replace(" ONLY", "\nexport ONLY"),
        )
        .unwrap();
        let Some(mut a) = Session::locked(&world, shell, "alpha") else {
            continue;
        };
        let Some(mut b) = Session::locked(&world, shell, "beta") else {
            continue;
        };
        let mut dice = Dice(11);
        for turn in 0..120 {
            let (terminal, name) = match dice.roll(2) {
                0 => (&mut a, "alpha"),
                _ => (&mut b, "beta"),
            };
            let what = format!("{shell}, command {turn}");
            let seen = match dice.roll(4) {
                0 => terminal.run("matriz use gamma; env"),
                1 => terminal.run("cd / && env"),
                2 => terminal.run(&format!("cd {} && env", world.root().display())),
                _ => terminal.probe(),
            };
            only(&seen, Some(name), &what);
        }
    }
}
