//! Before the rows: what an earlier run left, the schema's first part, and which tables there are.

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::copy::checkpoint::{Baseline, Reached};
use crate::provider::postgres::copy::data::{TableJob, kept};
use crate::provider::postgres::copy::engine::Copy;
use crate::provider::postgres::copy::script::classify::{Target, classify};
use crate::provider::postgres::copy::script::{Script, Stage, run};
use crate::provider::postgres::copy::space;
use crate::provider::postgres::copy::sql::quote::{ident, qualified};
use crate::provider::postgres::copy::target::{defaults, state, wipe};
use crate::provider::postgres::copy::work::progress::Part;

/// The target as if an earlier run's objects weren't there yet: every decision on what is the
/// platform's and what is the source's has to be the same in each run.
pub(super) fn as_found(mut theirs: Target, base: &Baseline) -> Target {
    theirs.roles.schemas = base.schemas.iter().cloned().collect();
    let installed = &mut theirs.roles.installed;
    installed.retain(|name, _| base.extensions.contains(name));
    theirs.publications = base.publications.iter().cloned().collect();
    theirs
}

impl Copy<'_> {
    /// Whether nothing of this copy is in the target yet.
    fn is_fresh(&self) -> bool {
        self.checkpoint.reached == Reached::Started && self.checkpoint.schema_hash.is_empty()
    }

    /// A copy that can't fit on the target's disk ends before its first change.
    pub(super) async fn hold_space(&self) -> Result<()> {
        if !self.is_fresh() {
            return Ok(());
        }
        let all = self.inventory.relations.iter();
        let copied = all.filter(|r| self.theirs.copies(&r.schema, &r.name));
        let objects = self.inventory.large_objects > 0;
        let bytes = space::needed(&self.snapshot.control, copied, objects).await?;
        space::hold(self.request, &self.target, bytes).await
    }

    /// The schema's first part: everything that must be there before the rows.
    pub(super) async fn prepare(&mut self) -> Result<Script> {
        let keep = self.checkpoint.reached == Reached::Schema
            && self.checkpoint.schema_hash == self.toc.hash;
        if !keep && !self.is_fresh() {
            self.progress
                .say("taking back what an interrupted run made");
            self.observer
                .log("An earlier run was interrupted; what it made is taken back first.");
            wipe::run(&self.target, &self.checkpoint).await?;
            self.theirs = state::read(&self.target).await?;
        }
        let before = as_found(self.theirs.clone(), &self.checkpoint.baseline);
        let script = classify(&self.toc, &before);
        if !script.refusals.is_empty() {
            return Err(Error::new(Kind::Refused, script.refusals.join(" "))
                .hint("Install it on the target's server, or drop it from the source."));
        }
        for (part, stages) in [
            (Part::Schema, &[Stage::Schema][..]),
            (Part::Constraints, &[Stage::ForeignKey, Stage::Attach]),
            (
                Part::Rights,
                &[
                    Stage::Rest,
                    Stage::Owner,
                    Stage::Rights,
                    Stage::Comment,
                    Stage::Last,
                ],
            ),
        ] {
            let count = script
                .tasks
                .iter()
                .filter(|t| stages.contains(&t.stage))
                .count();
            self.progress.expect(part, count as u64);
        }
        self.checkpoint.reached = Reached::Started;
        self.checkpoint.schema_hash = self.toc.hash.clone();
        self.checkpoint.on_managed = script.on_managed.clone();
        self.theirs = before;
        let schema = script.stage(Stage::Schema);
        if keep {
            self.observer
                .log("The schema that the earlier run made is kept.");
            self.progress.add(Part::Schema, schema.len() as u64);
            self.empty_tables().await?;
        } else {
            self.checkpoint.save(self.observer)?;
            self.progress.say("making the schema");
            self.make_room().await?;
            let progress = self.progress.clone();
            run::together(&self.target, &schema, &move |n| {
                progress.add(Part::Schema, n)
            })
            .await?;
        }
        // what the checkpoint promises has to survive the server's end as well
        self.target.make_durable().await?;
        self.checkpoint.reached = Reached::Schema;
        self.checkpoint.save(self.observer)?;
        Ok(script)
    }

    /// The schema that everything goes to, where it is one of many; else the whole database's
    /// default rights are closed while its objects are made.
    async fn make_room(&self) -> Result<()> {
        if let Some(map) = &self.request.schemas {
            let to = ident(&map.to);
            let sql = format!("CREATE SCHEMA IF NOT EXISTS {to}");
            return self
                .target
                .batch(&sql, &format!("Making the schema {}", map.to))
                .await;
        }
        let statements: Vec<String> = defaults::read(&self.target)
            .await?
            .iter()
            .filter(|rights| {
                rights
                    .schema()
                    .is_none_or(|schema| !self.theirs.manages(schema))
            })
            .flat_map(defaults::DefaultRights::take_away)
            .collect();
        self.target
            .batch(&statements.join(";\n"), "Closing the default rights")
            .await
    }

    async fn empty_tables(&self) -> Result<()> {
        let names: Vec<String> = self
            .inventory
            .relations
            .iter()
            .filter(|r| r.kind == 'r' && r.extension.is_none() && !self.theirs.manages(&r.schema))
            .map(|r| format!("ONLY {}", qualified(&self.there(&r.schema), &r.name)))
            .collect();
        for chunk in names.chunks(200) {
            let sql = format!("TRUNCATE {}", chunk.join(", "));
            self.target
                .batch(&sql, "Emptying the target's tables")
                .await?;
        }
        Ok(())
    }

    fn same_major(&self) -> bool {
        self.snapshot.control.connection.server_major() == self.target.connection.server_major()
    }

    /// Every table that the copy makes, the largest first.
    pub(super) fn plain_jobs(&self) -> Result<Vec<TableJob>> {
        let mut jobs = Vec::new();
        for relation in &self.inventory.relations {
            if relation.kind != 'r'
                || relation.extension.is_some()
                || self.theirs.manages(&relation.schema)
            {
                continue;
            }
            if !relation.readable {
                return Err(Error::refused(format!(
                    "The source's role may not read the table {}.",
                    relation.plain()
                ))
                .hint("Use the project's postgres user."));
            }
            let mut job = TableJob::plain(relation, &self.inventory, self.same_major());
            job.target.0 = self.there(&relation.schema);
            jobs.push(job);
        }
        jobs.sort_by_key(|job| std::cmp::Reverse(job.bytes));
        Ok(jobs)
    }

    /// Tables that the target has by itself and that get rows.
    pub(super) async fn kept_jobs(&mut self) -> Result<Vec<TableJob>> {
        let same_major = self.same_major();
        kept::tables(
            &self.inventory,
            &self.theirs,
            &self.target,
            same_major,
            &mut self.skipped,
        )
        .await
    }
}
