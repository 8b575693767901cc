//! Doing what a finding proposes, where everything still is as it was shown.

use std::fs::{File, Permissions};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};

use nix::fcntl::OFlag;

use super::git;
use crate::domain::fingerprint::Fingerprints;
use crate::domain::isolation::{Finding, Fix};
use crate::domain::name::InstanceName;
use crate::error::{Context, Error, Kind, Result};
use crate::service::Service;
use crate::workspace::{InstanceDir, file};

impl Service {
    /// Applies a finding's fix and writes it into the audit. Refuses where a job works on the instance,
    /// and where the finding isn't there any more as it was shown. A sentence says what was done.
    pub fn isolation_fix(&self, finding: &Finding) -> Result<String> {
        let Some(fix) = &finding.fix else {
            return Err(Error::refused(format!(
                "{} can't be mended by the program.",
                finding.code
            ))
            .hint(finding.remedy.clone()));
        };
        if let Some(name) = fix.instance()
            && !matches!(fix, Fix::Forget { .. })
        {
            self.refuse_busy(&InstanceName::parse(name)?)?;
        }
        let now = self.isolation()?;
        if !now.findings.iter().any(|there| there.is_same(finding)) {
            return Err(changed());
        }
        let said = self.apply(fix)?;
        let subject = fix.instance().or(finding.instance()).unwrap_or("workspace");
        self.audit("doctor fix", subject, &format!("{}: {said}", finding.code))?;
        Ok(said)
    }

    fn apply(&self, fix: &Fix) -> Result<String> {
        match fix {
            Fix::Mode { path, from, to } => self.set_mode(path, *from, *to)?,
            Fix::SetEnv {
                instance,
                key,
                was,
                value,
            } => {
                let there = |now: &str| now == was;
                set(&self.dir(instance)?, key, there, value)?;
            }
            Fix::CopyEnv {
                instance,
                key,
                from,
                was,
                value,
            } => {
                let prints = self.prints()?;
                let (source, _) = self.dir(from)?.read_env()?;
                let meant = source.get(key).filter(|v| prints.of(v) == *value);
                let meant = meant.ok_or_else(changed)?.to_owned();
                set(
                    &self.dir(instance)?,
                    key,
                    |now| prints.of(now) == *was,
                    &meant,
                )?;
            }
            Fix::ClearEnv { instance, key, was } => {
                let prints = self.prints()?;
                set(&self.dir(instance)?, key, |now| prints.of(now) == *was, "")?;
            }
            Fix::WriteMcp { instance, .. } => {
                self.write_own_mcp(&InstanceName::parse(instance)?)?
            }
            Fix::Reference {
                instance,
                file,
                key,
            } => self.reference(&self.dir(instance)?, file, key)?,
            Fix::Ignore { line } => self.ignore(line)?,
            Fix::Untrack { path, ignore } => {
                let mut remove = git::here(self.workspace.root());
                remove.args(["rm", "--cached", "--quiet", "--", path]);
                git::run(remove, None)?;
                self.ignore(ignore)?;
            }
            Fix::Forget { instance } => self.registry.forget_instance_figures(instance)?,
        }
        Ok(done(fix))
    }

    fn dir(&self, name: &str) -> Result<InstanceDir> {
        self.by("doctor fix").instance(&InstanceName::parse(name)?)
    }

    /// The entries as a set-up writes them.
    fn write_own_mcp(&self, name: &InstanceName) -> Result<()> {
        let targets = self.workspace.mcp_targets(name)?;
        let plan = self.workspace.instance(name)?.write_mcp(&targets)?;
        match plan.foreign().next() {
            None => Ok(()),
            Some(_) => Err(Error::refused(format!(
                "In mcp.json of {name} there is an entry of that name that Matriz didn't write."
            ))
            .hint(format!(
                "Look at it, and replace it with: matriz mcp config --write -i {name}"
            ))),
        }
    }

    fn prints(&self) -> Result<Fingerprints> {
        Ok(Fingerprints::new(self.workspace.key("fingerprint")?))
    }

    /// By the open file, so that a link put there meanwhile isn't followed.
    fn set_mode(&self, path: &str, from: u32, to: u32) -> Result<()> {
        let full = self.path_of(path);
        let failed = || format!("Can't change the permissions of {path}");
        let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
        let file = File::options()
            .read(true)
            .custom_flags(flags.bits())
            .open(&full)
            .context(Kind::Io, failed)?;
        let mode = file.metadata().context(Kind::Io, failed)?.mode() & 0o7777;
        if mode != from {
            return Err(changed());
        }
        file.set_permissions(Permissions::from_mode(to))
            .context(Kind::Io, failed)
    }

    /// Puts `${KEY}` where the key's value stands in a JSON file.
    fn reference(&self, dir: &InstanceDir, name: &str, key: &str) -> Result<()> {
        let (env, _) = dir.read_env()?;
        let shared = self.workspace.shared_env()?;
        let value = env.get(key).or(shared.get(key)).filter(|v| !v.is_empty());
        let value = serde_json::Value::from(value.ok_or_else(changed)?).to_string();
        let inner = value.strip_prefix('"').and_then(|v| v.strip_suffix('"'));
        let inner = inner.ok_or_else(changed)?;
        dir.edit_text(name, |text| {
            let new = text.replace(inner, &format!("${{{key}}}"));
            match new == text || serde_json::from_str::<serde_json::Value>(&new).is_err() {
                true => Err(changed()),
                false => Ok(new),
            }
        })
    }

    /// Adds a line to the root's `.gitignore`, once.
    fn ignore(&self, line: &str) -> Result<()> {
        let path = self.path_of(".gitignore");
        let text = file::read_text(&path)?.unwrap_or_default();
        if text.lines().any(|there| there.trim() == line) {
            return Ok(());
        }
        let gap = if text.is_empty() || text.ends_with('\n') {
            ""
        } else {
            "\n"
        };
        let new = format!("{text}{gap}{line}\n");
        file::write_whole(&path, new.as_bytes(), file::SHARED)
    }
}

fn set(dir: &InstanceDir, key: &str, there: impl Fn(&str) -> bool, value: &str) -> Result<()> {
    dir.edit_env(|env| match env.get(key) {
        Some(now) if there(now) => env.set(key, value),
        _ => Err(changed()),
    })
    .map(|_| ())
}

fn done(fix: &Fix) -> String {
    match fix {
        Fix::Mode { path, to, .. } => format!("{path} has mode {to:04o} now."),
        Fix::SetEnv { instance, key, .. } => {
            format!("{key} of {instance} is what its configuration says.")
        }
        Fix::CopyEnv {
            instance,
            key,
            from,
            ..
        } => format!("{key} of {instance} is the one that {from} has."),
        Fix::ClearEnv { instance, key, .. } => format!("{key} of {instance} is empty now."),
        Fix::WriteMcp { instance, to, .. } => {
            format!("mcp.json of {instance} names its project {to}.")
        }
        Fix::Reference {
            instance,
            file,
            key,
        } => format!("{file} of {instance} names {key} now, not its value."),
        Fix::Ignore { line } => format!(".gitignore has the line {line}."),
        Fix::Untrack { path, .. } => {
            format!("Git doesn't track {path} any more. Revoke what was in it.")
        }
        Fix::Forget { instance } => format!("What was seen of {instance} is forgotten."),
    }
}

fn changed() -> Error {
    Error::new(
        Kind::Conflict,
        "Things changed meanwhile; nothing was written.",
    )
    .hint("Look again, and decide anew.")
}
