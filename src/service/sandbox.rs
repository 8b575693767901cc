//! The sandbox, from outside: whether it runs, starting, stopping, emptying it, ordering faults.

use serde_json::{Value, json};

use super::Service;
use crate::domain::name::InstanceName;
use crate::domain::strategy::ProviderKind;
use crate::error::{Context, Error, Kind, Result};
use crate::provider::http::{Http, HttpOptions};
use crate::sandbox::{self, FetchConsent};

impl Service {
    /// Whether an instance's project lives in the sandbox.
    pub fn needs_sandbox(&self, name: &InstanceName) -> Result<bool> {
        let config = self.workspace.instance(name)?.supabase_config()?;
        Ok(config.kind == ProviderKind::Sandbox && config.project_ref.is_some())
    }

    /// Wakes the sandbox up for an instance that lives in it.
    pub async fn ensure_sandbox(&self, name: &InstanceName, yes: bool) -> Result<()> {
        if !self.needs_sandbox(name)? {
            return Ok(());
        }
        sandbox::ensure(self.workspace.root(), consent(yes), |_| ()).await.map(|_| ())
    }

    /// What `matriz sandbox serve` does.
    pub async fn sandbox_serve(&self) -> Result<()> {
        sandbox::serve(self.workspace.root()).await
    }

    pub async fn sandbox_status(&self) -> Result<(Value, String)> {
        Ok(match sandbox::status(self.workspace.root()).await? {
            None => (
                json!({"running": false}),
                "The sandbox isn't running. It starts by itself when an instance needs it.".into(),
            ),
            Some(status) => (
                json!({"running": true, "sandbox": status}),
                format!(
                    "The sandbox runs.\nAPI        {}\nPostgres   {}, 127.0.0.1:{}\nProcess    {}",
                    status.api_url, status.postgres, status.database_port, status.pid
                ),
            ),
        })
    }

    pub async fn sandbox_start(&self, yes: bool) -> Result<(Value, String)> {
        sandbox::ensure(self.workspace.root(), consent(yes), |_| ()).await?;
        self.sandbox_status().await
    }

    pub async fn sandbox_stop(&self) -> Result<()> {
        self.refuse_while_jobs_run()?;
        sandbox::stop(self.workspace.root()).await
    }

    /// What `reset` would delete, as text and as JSON.
    pub fn sandbox_reset_plan(&self) -> Result<(String, Value)> {
        let mut lost = Vec::new();
        for name in self.workspace.instances()? {
            let config = self.workspace.instance(&name).and_then(|d| d.supabase_config());
            if let Ok(config) = config
                && config.kind == ProviderKind::Sandbox
                && let Some(project) = config.project_ref
            {
                lost.push((name.to_string(), project));
            }
        }
        let lines: Vec<String> = lost
            .iter()
            .map(|(name, project)| format!("  {name}: project {project} with its database"))
            .collect();
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
        self.registry.audit("person", "sandbox reset", "sandbox", "")?;
        sandbox::reset(self.workspace.root()).await?;
        for name in self.workspace.instances()? {
            let Ok(dir) = self.workspace.instance(&name) else {
                continue;
            };
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
            .hint(format!("Wait for it, or cancel it: matriz jobs cancel {}", job.id))),
        }
    }

    pub async fn sandbox_faults(&self) -> Result<Value> {
        self.faults_client().await?.list().await
    }

    /// Orders a fault, given as JSON.
    pub async fn sandbox_fault_add(&self, fault: &str) -> Result<Value> {
        let order: Value = serde_json::from_str(fault)
            .context(Kind::Usage, || "The fault isn't JSON".into())?;
        self.faults_client().await?.add(&order).await
    }

    pub async fn sandbox_faults_clear(&self) -> Result<Value> {
        self.faults_client().await?.clear().await
    }

    async fn faults_client(&self) -> Result<sandbox::FaultsClient> {
        let endpoints = sandbox::ensure(self.workspace.root(), FetchConsent::No, |_| ()).await?;
        sandbox::FaultsClient::new(&endpoints, Http::new(HttpOptions::default())?)
    }
}

fn consent(yes: bool) -> FetchConsent {
    if yes { FetchConsent::Yes } else { FetchConsent::No }
}
