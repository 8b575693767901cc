//! The second pass over texts: what names the source names the clone.

use serde_json::Value;

use crate::domain::name::InstanceName;
use crate::domain::reference::{ReferenceKind, Residue, Rewriter};
use crate::error::Result;
use crate::job::step::StepContext;
use crate::job::steps::references::pairs::{self, Place};
use crate::job::world::World;

/// The job's map as it is now, made ready.
pub struct Rewrites {
    rewriter: Rewriter,
}

impl Rewrites {
    pub fn open(
        world: &World,
        source: &InstanceName,
        target: &InstanceName,
        ctx: &StepContext,
    ) -> Result<Rewrites> {
        let mut map = pairs::map(world, source, target, Place::Text)?;
        for entry in ctx.journal()? {
            let kind = match entry.kind.as_str() {
                "issue-key" => ReferenceKind::JiraIssue,
                "project" => ReferenceKind::JiraProject,
                _ => continue,
            };
            if let Some(target) = &entry.target_id {
                map.add(kind, &entry.source_id, target);
            }
        }
        Ok(Rewrites {
            rewriter: map.compile()?,
        })
    }

    pub fn adf(&self, document: &Value) -> Value {
        let text = document.to_string();
        let new = self.rewriter.json(&text).text;
        serde_json::from_str(&new).unwrap_or_else(|_| document.clone())
    }

    /// A document, a text, or what holds them; anything else stays.
    pub fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Object(_) => self.adf(value),
            other => other.clone(),
        }
    }

    pub fn text(&self, text: &str) -> String {
        self.rewriter.text(text).text.into_owned()
    }

    pub fn jql(&self, query: &str) -> String {
        self.rewriter.text(query).text.into_owned()
    }

    /// What still names the source in a value.
    pub fn residues(&self, value: &Value) -> Vec<Residue> {
        match value {
            Value::String(text) => self.rewriter.residues(text),
            other => self.rewriter.residues(&other.to_string()),
        }
    }
}
