//! Lines of other files that name what moves: for a person to look at.

use std::fs;
use std::path::Path;

use serde::Serialize;

use crate::domain::secret;

/// One line to look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mention {
    /// Where it will stand, relative to the root.
    pub file: String,
    /// From 1.
    pub line: usize,
    /// The line, cut to what can be read at a glance.
    pub text: String,
}

/// Files in which such a line is a command or a setting, not talk.
const ENDINGS: [&str; 16] = [
    "json", "yml", "yaml", "toml", "sh", "js", "mjs", "cjs", "ts", "tsx", "py", "cfg", "ini", "mk",
    "nix", "xml",
];
const NAMES: [&str; 6] = [
    "Makefile",
    "makefile",
    "Dockerfile",
    "Justfile",
    "justfile",
    "Procfile",
];
/// Files that tools write.
const WRITTEN: [&str; 4] = [
    "package-lock.json",
    "composer.lock",
    "pnpm-lock.yaml",
    "deno.lock",
];
const WIDEST: usize = 120;

/// Whether a file is read for commands: by its name.
pub(super) fn is_read(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    !WRITTEN.contains(&name)
        && (NAMES.contains(&name) || ending.is_some_and(|ending| ENDINGS.contains(&ending)))
}

/// Every line of the file that names one of `names` as a path: `scripts/…`, `cd scripts`, `.env`.
/// `inside`: the file moves with them, so that only what leads out of its folder counts.
pub(super) fn find(root: &Path, path: &str, names: &[&str], inside: bool) -> Vec<Mention> {
    // what can't be read as text has no lines to look at
    let Ok(text) = fs::read_to_string(root.join(path)) else {
        return Vec::new();
    };
    let names_one = |line: &str| match inside {
        true => leads_out(line),
        false => names.iter().any(|name| names_path(line, name)),
    };
    let lines = text.lines().enumerate().filter(|(_, line)| names_one(line));
    lines
        .map(|(n, line)| Mention {
            file: path.to_owned(),
            line: n + 1,
            text: secret::redact(line.trim()).chars().take(WIDEST).collect(),
        })
        .collect()
}

/// `../.env`, or two steps up and more, from a file that moves a folder deeper.
fn leads_out(line: &str) -> bool {
    line.contains("../.env") || line.contains("../package.json") || line.contains("../.mcp.json")
}

/// The name as a path of its own: at a word's beginning, and followed by a slash or a word's end where
/// it can only be a path.
fn names_path(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line.get(..at).unwrap_or_default();
        let after = line.get(at + name.len()..).unwrap_or_default();
        let before = before.strip_suffix("./").unwrap_or(before);
        let starts = !before.ends_with(|c: char| c.is_alphanumeric() || "_-./@".contains(c));
        let command = [
            "cd ",
            "-C ",
            "--prefix ",
            "--cwd ",
            "working-directory: ",
            "--env-file ",
            "--env-file=",
            "source ",
            ". ",
        ];
        let named = name.starts_with('.') || command.iter().any(|word| before.ends_with(word));
        let ends = !after.starts_with(|c: char| c.is_alphanumeric() || "_-.".contains(c));
        starts && (after.starts_with('/') || (named && ends))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_told_from_words() {
        for line in [
            "\"seed\": \"node scripts/seed.js\"",
            "run: ./scripts/a.sh",
            "cd scripts && ls",
            "working-directory: scripts",
            "COPY scripts/ /app",
        ] {
            assert!(names_path(line, "scripts"), "{line}");
        }
        for line in [
            "\"scripts\": {",
            "my-scripts/x",
            "core/scripts/x",
            "@acme/scripts/x",
            "scripts are here",
        ] {
            assert!(!names_path(line, "scripts"), "{line}");
        }
        assert!(names_path("node --env-file .env a.js", ".env"));
        assert!(!names_path("process.env.X", ".env") && !names_path(".env.example", ".env"));
    }
}
