//! The order of siblings. What is created in order stands in order, so that usually nothing is to be
//! moved; but a service may put pages elsewhere, and somebody may move them meanwhile.

use std::collections::HashMap;

use super::creating::{FOLDER, PAGE};
use super::inventory::{Inventory, Kind, Node};
use super::second::Second;
use crate::error::Result;
use crate::provider::confluence::Position;

/// A page or a folder of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Sibling {
    id: String,
    is_page: bool,
}

/// Puts the target's pages into the source's order. Gives how many were moved.
pub async fn restore(second: &Second<'_>, source: &Inventory, target: &Inventory) -> Result<u64> {
    let wanted = families(source, |node| {
        let kind = match node.kind {
            Kind::Page => PAGE,
            Kind::Folder => FOLDER,
        };
        second.known.target(kind, &node.id)
    });
    let mut moved = 0;
    let actual = families(target, |node| Some(node.id.clone()));
    for (parent, wanted) in wanted {
        let Some(src) = parent else {
            // nothing can be moved beside a page of the top level
            continue;
        };
        let parent = second.known.target(PAGE, &src);
        let parent = parent.or_else(|| second.known.target(FOLDER, &src));
        let there = actual.iter().find(|(p, _)| *p == parent);
        let mut there: Vec<Sibling> = there.map(|(_, all)| all.clone()).unwrap_or_default();
        there.retain(|one| wanted.contains(one));
        let wanted: Vec<Sibling> = wanted.into_iter().filter(|w| there.contains(w)).collect();
        for step in steps(&wanted, there) {
            second.ends.ctx.check_cancelled()?;
            let (id, position, beside) = &step;
            second.ends.target.move_page(id, *position, beside).await?;
            moved += 1;
        }
    }
    Ok(moved)
}

type Family = (Option<String>, Vec<Sibling>);

/// Siblings in order, by the source's or target's parent.
fn families(inventory: &Inventory, id: impl Fn(&Node) -> Option<String>) -> Vec<Family> {
    let mut places: HashMap<Option<String>, usize> = HashMap::new();
    let mut families: Vec<Family> = Vec::new();
    for node in inventory.levels.iter().flatten() {
        let Some(id) = id(node) else { continue };
        let at = *places.entry(node.parent.clone()).or_insert_with(|| {
            families.push((node.parent.clone(), Vec::new()));
            families.len() - 1
        });
        if let Some((_, siblings)) = families.get_mut(at) {
            let is_page = node.kind == Kind::Page;
            siblings.push(Sibling { id, is_page });
        }
    }
    families
}

/// Which page goes where, one after the other. Folders can't be moved: pages are moved around them.
fn steps(wanted: &[Sibling], mut there: Vec<Sibling>) -> Vec<(String, Position, String)> {
    let mut steps = Vec::new();
    for (n, one) in wanted.iter().enumerate() {
        if there.get(n) == Some(one) {
            continue;
        }
        if !one.is_page {
            // what stands before it though it shouldn't is moved behind it, when its turn comes
            continue;
        }
        let before = n.checked_sub(1).and_then(|n| wanted.get(n));
        let step = match (before, there.first()) {
            (Some(before), _) => (Position::After, before.clone()),
            (None, Some(first)) => (Position::Before, first.clone()),
            (None, None) => continue,
        };
        there.retain(|other| other != one);
        let beside = there.iter().position(|other| *other == step.1);
        let at = match (step.0, beside) {
            (Position::Before, Some(at)) => at,
            (_, Some(at)) => at + 1,
            (_, None) => there.len(),
        };
        there.insert(at.min(there.len()), one.clone());
        steps.push((one.id.clone(), step.0, step.1.id));
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pages(ids: &[u32]) -> Vec<Sibling> {
        let one = |id: &u32| Sibling {
            id: id.to_string(),
            is_page: true,
        };
        ids.iter().map(one).collect()
    }

    #[test]
    fn what_is_in_order_is_not_moved() {
        assert_eq!(steps(&pages(&[1, 2, 3]), pages(&[1, 2, 3])), []);
        assert_eq!(
            steps(&pages(&[1, 2, 3]), pages(&[3, 1, 2])),
            [
                ("1".into(), Position::Before, "3".into()),
                ("2".into(), Position::After, "1".into())
            ]
        );
    }

    proptest! {
        #[test]
        fn any_order_is_restored(there in Just((0..8).collect::<Vec<u32>>()).prop_shuffle()) {
            let wanted = pages(&(0..8).collect::<Vec<u32>>());
            let mut now = pages(&there);
            for (id, position, beside) in steps(&wanted, now.clone()) {
                let at = now.iter().position(|s| s.id == id).unwrap();
                let one = now.remove(at);
                let at = now.iter().position(|s| s.id == beside).unwrap();
                now.insert(if position == Position::After { at + 1 } else { at }, one);
            }
            prop_assert_eq!(now, wanted);
        }
    }
}
