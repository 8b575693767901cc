//! Killed at every moment of an adoption, and of taking it back.

use crate::repository::Repository;

const CRASH: &str = "MATRIZ_CRASH_AT";
const ADOPT: [&str; 4] = ["workspace", "adopt", "--yes", "--json"];
const UNDO: [&str; 5] = ["workspace", "adopt", "--undo", "--yes", "--json"];

fn acts(place: &Repository) -> usize {
    let said = place
        .matriz(&["workspace", "adopt", "--dry-run", "--json"])
        .ok();
    said.json()["plan"]["acts"].as_array().unwrap().len()
}

/// The two states that a tree may end in; moments of files aren't part of either.
fn ends(git: bool) -> (Repository, Vec<String>, Vec<String>) {
    let place = Repository::new(git);
    let before = place.whole();
    place.matriz(&ADOPT).ok();
    let after = settled(&place);
    place.matriz(&UNDO).ok();
    (place, before, after)
}

/// All but the record and the moment of creation.
fn settled(place: &Repository) -> Vec<String> {
    let all = place.whole().into_iter();
    all.filter(|line| !line.starts_with(".matriz/adopt.json") && !line.contains("instance.toml 1"))
        .collect()
}

#[test]
fn an_adoption_that_was_killed_is_gone_on_with_or_taken_back() {
    for git in [true, false] {
        let (place, before, after) = ends(git);
        let last = acts(&place);
        assert!(last > 10);
        for n in 0..last {
            for moment in ["before", "after"] {
                let at = format!("adopt-{n}:{moment}");
                let killed = place.with(&ADOPT, &[(CRASH, &at)]);
                assert_eq!(killed.code, None, "{at}: {killed:?}");
                if (n + usize::from(git)) % 2 == 0 {
                    place.matriz(&ADOPT).ok();
                    assert_eq!(settled(&place), after, "{at}");
                }
                place.matriz(&UNDO).ok();
                assert_eq!(place.whole(), before, "{at}");
            }
        }
    }
}

#[test]
fn taking_it_back_can_be_killed_as_well() {
    let (place, before, _) = ends(true);
    let last = acts(&place);
    for n in 0..last {
        for moment in ["undo-before", "undo-after"] {
            place.matriz(&ADOPT).ok();
            let at = format!("adopt-{n}:{moment}");
            let killed = place.with(&UNDO, &[(CRASH, &at)]);
            assert_eq!(killed.code, None, "{at}: {killed:?}");
            // half way back there is only one way
            let said = place.matriz(&ADOPT);
            assert_eq!(said.code, Some(3), "{said:?}");
            place.matriz(&UNDO).ok();
            assert_eq!(place.whole(), before, "{at}");
        }
    }
}
