//! Where files, registry and sandbox don't tell the same.

use super::code::{I601, I602, I603, I604};
use super::facts::Facts;
use super::finding::{Finding, Place};
use super::fix::Fix;
use super::own::Own;
use crate::domain::strategy::ProviderKind;

pub(super) fn judge(facts: &Facts, all: &[Own], found: &mut Vec<Finding>) {
    for (name, project) in &facts.seen {
        let forget = Some(Fix::Forget {
            instance: name.clone(),
        });
        let there = facts.instances.iter().any(|i| i.name == *name);
        let Some(own) = all.iter().find(|own| own.name() == name) else {
            if there {
                continue;
            }
            let what = format!("{name} was seen once, and its folder is gone.");
            let place = Place::file(format!("instances/{name}"));
            found.push(
                Finding::new(I602, what)
                    .of([name.as_str()])
                    .at([place])
                    .fix(forget),
            );
            continue;
        };
        if let (Some(seen), Some(named)) = (project.as_deref(), own.project)
            && seen != named
        {
            let what =
                format!("{name} was last seen with the project {seen}; its files name {named}.");
            let place = Place::file(own.facts.path("supabase.config.json"));
            found.push(
                Finding::new(I601, what)
                    .of([name.as_str()])
                    .at([place])
                    .fix(forget),
            );
        }
    }
    let Some(sandbox) = facts.sandbox.as_ref().filter(|_| !facts.busy) else {
        return;
    };
    let local = all
        .iter()
        .filter(|own| own.facts.supabase.kind == ProviderKind::Sandbox);
    for own in local {
        if let Some(project) = own.project.filter(|project| !sandbox.contains(*project)) {
            let what = format!("{}'s project {project} isn't in the sandbox.", own.name());
            let place = Place::file(own.facts.path("supabase.config.json"));
            found.push(Finding::new(I603, what).of([own.name()]).at([place]));
        }
    }
    if all.len() < facts.instances.len() {
        return; // it may be the project of one that can't be read
    }
    for project in sandbox {
        if !all.iter().any(|own| own.project == Some(project)) {
            let what = format!("The sandbox has a project {project} that no instance names.");
            let place = Place::file(".matriz/sandbox/state.json");
            found.push(Finding::new(I604, what).at([place]));
        }
    }
}
