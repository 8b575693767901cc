//! Where the instance's Jira project and Confluence space are, written into its `.env`.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use super::mark;
use crate::domain::config::AtlassianKind;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::env::set_env;
use crate::job::step::{Step, StepContext};
use crate::job::world::World;

/// Writes `ATLASSIAN_SITE`, `JIRA_PROJECT_KEY` and `CONFLUENCE_SPACE_KEY`, and the sandbox's own
/// address and token; those of a real site are the person's.
pub struct WriteAtlassianKeys {
    pub world: World,
    pub name: InstanceName,
}

/// The keys that were empty before, so that undo empties them again and touches no other.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Mark {
    filled: Vec<String>,
}

#[async_trait]
impl Step for WriteAtlassianKeys {
    fn name(&self) -> &str {
        "atlassian.write"
    }

    fn title(&self) -> &str {
        "Write its site and keys"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let dir = self.world.instance(&self.name)?;
        let config = dir.atlassian_config()?;
        let Some(site) = self.world.atlassian(&self.name).await? else {
            return Ok(());
        };
        let mut values = vec![
            (
                "JIRA_PROJECT_KEY".to_owned(),
                config.jira_project_key.unwrap_or_default(),
            ),
            (
                "CONFLUENCE_SPACE_KEY".to_owned(),
                config.confluence_space_key.unwrap_or_default(),
            ),
        ];
        match config.kind {
            AtlassianKind::Sandbox => {
                let at = self.world.sandbox(|_| ()).await?;
                values.push(("ATLASSIAN_SITE".into(), at.api_url.clone()));
                values.push((config.email_key, at.atlassian_email.clone()));
                values.push((config.token_key, at.atlassian_token.clone()));
            }
            AtlassianKind::Cloud => {
                let host = site.base_url().trim_start_matches("https://").to_owned();
                values.push(("ATLASSIAN_SITE".into(), config.site.unwrap_or(host)));
            }
            AtlassianKind::None => {}
        }
        match site.with_cancel(ctx.cancel.clone()).cloud_id().await {
            Ok(id) => values.extend(id.map(|id| ("ATLASSIAN_CLOUD_ID".to_owned(), id))),
            // only some tools ask for it
            Err(failure) => ctx.log(format!("no cloud id: {}", failure.message)),
        }
        values.retain(|(_, value)| !value.is_empty());
        let (env, _) = dir.read_env()?;
        if mark::load::<Mark>(ctx)?.is_none() {
            let filled = values
                .iter()
                .filter(|(key, _)| env.get(key).is_none_or(str::is_empty))
                .map(|(key, _)| key.clone())
                .collect();
            mark::save(ctx, &Mark { filled })?;
        }
        let pairs: Vec<(&str, &str)> = values
            .iter()
            .map(|(k, v)| (k.as_str(), v.as_str()))
            .collect();
        set_env(&dir, &pairs)
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let Some(mark) = mark::load::<Mark>(ctx)? else {
            return Ok(());
        };
        let Ok(dir) = self.world.instance(&self.name) else {
            return Ok(());
        };
        let pairs: Vec<(&str, &str)> = mark.filled.iter().map(|k| (k.as_str(), "")).collect();
        set_env(&dir, &pairs)
    }
}
