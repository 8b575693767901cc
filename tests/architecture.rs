//! Holds the direction of imports between the rooms, and the size of the files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may use besides itself and `error`.
fn allowed(room: &str) -> &'static [&'static str] {
    match room {
        "error" => &[],
        "domain" => &[],
        "workspace" | "registry" | "provider" => &["domain"],
        "memory" => &["domain", "workspace", "registry", "provider"],
        "sandbox" => &["domain", "workspace", "registry", "provider"],
        "job" => &[
            "domain",
            "workspace",
            "registry",
            "provider",
            "memory",
            "sandbox",
        ],
        "service" => &[
            "domain",
            "workspace",
            "registry",
            "provider",
            "memory",
            "sandbox",
            "job",
        ],
        "cli" => &["domain", "service", "tui"],
        "tui" => &["domain"],
        "tui::bridge" => &["domain", "service", "tui"],
        "tui::widget" => &[],
        "main" | "lib" => &["cli"],
        other => panic!("src/{other} is not a room: add it to the map in lib.rs and here"),
    }
}

fn files() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&src, &mut found);
    found.sort();
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.strip_prefix(&src).unwrap().to_owned(), text)
        })
        .collect()
}

fn room_of(path: &Path) -> String {
    let parts: Vec<String> = path
        .with_extension("")
        .components()
        .map(|c| c.as_os_str().to_string_lossy().into_owned())
        .collect();
    match parts.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["tui", sub @ ("bridge" | "widget"), ..] => format!("tui::{sub}"),
        [first, ..] => first.to_owned(),
        [] => unreachable!("a file has a name"),
    }
}

/// Every `crate::room` that a file names outside its tests, also inside `use crate::{a::b, c}`.
fn used(text: &str) -> Vec<String> {
    let code = text.split("#[cfg(test)]").next().unwrap_or(text);
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n");
    let mut rooms = Vec::new();
    for after in code.split("crate::").skip(1) {
        if let Some(group) = after.strip_prefix('{') {
            let mut depth = 1;
            let mut word = String::new();
            let mut take = true;
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 {
                    break;
                }
                match c {
                    ',' if depth == 1 => {
                        rooms.push(std::mem::take(&mut word));
                        take = true;
                    }
                    c if take && (c.is_alphanumeric() || c == '_') => word.push(c),
                    c if c.is_whitespace() => {}
                    _ => take = false,
                }
            }
            rooms.push(word);
        } else {
            rooms.push(
                after
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect(),
            );
        }
    }
    rooms.retain(|room| room.chars().next().is_some_and(char::is_lowercase));
    rooms
}

#[test]
fn imports_run_one_way() {
    let mut wrong = Vec::new();
    for (path, text) in files() {
        let room = room_of(&path);
        let base = room.split("::").next().unwrap_or(&room).to_owned();
        for target in used(&text) {
            let own = target == base && room != "tui::widget";
            let widget_itself = room == "tui::widget" && target == "tui";
            if own || widget_itself || target == "error" {
                continue;
            }
            if !allowed(&room).contains(&target.as_str()) {
                wrong.push(format!("{}: {room} may not use {target}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn providers_do_not_know_each_other_or_the_sandbox() {
    for (path, text) in files() {
        let path = path.to_string_lossy().into_owned();
        if path.starts_with("provider/postgres") {
            assert!(!text.contains("provider::supabase"), "{path}");
        }
        if path.starts_with("provider/supabase") {
            assert!(!text.contains("provider::postgres"), "{path}");
        }
        // Jira and Confluence share `atlassian`, `http` and `probe`, nothing else.
        let apart = [
            (
                "provider/jira",
                ["provider::confluence", "provider::supabase"],
            ),
            (
                "provider/confluence",
                ["provider::jira", "provider::supabase"],
            ),
            (
                "provider/atlassian",
                ["provider::jira", "provider::confluence"],
            ),
        ];
        for (folder, others) in apart {
            for other in others {
                let knows = path.starts_with(folder) && text.contains(other);
                assert!(!knows, "{path} knows {other}");
            }
        }
    }
}

#[test]
fn state_and_panes_know_no_runtime() {
    for (path, text) in files() {
        let name = path.to_string_lossy().into_owned();
        let pure = [
            "tui/state",
            "tui/update",
            "tui/pane",
            "tui/popup",
            "tui/widget",
            "domain",
        ];
        if pure.iter().any(|p| name.starts_with(p)) {
            for word in ["tokio::", "crate::service"] {
                assert!(!text.contains(word), "{name} uses {word}");
            }
        }
        if name.starts_with("domain") {
            for word in ["ratatui", "std::fs", "reqwest", "rusqlite"] {
                assert!(!text.contains(word), "{name} uses {word}");
            }
        }
    }
}

#[test]
fn rooms_are_small() {
    let mut lines: BTreeMap<usize, String> = BTreeMap::new();
    let mut sizes = Vec::new();
    for (path, text) in files() {
        let n = text.lines().count();
        sizes.push(n);
        lines.insert(n, path.display().to_string());
    }
    sizes.sort_unstable();
    let median = sizes[sizes.len() / 2];
    let (largest, file) = lines.iter().next_back().unwrap();
    println!(
        "{} files, median {median} lines, largest {largest} ({file})",
        sizes.len()
    );
    assert!(
        *largest <= 600,
        "{file} has {largest} lines: split it by responsibility"
    );
    assert!(median <= 150, "the median file has {median} lines");
}

#[test]
fn the_scanner_sees_every_form() {
    let text = "use crate::{domain::{a, b}, service};\nuse crate::registry::Registry;\n// crate::tui\nlet x = crate::job::y();";
    assert_eq!(used(text), ["domain", "service", "registry", "job"]);
}
