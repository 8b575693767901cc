//! Who may read what holds secrets.

use super::code::{Code, I401, I402, I403, I404, I405};
use super::facts::{Facts, FileFact, FileKind};
use super::finding::{Finding, Place, Severity};
use super::fix::Fix;

/// Permission bits of all but the owner.
const OTHERS: u32 = 0o077;
const ANYONE_WRITES: u32 = 0o002;

pub(super) fn judge(facts: &Facts, found: &mut Vec<Finding>) {
    for file in &facts.files {
        let of = file.instance.as_deref();
        let finding = |code, what: String| {
            Finding::new(code, what)
                .of(of)
                .at([Place::file(file.path.clone())])
        };
        if file.kind == FileKind::Symlink {
            found.push(finding(I403, format!("{} is a symbolic link.", file.path)));
            continue;
        }
        if facts.user.is_some_and(|user| user != file.owner) {
            let what = format!(
                "{} belongs to another user (uid {}).",
                file.path, file.owner
            );
            found.push(finding(I404, what));
        }
        let open = match file.kind {
            FileKind::Folder => file.mode & ANYONE_WRITES,
            FileKind::File if file.private => file.mode & OTHERS,
            FileKind::File | FileKind::Symlink => 0,
        };
        if open != 0 {
            found.push(opened(file, finding));
        }
    }
    for instance in &facts.instances {
        for (file, message) in &instance.unreadable {
            let what = message.clone();
            let place = Place::file(instance.path(file));
            let finding = Finding::new(I405, what).of([instance.name.as_str()]);
            found.push(finding.at([place]));
        }
    }
}

fn opened(file: &FileFact, finding: impl Fn(&'static Code, String) -> Finding) -> Finding {
    let (code, to, verb) = match file.kind {
        // the group may be the owner's own, which many systems make
        FileKind::Folder => (I402, file.mode & !ANYONE_WRITES, "written to"),
        FileKind::File | FileKind::Symlink => (I401, 0o600, "read"),
    };
    let what = format!(
        "{} can be {verb} by others (mode {:04o}).",
        file.path, file.mode
    );
    let severity = match file.path.ends_with("mcp.json") {
        // it names keys, not values
        true => Severity::Warning,
        false => code.severity,
    };
    finding(code, what).as_severe(severity).fix(Some(Fix::Mode {
        path: file.path.clone(),
        from: file.mode,
        to,
    }))
}
