//! All keys that are known, built in or a workspace's own.

use super::key_spec::{KeySpec, Wanted};
use super::written::{self, Written};
use crate::error::Result;

/// The file in the program.
const BUILTIN: &str = include_str!("../../../assets/env.schema.toml");

/// What is known of the keys of a `.env`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schema {
    written: Vec<Written>,
    keys: Vec<KeySpec>,
}

impl Schema {
    /// The schema in the program.
    pub fn builtin() -> Schema {
        // a test reads it: it can't be broken in a program that was built
        Schema::parse("env.schema.toml", BUILTIN).unwrap_or_default()
    }

    /// Reads a schema; `file` is its name for an error's sentence.
    ///
    /// # Errors
    /// `FILE:LINE:COLUMN: what is wrong.`
    pub fn parse(file: &str, text: &str) -> Result<Schema> {
        Ok(Schema::of(written::read(file, text)?))
    }

    fn of(written: Vec<Written>) -> Schema {
        let keys = written.iter().map(Written::spec).collect();
        Schema { written, keys }
    }

    /// This schema with another's keys first. Of a key that both know, what the other leaves unsaid
    /// stays as it is here; a name that fits one of this schema's patterns begins as that pattern.
    #[must_use]
    pub fn extended(&self, other: &Schema) -> Schema {
        let mut all: Vec<Written> = Vec::new();
        for own in &other.written {
            let base = self.written.iter().find(|w| w.name == own.name);
            let base = base.or_else(|| {
                let fitting = |w: &&Written| w.name.contains('*') && w.spec().fits(&own.name);
                self.written.iter().find(fitting)
            });
            all.push(own.over(base));
        }
        let kept = self
            .written
            .iter()
            .filter(|w| !other.written.iter().any(|own| own.name == w.name));
        all.extend(kept.cloned());
        Schema::of(all)
    }

    /// What is known of a key: by its exact name, else by the first pattern that fits.
    pub fn key(&self, name: &str) -> Option<&KeySpec> {
        let exact = self.keys.iter().find(|k| k.name == name);
        exact.or_else(|| self.keys.iter().find(|k| k.is_pattern() && k.fits(name)))
    }

    /// Every key and pattern, a workspace's own first.
    pub fn keys(&self) -> impl Iterator<Item = &KeySpec> {
        self.keys.iter()
    }

    /// The keys that such an instance needs, in the schema's order.
    pub fn required(&self, wanted: &Wanted) -> Vec<&KeySpec> {
        self.keys
            .iter()
            .filter(|key| key.is_required(wanted))
            .collect()
    }
}
