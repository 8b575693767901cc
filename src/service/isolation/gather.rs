//! The facts, but for what git and the scan tell.

use std::collections::BTreeSet;
use std::os::unix::fs::MetadataExt;

use serde::Deserialize;

use super::{instance_files, private};
use crate::domain::env_schema::SchemaFinding;
use crate::domain::fingerprint::Fingerprints;
use crate::domain::isolation::Facts;
use crate::error::Result;
use crate::service::Service;
use crate::workspace::file;

/// As much of the sandbox's state as says which projects it has.
#[derive(Deserialize)]
struct State {
    #[serde(default)]
    projects: Vec<Project>,
}

#[derive(Deserialize)]
struct Project {
    reference: String,
}

pub fn facts(service: &Service) -> Result<Facts> {
    let workspace = &service.workspace;
    let schema = workspace.env_schema()?;
    let mut instances = Vec::new();
    let mut files = private::of_workspace(workspace);
    for name in workspace.instances()? {
        // one that went away meanwhile isn't there
        let Ok(dir) = workspace.instance(&name) else {
            continue;
        };
        files.extend(private::of_instance(&dir));
        instances.push(instance_files::read(&dir, &schema));
    }
    // a broken one is told by every program that reads it
    let shared_env = workspace.shared_env().unwrap_or_default();
    for instance in &mut instances {
        let given = |key: &str| shared_env.get(key).is_some_and(|value| !value.is_empty());
        let missing = |f: &SchemaFinding| f.code == "E301";
        instance.schema.retain(|f| !(missing(f) && given(&f.key)));
    }
    let seen = service.registry.instance_figures()?;
    let state = workspace.state_dir()?.join("sandbox/state.json");
    let sandbox: Option<BTreeSet<String>> = file::read_text(&state)
        .ok()
        .flatten()
        .and_then(|text| serde_json::from_str::<State>(&text).ok())
        .map(|state| state.projects.into_iter().map(|p| p.reference).collect());
    Ok(Facts {
        instances,
        shared_env,
        fingerprints: Fingerprints::new(workspace.key("fingerprint")?),
        files,
        user: std::fs::metadata(workspace.root()).ok().map(|m| m.uid()),
        git: None,
        hits: Vec::new(),
        seen: seen.into_iter().map(|f| (f.name, f.project_ref)).collect(),
        sandbox,
        busy: !service.registry.active_jobs()?.is_empty(),
    })
}
