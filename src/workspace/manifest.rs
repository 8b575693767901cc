//! `instance.toml`: read, and changed with its comments kept.

use toml_edit::Value;

use super::file::{self, SHARED};
use super::instance_dir::{InstanceDir, MANIFEST};
use super::settings::toml_error;
use super::template;
use crate::domain::config::Manifest;
use crate::domain::config_file::toml_edits;
use crate::error::Result;

impl InstanceDir {
    /// `instance.toml`, or what holds without one.
    pub fn manifest(&self) -> Result<Manifest> {
        match file::read_text(&self.path().join(MANIFEST))? {
            None => Ok(Manifest::default()),
            Some(text) => parse(&self.shown(MANIFEST), &text),
        }
    }

    /// When its folder was made, which tells it from others that had its name; empty where nobody
    /// wrote that down.
    pub fn born(&self) -> Result<String> {
        let created = self.manifest()?.created;
        Ok(created.map_or_else(String::new, |moment| moment.to_string()))
    }

    /// Changes what differs in `instance.toml`; comments, order and unknown keys stay.
    pub fn save_manifest(&self, manifest: &Manifest) -> Result<()> {
        let _lock = self.lock()?;
        self.write_manifest(manifest)
    }

    /// Reads, edits and writes `instance.toml` with nobody in between. `edit` must not write to this
    /// instance: it would wait for itself.
    pub fn edit_manifest(
        &self,
        edit: impl FnOnce(&mut Manifest) -> Result<()>,
    ) -> Result<Manifest> {
        let _lock = self.lock()?;
        let mut manifest = self.manifest()?;
        edit(&mut manifest)?;
        self.write_manifest(&manifest)?;
        Ok(manifest)
    }

    fn write_manifest(&self, manifest: &Manifest) -> Result<()> {
        let path = self.path().join(MANIFEST);
        let old = file::read_text(&path)?;
        let text = old.as_deref().unwrap_or(template::MANIFEST);
        let new = update(&self.shown(MANIFEST), text, manifest)?;
        if old.as_deref() != Some(&new) {
            file::write_whole(&path, new.as_bytes(), SHARED)?;
        }
        Ok(())
    }
}

fn parse(file: &str, text: &str) -> Result<Manifest> {
    toml::from_str(text).map_err(|error| toml_error(file, text, &error))
}

/// The text with every field of `new` that differs set.
pub(super) fn update(file: &str, text: &str, new: &Manifest) -> Result<String> {
    let old = parse(file, text)?;
    let mut out = text.to_owned();
    let mut put = |key: &str, changed: bool, value: Option<Value>| -> Result<()> {
        if changed {
            out = toml_edits::set(file, &out, key, value.as_ref())?;
        }
        Ok(())
    };
    let labels = || Value::Array(new.labels.iter().map(String::as_str).collect());
    put(
        "strategy",
        old.strategy != new.strategy,
        Some(new.strategy.word().into()),
    )?;
    put(
        "purpose",
        old.purpose != new.purpose,
        Some(new.purpose.as_str().into()),
    )?;
    put(
        "owner",
        old.owner != new.owner,
        Some(new.owner.as_str().into()),
    )?;
    put("labels", old.labels != new.labels, Some(labels()))?;
    put(
        "protected",
        old.protected != new.protected,
        Some(new.protected.into()),
    )?;
    put(
        "expiry",
        old.expiry != new.expiry,
        Some(new.expiry.to_string().into()),
    )?;
    put(
        "created",
        old.created != new.created,
        new.created.map(|moment| moment.to_string().into()),
    )?;
    put(
        "cloned_from",
        old.cloned_from != new.cloned_from,
        new.cloned_from.as_deref().map(Value::from),
    )?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::Expiry;
    use crate::domain::strategy::Strategy;

    #[test]
    fn comments_order_and_unknown_keys_stay() {
        let text =
            "# ours\nowner = \"a\" # who\nx = 1\nstrategy = \"schema\"\n\n[team]\nsize = 3\n";
        let mut manifest = parse("f", text).unwrap();
        manifest.owner = "b".into();
        manifest.created = Some("2026-03-01T12:00:00Z".parse().unwrap());
        let new = update("f", text, &manifest).unwrap();
        assert_eq!(
            new,
            "# ours\nowner = \"b\" # who\nx = 1\nstrategy = \"schema\"\ncreated = \"2026-03-01T12:00:00Z\"\n\n[team]\nsize = 3\n"
        );
        assert_eq!(parse("f", &new).unwrap(), manifest);
        assert_eq!(update("f", &new, &manifest).unwrap(), new);
        let lines = |text: &str| text.replace('\n', "\r\n");
        assert_eq!(update("f", &lines(text), &manifest).unwrap(), lines(&new));
    }

    #[test]
    fn every_field_round_trips_through_the_template() {
        let manifest = Manifest {
            strategy: Strategy::Complete,
            purpose: "Say \"hello\" # to\nall".into(),
            owner: "o".into(),
            labels: vec!["a".into(), "b".into()],
            protected: true,
            expiry: Expiry::IdleDays(14),
            created: Some("2026-03-01T12:00:00Z".parse().unwrap()),
            cloned_from: Some("default".into()),
        };
        let text = update("f", template::MANIFEST, &manifest).unwrap();
        assert_eq!(parse("f", &text).unwrap(), manifest);
        assert!(text.starts_with("# What this instance is for"));
    }

    #[test]
    fn errors_name_their_place() {
        let error = parse("instance.toml", "owner = \"a\"\nstrategy = \"none\"\n").unwrap_err();
        assert!(
            error.message.starts_with("instance.toml:2:12: "),
            "{}",
            error.message
        );
    }
}
