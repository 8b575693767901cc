//! An instance's `.env`: reading, changing, and the environment for a command.

use super::Service;
use crate::domain::agent_runtime;
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

impl Service {
    /// Secrets in clear are for a person's eyes: refused where an agent's runtime shows.
    pub fn refuse_agents(&self) -> Result<()> {
        let all = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)));
        match agent_runtime::shown_by(all) {
            None => Ok(()),
            Some(variable) => Err(Error::refused(format!(
                "Secret values aren't shown to a coding agent, and {variable} says that one runs this terminal."
            ))
            .hint("A command gets the values without anyone seeing them: matriz run -- COMMAND")),
        }
    }

    pub fn env_entries(&self, name: &InstanceName, reveal: bool) -> Result<Vec<EnvShown>> {
        if reveal {
            self.refuse_agents()?;
        }
        let _ = self.notice(name);
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
        if reveal {
            self.refuse_agents()?;
        }
        let _ = self.notice(name);
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

    /// Sets a value. What is odd about it comes back, a sentence each: it has another type than the
    /// key, or other readers read it otherwise.
    pub fn env_set(&self, name: &InstanceName, key: &str, value: &str) -> Result<Vec<String>> {
        self.refuse_busy(name)?;
        let env = self
            .by("env set")
            .instance(name)?
            .edit_env(|env| env.set(key, value))?;
        self.audit("env set", name.as_str(), key)?;
        self.touch(name)?;
        // the value is set: a broken schema is for "check" to say
        let schema = self.workspace.env_schema().unwrap_or_default();
        let spec = schema.key(key).filter(|_| !value.is_empty());
        let odd = spec.and_then(|spec| spec.kind.check(value).err());
        let mut remarks: Vec<String> = odd.map(|odd| format!("{key}: {odd}")).into_iter().collect();
        if let Some(entry) = env.entries().find(|e| e.effective && e.key == key) {
            let marks = entry.lints.iter();
            remarks.extend(marks.map(|lint| format!("{} {}", lint.code(), lint.explain())));
        }
        Ok(remarks)
    }

    pub fn env_unset(&self, name: &InstanceName, key: &str) -> Result<()> {
        self.refuse_busy(name)?;
        let mut was_there = false;
        self.by("env unset").instance(name)?.edit_env(|env| {
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
}
