//! Which files are looked into: what lies in the instances' folders, shared components, and what git
//! tracks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::domain::isolation::{Area, Facts};
use crate::workspace::{InstanceDir, Workspace};

/// The folders of shared code.
const COMPONENTS: [&str; 2] = ["core", "microservices"];
/// What other programs make; nobody writes into them.
const MADE: [&str; 12] = [
    ".git",
    "node_modules",
    "target",
    "dist",
    "build",
    ".next",
    ".nuxt",
    "vendor",
    "__pycache__",
    ".venv",
    "venv",
    "coverage",
];
/// Larger files aren't read, in bytes.
pub const LARGEST: u64 = 1 << 20;
/// So many files at most, that a look never takes long.
const MOST: usize = 40_000;
const DEEPEST: usize = 24;

/// A file to look into.
pub struct Look {
    pub path: PathBuf,
    /// From the root.
    pub shown: String,
    pub area: Area,
    pub tracked: bool,
}

/// The files, and what was left out.
pub fn files(workspace: &Workspace, facts: &Facts) -> (Vec<Look>, Vec<String>) {
    let root = workspace.root();
    let tracked = facts.git.as_ref().map(|git| &git.tracked);
    let is_tracked = |shown: &str| tracked.is_some_and(|all| all.contains(shown));
    let mut listed: Vec<Look> = Vec::new();
    let mut add = |folder: &str, area: Area| {
        walk(root, folder, &mut |path, shown| {
            let own = matches!(area, Area::Below { .. }) && is_own(folder, &shown);
            if !own {
                listed.push(Look {
                    tracked: is_tracked(&shown),
                    path,
                    shown,
                    area: area.clone(),
                });
            }
            listed.len() < MOST
        });
    };
    for instance in &facts.instances {
        let area = Area::Below {
            instance: instance.name.clone(),
        };
        add(&format!("instances/{}", instance.name), area);
    }
    for folder in COMPONENTS {
        add(folder, Area::Component);
    }
    let known: BTreeSet<String> = listed.iter().map(|look| look.shown.clone()).collect();
    let rest = tracked.into_iter().flatten().filter(|shown| {
        let own = shown
            .strip_prefix("instances/")
            .and_then(|rest| rest.split_once('/'));
        let own = own.is_some_and(|(_, file)| InstanceDir::own_files().any(|name| name == file));
        !own && !known.contains(*shown)
    });
    for shown in rest {
        if listed.len() >= MOST {
            break;
        }
        listed.push(Look {
            path: root.join(shown),
            shown: shown.clone(),
            area: Area::Elsewhere,
            tracked: true,
        });
    }
    let full = listed.len() >= MOST;
    let left_out =
        full.then(|| format!("There are more than {MOST} files; the rest wasn't looked into."));
    (listed, left_out.into_iter().collect())
}

fn is_own(folder: &str, shown: &str) -> bool {
    let name = shown
        .strip_prefix(folder)
        .map(|rest| rest.trim_start_matches('/'));
    name.is_some_and(|name| InstanceDir::own_files().any(|own| own == name))
}

/// Plain files below a folder, in no order; `each` says whether to go on. Links aren't followed.
fn walk(root: &Path, folder: &str, each: &mut impl FnMut(PathBuf, String) -> bool) {
    let mut folders = vec![(root.join(folder), folder.to_owned(), 0)];
    while let Some((path, shown, depth)) = folders.pop() {
        for entry in fs::read_dir(&path).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            let below = format!("{shown}/{name}");
            if kind.is_dir() && depth < DEEPEST && !MADE.contains(&name.as_str()) {
                folders.push((entry.path(), below, depth + 1));
            } else if kind.is_file() && !each(entry.path(), below) {
                return;
            }
        }
    }
}
