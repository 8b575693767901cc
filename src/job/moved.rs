//! A sandbox whose port was taken meanwhile has moved: the instances that live in it follow.

use crate::domain::config::AtlassianKind;
use crate::domain::strategy::ProviderKind;
use crate::error::Result;
use crate::provider::postgres::url::DatabaseUrl;
use crate::sandbox::{self, Endpoints};
use crate::workspace::{InstanceDir, Workspace};

/// Rewrites every sandbox instance's addresses where the sandbox is on another port than they
/// say, then tells the sandbox so. Doing it twice changes nothing more.
pub fn follow(workspace: &Workspace, endpoints: &Endpoints) -> Result<()> {
    if !endpoints.ports_changed {
        return Ok(());
    }
    for name in workspace.instances()? {
        let dir = workspace.instance(&name)?;
        if !dir.env_path().is_file() {
            continue;
        }
        if dir.supabase_config()?.kind == ProviderKind::Sandbox {
            rewrite(&dir, endpoints)?;
        }
        if dir.atlassian_config()?.kind == AtlassianKind::Sandbox {
            rewrite_site(&dir, endpoints)?;
        }
        dir.write_mcp(&workspace.mcp_targets(&name)?)?;
    }
    sandbox::acknowledge_ports(workspace.root())
}

fn rewrite_site(dir: &InstanceDir, endpoints: &Endpoints) -> Result<()> {
    dir.edit_env(|env| {
        if env.get("ATLASSIAN_SITE").is_some_and(|v| !v.is_empty()) {
            env.set("ATLASSIAN_SITE", &endpoints.api_url)?;
        }
        Ok(())
    })
    .map(|_| ())
}

fn rewrite(dir: &InstanceDir, endpoints: &Endpoints) -> Result<()> {
    let config = dir.supabase_config()?;
    let Some(project) = config.project_ref.filter(|p| !p.is_empty()) else {
        return Ok(());
    };
    dir.edit_env(|env| {
        let url = env
            .get("SUPABASE_URL")
            .filter(|v| !v.is_empty())
            .map(str::to_owned);
        if url.is_some() {
            env.set(
                "SUPABASE_URL",
                &format!("{}/projects/{project}", endpoints.api_url),
            )?;
        }
        let database = env
            .get("DATABASE_URL")
            .filter(|v| !v.is_empty())
            .map(str::to_owned);
        if let Some(text) = database {
            let mut url = DatabaseUrl::parse(&text)?;
            url.port = endpoints.database_port;
            env.set("DATABASE_URL", &url.reveal())?;
        }
        Ok(())
    })
    .map(|_| ())
}
