//! The components that an instance uses, file by file.

use std::fs;
use std::path::Path;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Found, One};
use crate::domain::difference::{Item, Own, Side};
use crate::error::{Context, Kind, Result};

/// A component's own settings, which are each instance's.
const SETTINGS: &str = "config.json";

pub(super) fn items(one: &One) -> Result<Found> {
    let folder = one.dir.path().join("microservices");
    let mut items = Vec::new();
    for name in names(&folder)? {
        let component = folder.join(&name);
        if !component.is_dir() {
            continue;
        }
        let version = version(&component);
        items.push(Item {
            value: version.clone(),
            shown: Side::Value(version),
            own: Own::No,
            name: name.clone(),
        });
        let mut files = Vec::new();
        walk(&component, "", &mut files)?;
        for (file, value) in files {
            items.push(Item {
                shown: Side::Value(value.get(..12).unwrap_or(&value).to_owned()),
                own: match file == SETTINGS {
                    true => Own::Yes,
                    false => Own::No,
                },
                name: format!("{name}/{file}"),
                value,
            });
        }
    }
    Ok(Found {
        items,
        missing: Vec::new(),
    })
}

/// What its manifest says; "present" where it says nothing.
fn version(component: &Path) -> String {
    let text = fs::read_to_string(component.join("manifest.json")).unwrap_or_default();
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    let version = manifest.get("version").and_then(Value::as_str);
    version.unwrap_or("present").to_owned()
}

/// Sorted; none where there is no such folder.
fn names(folder: &Path) -> Result<Vec<String>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let unreadable = || format!("Can't read {}", folder.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).context(Kind::Io, unreadable)? {
        let entry = entry.context(Kind::Io, unreadable)?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Every file with the hash of its content; a link with what it says.
fn walk(folder: &Path, below: &str, found: &mut Vec<(String, String)>) -> Result<()> {
    for name in names(folder)? {
        let path = folder.join(&name);
        let shown = match below.is_empty() {
            true => name.clone(),
            false => format!("{below}/{name}"),
        };
        let unreadable = || format!("Can't read {}", path.display());
        let kind = fs::symlink_metadata(&path).context(Kind::Io, unreadable)?;
        if kind.is_symlink() {
            let target = fs::read_link(&path).context(Kind::Io, unreadable)?;
            found.push((shown, format!("link to {}", target.display())));
        } else if kind.is_dir() {
            if name != "node_modules" {
                walk(&path, &shown, found)?;
            }
        } else {
            let bytes = fs::read(&path).context(Kind::Io, unreadable)?;
            let digest = Sha256::digest(&bytes);
            found.push((shown, digest.iter().map(|b| format!("{b:02x}")).collect()));
        }
    }
    Ok(())
}
