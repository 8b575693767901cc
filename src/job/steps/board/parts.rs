//! Components and versions: known by their names.

use std::collections::HashSet;

use futures_util::TryStreamExt;

use crate::domain::site_seed::board::BoardSeeds;
use crate::error::Result;
use crate::provider::jira::{Jira, NewComponent, Version};

/// Makes those that the project doesn't have; says how many.
pub async fn make(jira: &Jira, project: &str, seeds: &BoardSeeds) -> Result<usize> {
    let mut made = 0;
    if !seeds.components.is_empty() {
        let there: Vec<_> = jira.components(project).try_collect().await?;
        let there: HashSet<String> = there.into_iter().map(|one| one.name).collect();
        let missing = seeds.components.iter().map(|item| &item.value);
        for one in missing.filter(|one| !there.contains(&one.name)) {
            let new = NewComponent {
                project: project.to_owned(),
                name: one.name.clone(),
                description: one.description.clone(),
                lead_account_id: None,
                assignee_type: None,
            };
            jira.create_component(&new).await?;
            made += 1;
        }
    }
    if !seeds.versions.is_empty() {
        let there: Vec<_> = jira.versions(project).try_collect().await?;
        let there: HashSet<String> = there.into_iter().map(|one| one.name).collect();
        let id = jira.project(project).await?.id;
        let missing = seeds.versions.iter().map(|item| &item.value);
        for one in missing.filter(|one| !there.contains(&one.name)) {
            let new = Version {
                name: one.name.clone(),
                description: one.description.clone(),
                released: one.released,
                start_date: one.start.clone(),
                release_date: one.release.clone(),
                project_id: id.parse().ok(),
                ..Version::default()
            };
            jira.create_version(&new).await?;
            made += 1;
        }
    }
    Ok(made)
}
