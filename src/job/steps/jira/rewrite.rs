//! The second pass over texts: what names the source names the clone.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;

use super::adf;
use crate::domain::name::InstanceName;
use crate::domain::reference::{Residue, Rewriter};
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::steps::references::created;
use crate::job::steps::references::pairs::{self, Place};
use crate::job::steps::users::Users;
use crate::job::world::World;

/// The job's map as it is now, made ready.
pub struct Rewrites {
    rewriter: Rewriter,
    /// Values in which something was rewritten.
    changed: AtomicU64,
}

impl Rewrites {
    pub fn open(
        world: &World,
        source: &InstanceName,
        target: &InstanceName,
        ctx: &StepContext,
    ) -> Result<Rewrites> {
        let mut map = pairs::map(world, source, target, Place::Text)?;
        created::add(&mut map, &ctx.journal()?);
        Users::of(ctx)?.add_to(&mut map);
        Ok(Rewrites {
            rewriter: map.compile()?,
            changed: AtomicU64::new(0),
        })
    }

    pub fn adf(&self, document: &Value) -> Value {
        let (new, count) = self.rewriter.adf(document);
        self.note(count);
        new
    }

    /// A document or a text; anything else stays.
    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            value if adf::is_document(value) => self.adf(value),
            other => other.clone(),
        }
    }

    pub fn text(&self, text: &str) -> String {
        let new = self.rewriter.text(text);
        self.note(new.count);
        new.text.into_owned()
    }

    pub fn jql(&self, query: &str) -> String {
        let new = self.rewriter.jql(query);
        self.note(new.count);
        new.text.into_owned()
    }

    /// Values in which something was rewritten since this was asked last.
    pub fn take_changed(&self) -> u64 {
        self.changed.swap(0, Ordering::Relaxed)
    }

    fn note(&self, count: usize) {
        self.changed
            .fetch_add(u64::from(count > 0), Ordering::Relaxed);
    }

    /// What still names the source in a document or a text.
    pub fn residues(&self, value: &Value) -> Vec<Residue> {
        match value {
            Value::String(text) => self.rewriter.residues(text),
            value if adf::is_document(value) => self.rewriter.residues_adf(value),
            _ => Vec::new(),
        }
    }
}
