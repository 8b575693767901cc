//! Names in the seeds that nothing has, and names that two have: found before anything is made.

use std::collections::{HashMap, HashSet};

use super::Item;
use super::board::{BoardSeeds, Issue, SprintState};
use super::space::{Page, SpaceSeeds};
use super::symbol::{Asks, symbols};
use crate::error::Result;

/// # Errors
/// `Parse`: the first thing that is wrong, with its place.
pub fn check(board: &BoardSeeds, space: &SpaceSeeds) -> Result<()> {
    let known = Known::of(board, space)?;
    sprints(board)?;
    for item in &board.issues {
        issue(item, board, &known)?;
    }
    for item in &space.pages {
        page(item, &known)?;
    }
    for item in &space.posts {
        texts(item, std::iter::once(&*item.value.body), &known, &[])?;
    }
    acyclic(&board.issues, |i| &i.id, |i| i.parent.as_deref())?;
    acyclic(&space.pages, |p| &p.title, |p| p.parent.as_deref())
}

struct Known<'a> {
    issues: HashSet<&'a str>,
    pages: HashSet<&'a str>,
    folders: HashSet<&'a str>,
}

impl<'a> Known<'a> {
    fn of(board: &'a BoardSeeds, space: &'a SpaceSeeds) -> Result<Known<'a>> {
        let issues = once(&board.issues, "issue", |issue| &issue.id)?;
        let all = once(&space.pages, "page", |page| &page.title)?;
        let folders = space.pages.iter().filter(|page| page.value.folder);
        let folders: HashSet<&str> = folders.map(|page| page.value.title.as_str()).collect();
        once(&board.components, "component", |one| &one.name)?;
        once(&board.versions, "version", |one| &one.name)?;
        once(&board.sprints, "sprint", |one| &one.name)?;
        Ok(Known {
            issues,
            pages: all.difference(&folders).copied().collect(),
            folders,
        })
    }
}

fn once<'a, T>(
    items: &'a [Item<T>],
    what: &str,
    name: impl Fn(&'a T) -> &'a String,
) -> Result<HashSet<&'a str>> {
    let mut seen = HashMap::new();
    for item in items {
        let name = name(&item.value).as_str();
        if name.trim().is_empty() {
            return Err(item.wrong(format_args!("this {what} has no name")));
        }
        if let Some(first) = seen.insert(name, &item.at) {
            return Err(item.wrong(format_args!(
                "there is a second {what} \"{name}\"; the first is at {first}"
            )));
        }
    }
    Ok(seen.into_keys().collect())
}

fn sprints(board: &BoardSeeds) -> Result<()> {
    for item in &board.sprints {
        let sprint = &item.value;
        let dated = sprint.start.is_some() && sprint.end.is_some();
        if sprint.state != SprintState::Future && !dated {
            return Err(item.wrong("a sprint that has begun needs start and end"));
        }
        for date in [&sprint.start, &sprint.end].into_iter().flatten() {
            if date.parse::<jiff::civil::Date>().is_err() {
                return Err(item.wrong(format_args!("\"{date}\" is no date such as 2026-01-31")));
            }
        }
    }
    Ok(())
}

fn issue(item: &Item<Issue>, board: &BoardSeeds, known: &Known<'_>) -> Result<()> {
    let issue = &item.value;
    let is_one = |what: &str, name: &str, there: bool| match there {
        true => Ok(()),
        false => Err(item.wrong(format_args!("there is no {what} \"{name}\""))),
    };
    let parent = issue.parent.iter();
    for id in parent.chain(issue.links.iter().map(|link| &link.to)) {
        is_one("issue", id, known.issues.contains(id.as_str()))?;
    }
    for title in &issue.pages {
        is_one("page", title, known.pages.contains(title.as_str()))?;
    }
    for name in &issue.components {
        let there = board.components.iter().any(|one| one.value.name == *name);
        is_one("component", name, there)?;
    }
    for name in &issue.versions {
        let there = board.versions.iter().any(|one| one.value.name == *name);
        is_one("version", name, there)?;
    }
    if let Some(name) = &issue.sprint {
        let there = board.sprints.iter().any(|one| one.value.name == *name);
        is_one("sprint", name, there)?;
    }
    if issue.links.iter().any(|link| link.to == issue.id) {
        return Err(item.wrong("an issue can't be linked to itself"));
    }
    if let Some(work) = issue.work.iter().find(|work| work.minutes == 0) {
        return Err(item.wrong(format_args!("the work of {} took no time", work.started)));
    }
    texts(item, issue.texts(), known, &issue.files)
}

fn page(item: &Item<Page>, known: &Known<'_>) -> Result<()> {
    let page = &item.value;
    if let Some(parent) = &page.parent {
        let there = known.pages.contains(&**parent) || known.folders.contains(&**parent);
        if !there {
            return Err(item.wrong(format_args!("there is no page or folder \"{parent}\"")));
        }
    }
    let bare = page.labels.is_empty()
        && page.comments.is_empty()
        && page.files.is_empty()
        && page.restrict.is_empty()
        && page.body.is_empty();
    if page.folder && (page.home || !bare) {
        return Err(item.wrong("a folder has a title and a parent, and nothing else"));
    }
    if page.home && page.parent.is_some() {
        return Err(item.wrong("the homepage has no parent"));
    }
    for beside in page.comments.iter().filter_map(|c| c.beside.as_deref()) {
        if page.body.matches(beside).count() != 1 {
            return Err(item.wrong(format_args!("\"{beside}\" isn't in its body exactly once")));
        }
    }
    texts(item, page.texts(), known, &[])
}

fn texts<'a, T>(
    item: &Item<T>,
    texts: impl Iterator<Item = &'a str>,
    known: &Known<'_>,
    files: &[String],
) -> Result<()> {
    for symbol in texts.flat_map(symbols) {
        let name = symbol.name;
        let there = if symbol.asks.is_issue() {
            known.issues.contains(name)
        } else if symbol.asks.is_page() {
            known.pages.contains(name)
        } else if symbol.asks == Asks::Media {
            files.iter().any(|file| file == name)
        } else {
            true
        };
        if !there {
            return Err(item.wrong(format_args!("its text names \"{name}\", which isn't there")));
        }
    }
    Ok(())
}

/// Nothing is above itself.
fn acyclic<T>(
    items: &[Item<T>],
    name: impl for<'a> Fn(&'a T) -> &'a String,
    parent: impl for<'a> Fn(&'a T) -> Option<&'a str>,
) -> Result<()> {
    let above: HashMap<&str, &str> = items
        .iter()
        .filter_map(|item| Some((name(&item.value).as_str(), parent(&item.value)?)))
        .collect();
    for item in items {
        let mut at = name(&item.value).as_str();
        for _ in 0..items.len() {
            match above.get(at) {
                Some(up) => at = up,
                None => break,
            }
        }
        if above.contains_key(at) {
            return Err(item.wrong("it's above itself"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn said(board: &str, space: &str) -> String {
        let (mut b, mut s) = (BoardSeeds::default(), SpaceSeeds::default());
        let read = b
            .add(Path::new("board/a.yaml"), board)
            .and_then(|()| s.add(Path::new("space/a.yaml"), space))
            .and_then(|()| check(&b, &s));
        read.err().map_or_else(|| "right".into(), |e| e.message)
    }

    const EPIC: &str = "issues:\n  - {id: a, type: Epic, summary: A}\n";

    #[test]
    fn what_fits_together_is_right() {
        let board = format!(
            "{EPIC}  - {{id: b, type: Story, summary: B, parent: a, pages: [P], text: 'see {{page:P}} {{media:f.csv}}', files: [f.csv]}}\n"
        );
        let space = "pages:\n  - {title: F, folder: true}\n  - {title: P, parent: F, body: 'x {issue:b}', comments: [{body: y, beside: x}]}\n";
        assert_eq!(said(&board, space), "right");
        assert_eq!(said("", ""), "right");
    }

    #[test]
    fn mistakes_are_named_with_their_place() {
        let more = |line: &str| format!("{EPIC}  - {line}\n");
        for (board, space, want) in [
            (
                more("{id: a, type: Epic, summary: B}"),
                "",
                "board/a.yaml:3: there is a second issue \"a\"; the first is at board/a.yaml:2.",
            ),
            (
                more("{id: b, type: Story, summary: B, parent: c}"),
                "",
                "board/a.yaml:3: there is no issue \"c\".",
            ),
            (
                more("{id: b, type: Story, summary: B, sprint: S}"),
                "",
                "board/a.yaml:3: there is no sprint \"S\".",
            ),
            (
                more("{id: b, type: Story, summary: B, text: '{page:X}'}"),
                "",
                "board/a.yaml:3: its text names \"X\", which isn't there.",
            ),
            (
                more("{id: b, type: Task, summary: B, parent: b}"),
                "",
                "board/a.yaml:3: it's above itself.",
            ),
            (
                more("{id: b, kind: Task, summary: B}"),
                "",
                "board/a.yaml:3:",
            ),
            (
                "sprints: [{name: S, state: active}]".into(),
                "",
                "board/a.yaml:1: a sprint that has begun needs start and end.",
            ),
            (
                String::new(),
                "pages:\n  - {title: P, parent: Q}\n",
                "space/a.yaml:2: there is no page or folder \"Q\".",
            ),
            (
                String::new(),
                "pages:\n  - {title: P, folder: true, body: x}\n",
                "space/a.yaml:2: a folder has a title and a parent, and nothing else.",
            ),
            (
                String::new(),
                "pages:\n  - {title: P, body: x x, comments: [{body: y, beside: x}]}\n",
                "space/a.yaml:2: \"x\" isn't in its body exactly once.",
            ),
        ] {
            let said = said(&board, space);
            assert!(said.starts_with(want), "{said}\nwanted {want}");
        }
    }
}
