//! An instance's `.env`: reading, changing, checking, and the environment for a command.

use serde::Serialize;

use super::Service;
use crate::domain::name::InstanceName;
use crate::domain::secret;
use crate::error::{Error, Result};

/// One key as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvShown {
    pub key: String,
    /// The value, or a mask.
    pub shown: String,
    pub secret: bool,
    /// 1-based.
    pub line: usize,
    /// Codes such as `W201`.
    pub lints: Vec<&'static str>,
}

/// Something that `env check` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvFinding {
    pub file: String,
    pub line: usize,
    pub code: String,
    pub text: String,
    pub error: bool,
}

impl Service {
    pub fn env_entries(&self, name: &InstanceName, reveal: bool) -> Result<Vec<EnvShown>> {
        let (env, _) = self.workspace.instance(name)?.read_env()?;
        if reveal {
            self.audit("reveal", name.as_str(), "all keys")?;
        }
        Ok(env
            .entries()
            .map(|entry| {
                let is_secret = secret::is_secret(entry.key, entry.value);
                let shown = if reveal || !is_secret {
                    entry.value.to_owned()
                } else {
                    secret::mask_value(entry.key, entry.value).to_owned()
                };
                EnvShown {
                    key: entry.key.to_owned(),
                    shown,
                    secret: is_secret,
                    line: entry.line,
                    lints: entry.lints.iter().map(|l| l.code()).collect(),
                }
            })
            .collect())
    }

    /// One value; a secret only with `reveal`.
    pub fn env_get(&self, name: &InstanceName, key: &str, reveal: bool) -> Result<String> {
        let (env, _) = self.workspace.instance(name)?.read_env()?;
        let value = env.get(key).ok_or_else(|| {
            Error::not_found(format!("{name} has no {key} in its .env."))
                .hint("matriz env list shows the keys that it has.")
        })?;
        if secret::is_secret(key, value) && !reveal {
            return Ok(secret::mask_value(key, value).to_owned());
        }
        if reveal {
            self.audit("reveal", name.as_str(), key)?;
        }
        Ok(value.to_owned())
    }

    pub fn env_set(&self, name: &InstanceName, key: &str, value: &str) -> Result<()> {
        self.refuse_busy(name)?;
        self.workspace
            .instance(name)?
            .edit_env(|env| env.set(key, value))?;
        self.audit("env set", name.as_str(), key)?;
        self.touch(name)
    }

    pub fn env_unset(&self, name: &InstanceName, key: &str) -> Result<()> {
        self.refuse_busy(name)?;
        let mut was_there = false;
        self.workspace.instance(name)?.edit_env(|env| {
            was_there = env.unset(key)?;
            Ok(())
        })?;
        if !was_there {
            return Err(Error::not_found(format!(
                "{name} has no {key} in its .env."
            )));
        }
        self.audit("env unset", name.as_str(), key)?;
        self.touch(name)
    }

    /// What other readers would read differently. A file that can't be read is the error itself.
    pub fn env_check(&self, name: &InstanceName) -> Result<Vec<EnvFinding>> {
        let dir = self.workspace.instance(name)?;
        let (env, _) = dir.read_env()?;
        let file = format!("instances/{name}/.env");
        Ok(env
            .lints()
            .iter()
            .map(|lint| EnvFinding {
                file: file.clone(),
                line: lint.line,
                code: lint.code.code().to_owned(),
                text: lint.code.explain().to_owned(),
                error: false,
            })
            .collect())
    }

    /// The environment of a command that runs in an instance: that one's keys and no other's.
    pub fn run_environment(&self, name: &InstanceName) -> Result<Vec<(String, String)>> {
        let base = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        let mut variables = self.workspace.run_environment(name, base)?;
        variables.retain(|(key, _)| key != "MATRIZ_ROOT");
        variables.push((
            "MATRIZ_ROOT".to_owned(),
            self.workspace.root().display().to_string(),
        ));
        self.touch(name)?;
        Ok(variables)
    }
}
