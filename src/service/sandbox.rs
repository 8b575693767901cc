//! The sandbox, from outside: whether it runs, starting, stopping, emptying it, ordering faults.

use serde_json::{Value, json};

use super::Service;
use super::here::Here;
use crate::domain::config::{AtlassianConfig, AtlassianKind};
use crate::domain::name::InstanceName;
use crate::domain::strategy::ProviderKind;
use crate::error::{Context, Error, Kind, Result};
use crate::job::moved;
use crate::provider::http::{Http, HttpOptions};
use crate::sandbox::api::{Fault, FaultOrders};
use crate::sandbox::{self, Endpoints, FetchConsent};

impl Here {
    /// Whether an instance's project, its Jira project or its space lives in the sandbox.
    pub fn needs_sandbox(&self, name: &InstanceName) -> Result<bool> {
        let dir = self.workspace.instance(name)?;
        let config = dir.supabase_config()?;
        let database = config.kind == ProviderKind::Sandbox && config.project_ref.is_some();
        Ok(database || !site_keys(&dir.atlassian_config()?).is_empty())
    }
}

impl Service {
    /// Wakes the sandbox up for an instance that lives in it.
    pub async fn ensure_sandbox(&self, name: &InstanceName, yes: bool) -> Result<()> {
        if !self.here().needs_sandbox(name)? {
            return Ok(());
        }
        self.endpoints(consent(yes)).await.map(|_| ())
    }

    /// What `matriz sandbox serve` does.
    pub async fn sandbox_serve(&self) -> Result<()> {
        sandbox::serve(self.workspace.root()).await
    }

    pub async fn sandbox_status(&self) -> Result<(Value, String)> {
        let status = sandbox::status(self.workspace.root()).await?;
        if !status.running {
            let text = "The sandbox isn't running. It starts by itself when an instance needs it.";
            return Ok((json!({"running": false}), text.to_owned()));
        }
        let value = json!({
            "running": true, "pid": status.pid, "api_url": status.api_url,
            "database_port": status.database_port, "postgres": status.engine, "runs": status.run_as,
        });
        let text = format!(
            "The sandbox runs.\nAPI        {}\nPostgres   {} on 127.0.0.1:{}, {}\nProcess    {}",
            status.api_url.unwrap_or_default(),
            status.engine.unwrap_or_default(),
            status.database_port.unwrap_or_default(),
            status.run_as.unwrap_or_default(),
            status.pid.unwrap_or_default(),
        );
        Ok((value, text))
    }

    pub async fn sandbox_start(&self, yes: bool) -> Result<(Value, String)> {
        self.endpoints(consent(yes)).await?;
        self.sandbox_status().await
    }

    pub async fn sandbox_stop(&self) -> Result<()> {
        self.refuse_while_jobs_run()?;
        sandbox::stop(self.workspace.root()).await.map(|_| ())
    }

    /// What `reset` would delete, as text and as JSON.
    pub fn sandbox_reset_plan(&self) -> Result<(String, Value)> {
        let mut lost = Vec::new();
        for name in self.workspace.instances()? {
            let config = self
                .workspace
                .instance(&name)
                .and_then(|d| d.supabase_config());
            if let Ok(config) = config
                && config.kind == ProviderKind::Sandbox
                && let Some(project) = config.project_ref
            {
                lost.push((name.to_string(), project));
            }
        }
        let mut lines: Vec<String> = lost
            .iter()
            .map(|(name, project)| format!("  {name}: project {project} with its database"))
            .collect();
        for name in self.workspace.instances()? {
            let dir = self.workspace.instance(&name);
            let keys = dir.and_then(|dir| dir.atlassian_config());
            for what in keys.map(|config| site_keys(&config)).unwrap_or_default() {
                lines.push(format!("  {name}: {what}"));
            }
        }
        let text = if lines.is_empty() {
            "No instance has a project in it.".to_owned()
        } else {
            lines.join("\n")
        };
        let value = json!({"deletes": lost.iter().map(|(n, p)| json!({"instance": n, "project": p})).collect::<Vec<_>>()});
        Ok((text, value))
    }

    /// Deletes everything in the sandbox, and lets go of it in the instances' configs.
    pub async fn sandbox_reset(&self) -> Result<()> {
        self.refuse_while_jobs_run()?;
        // a locked shell empties no other instance
        for name in self.workspace.instances()? {
            if self.here().needs_sandbox(&name).unwrap_or(true) {
                self.here().allow(&name)?;
            }
        }
        self.audit("sandbox reset", "sandbox", "")?;
        sandbox::reset(self.workspace.root()).await?;
        for name in self.workspace.instances()? {
            let Ok(dir) = self.workspace.instance(&name) else {
                continue;
            };
            dir.edit_atlassian_config(|config| {
                if config.kind == AtlassianKind::Sandbox {
                    config.jira_project_key = None;
                    config.confluence_space_key = None;
                }
            })?;
            let mut config = dir.supabase_config()?;
            if config.kind == ProviderKind::Sandbox && config.project_ref.is_some() {
                config.project_ref = None;
                dir.save_supabase_config(&config)?;
                self.registry.forget_instance_figures(name.as_str())?;
            }
        }
        Ok(())
    }

    fn refuse_while_jobs_run(&self) -> Result<()> {
        match self.registry.active_jobs()?.first() {
            None => Ok(()),
            Some((job, _)) => Err(Error::new(
                Kind::Conflict,
                format!("Job {} ({}) still needs the sandbox.", job.id, job.title()),
            )
            .hint(format!(
                "Wait for it, or cancel it: matriz jobs cancel {}",
                job.id
            ))),
        }
    }

    pub async fn sandbox_faults(&self) -> Result<Value> {
        let faults = self.fault_orders().await?.list().await?;
        Ok(json!({"faults": faults}))
    }

    /// Orders a fault, given as text (`POST /v1/projects status=503 times=2`) or as JSON.
    pub async fn sandbox_fault_add(&self, fault: &str) -> Result<Value> {
        let order = read_fault(fault)?;
        Ok(json!({"fault": self.fault_orders().await?.add(&order).await?}))
    }

    pub async fn sandbox_faults_clear(&self) -> Result<Value> {
        self.fault_orders().await?.clear().await?;
        Ok(json!({"faults": []}))
    }

    async fn fault_orders(&self) -> Result<FaultOrders> {
        let endpoints = self.endpoints(FetchConsent::No).await?;
        let http = Http::new(HttpOptions::default())?;
        Ok(FaultOrders::new(http, &endpoints.api_url, &endpoints.token))
    }

    /// The running sandbox; instances that name a port it had to leave are rewritten.
    async fn endpoints(&self, consent: FetchConsent) -> Result<Endpoints> {
        let endpoints = sandbox::ensure(self.workspace.root(), consent, |_| ()).await?;
        moved::follow(&self.by("sandbox"), &endpoints)?;
        Ok(endpoints)
    }
}

/// JSON is an object; everything else is read as text, whose errors say what was expected.
fn read_fault(text: &str) -> Result<Fault> {
    if !text.trim_start().starts_with('{') {
        return text.parse();
    }
    let fault: Fault = serde_json::from_str(text).context(Kind::Usage, || {
        "The fault isn't one that the sandbox knows".into()
    })?;
    fault.check()?;
    Ok(fault)
}

fn consent(yes: bool) -> FetchConsent {
    if yes {
        FetchConsent::Yes
    } else {
        FetchConsent::No
    }
}

/// What of an instance is on the sandbox's site.
fn site_keys(config: &AtlassianConfig) -> Vec<String> {
    if config.kind != AtlassianKind::Sandbox {
        return Vec::new();
    }
    let some = |key: &Option<String>| key.clone().filter(|key| !key.is_empty());
    let jira = some(&config.jira_project_key).map(|key| format!("Jira project {key}"));
    let space = some(&config.confluence_space_key).map(|key| format!("Confluence space {key}"));
    jira.into_iter().chain(space).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_as_text_and_as_json() {
        let text = read_fault("POST /v1/projects drop=after times=1").unwrap();
        let json = r#"{"operation": "POST /v1/projects", "kind": "drop_after", "times": 1}"#;
        assert_eq!(read_fault(json).unwrap(), text);
        for wrong in [
            "POST /v1/projects drop=never",
            "{",
            r#"{"operation": "POST /v1/projects", "kind": "explode"}"#,
            r#"{"operation": "projects", "kind": "drop_after"}"#,
        ] {
            let error = read_fault(wrong).unwrap_err();
            assert_eq!(error.kind, Kind::Usage, "{wrong}");
        }
    }
}
