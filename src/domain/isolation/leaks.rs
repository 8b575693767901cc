//! Secrets where they don't belong: in git, in configuration, in shared code.

use super::code::{I501, I502, I503, I504, I505, I506, I507, I508, I509};
use super::facts::Facts;
use super::finding::{Finding, Place};
use super::fix::Fix;
use super::hits::{Area, Hit, Named};

/// What keeps every `.env` of a workspace out of git.
const IGNORE: &str = ".env";

pub(super) fn judge(facts: &Facts, found: &mut Vec<Finding>) {
    env_files(facts, found);
    for hit in &facts.hits {
        match &hit.named {
            Named::Secret(owners) => secret(facts, hit, owners, found),
            Named::Form(name) => form(hit, name, found),
            Named::Project(owners) if hit.area == Area::Component => {
                let names: Vec<&str> = owners.iter().map(String::as_str).collect();
                let what = format!(
                    "{} names the project of {}.",
                    hit.file,
                    super::own::listed(&names)
                );
                found.push(Finding::new(I509, what).of(names).at([place(hit)]));
            }
            Named::Project(_) => {}
        }
    }
}

fn place(hit: &Hit) -> Place {
    Place::file(hit.file.clone()).line(Some(hit.line))
}

fn env_files(facts: &Facts, found: &mut Vec<Finding>) {
    let Some(git) = &facts.git else { return };
    let mut open: Vec<(Option<&str>, String)> = Vec::new();
    let own = facts
        .instances
        .iter()
        .map(|i| (Some(i.name.as_str()), i.path(".env")));
    for (of, path) in own.chain([(None, ".env".to_owned())]) {
        if git.tracked.contains(&path) {
            let what = format!("Git tracks {path}.");
            let fix = Fix::Untrack {
                path: path.clone(),
                ignore: IGNORE.into(),
            };
            found.push(
                Finding::new(I501, what)
                    .of(of)
                    .at([Place::file(path)])
                    .fix(Some(fix)),
            );
        } else if git.unignored.contains(&path) {
            open.push((of, path));
        }
    }
    if !open.is_empty() {
        let what = match open.as_slice() {
            [(_, path)] => format!("Git doesn't ignore {path}."),
            many => format!("Git doesn't ignore the .env of {} instances.", many.len()),
        };
        let fix = Fix::Ignore {
            line: IGNORE.into(),
        };
        let names = open.iter().filter_map(|(of, _)| *of);
        let finding = Finding::new(I502, what).of(names).fix(Some(fix));
        found.push(finding.at(open.iter().map(|(_, path)| Place::file(path.clone()))));
    }
}

/// `STRIPE_API_KEY of a and b`
fn whose(owners: &[(String, String)]) -> String {
    let key = owners.first().map_or("", |(_, key)| key.as_str());
    let names: Vec<&str> = owners
        .iter()
        .map(|(name, _)| {
            if name.is_empty() {
                "the workspace"
            } else {
                name
            }
        })
        .collect();
    format!("{key} of {}", super::own::listed(&names))
}

fn secret(facts: &Facts, hit: &Hit, owners: &[(String, String)], found: &mut Vec<Finding>) {
    let (code, what) = match &hit.area {
        Area::Own { .. } => (I505, "holds the value of"),
        _ if hit.tracked => (I503, "is tracked by git and holds the value of"),
        Area::Component => (I507, "is shared code and holds the value of"),
        Area::Below { .. } | Area::Elsewhere => return,
    };
    let mut fix = None;
    let mut names: Vec<&str> = owners
        .iter()
        .map(|(name, _)| name.as_str())
        .filter(|n| !n.is_empty())
        .collect();
    if let Area::Own { instance, file } = &hit.area {
        names.retain(|name| name != instance);
        names.insert(0, instance);
        // a reference stands for the value only where the key is the instance's own or everyone's
        let key = owners
            .iter()
            .find(|(name, _)| name == instance || name.is_empty());
        let plain = |name: &str, key: &str| {
            let own = facts.instances.iter().find(|i| i.name == name);
            let env = own.map_or(&facts.shared_env, |i| &i.env);
            // of an address only the password is looked for
            env.get(key).is_some_and(|value| !value.contains("://"))
        };
        let key = key.filter(|(name, key)| *file == "mcp.json" && plain(name, key));
        fix = key.map(|(_, key)| Fix::Reference {
            instance: instance.clone(),
            file: (*file).to_owned(),
            key: key.clone(),
        });
    }
    names.dedup();
    let what = format!("{} {what} {}.", hit.file, whose(owners));
    found.push(Finding::new(code, what).of(names).at([place(hit)]).fix(fix));
}

fn form(hit: &Hit, name: &str, found: &mut Vec<Finding>) {
    let (code, instance) = match &hit.area {
        Area::Own { instance, .. } => (I506, Some(instance.as_str())),
        Area::Below { instance } if hit.tracked => (I504, Some(instance.as_str())),
        _ if hit.tracked => (I504, None),
        Area::Component => (I508, None),
        Area::Below { .. } | Area::Elsewhere => return,
    };
    let what = format!("{} holds what looks like {name}.", hit.file);
    found.push(Finding::new(code, what).of(instance).at([place(hit)]));
}
