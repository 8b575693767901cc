//! Everything after the rows and their indexes.

use std::collections::HashMap;

use crate::error::{Error, Result};
use crate::provider::postgres::copy::checkpoint::Reached;
use crate::provider::postgres::copy::engine::Copy;
use crate::provider::postgres::copy::finish::{foreign_keys, large_objects, sequences, views};
use crate::provider::postgres::copy::request::Skipped;
use crate::provider::postgres::copy::script::{Script, Stage, Task, run};
use crate::provider::postgres::copy::session::Session;
use crate::provider::postgres::copy::work::progress::Part;
use crate::provider::postgres::copy::work::worker::Floor;

impl Copy<'_> {
    /// Foreign keys, rules, owners, rights, comments, views, sequences, statistics.
    pub(super) async fn finish(&mut self, floor: &Floor, hands: Vec<Session>) -> Result<()> {
        if self.checkpoint.reached != Reached::Indexes {
            self.checkpoint.reached = Reached::Indexes;
            self.checkpoint.save(self.observer)?;
        }
        let script = &floor.script;
        let progress = self.progress.clone();
        let constraint = |n| progress.add(Part::Constraints, n);
        let right = |n| progress.add(Part::Rights, n);
        self.progress.say("making foreign keys, rules and policies");
        run::each(&self.target, &script.stage(Stage::Attach), &constraint).await?;
        let sizes: HashMap<_, _> = floor
            .jobs
            .iter()
            .map(|j| (j.target.clone(), j.bytes))
            .collect();
        let keys = script.stage(Stage::ForeignKey);
        // A key is checked by a query, which a forced row security would hide rows from.
        let (security, rest): (Vec<&Task>, Vec<&Task>) = script
            .stage(Stage::Rest)
            .into_iter()
            .partition(|task| self.is_row_security(task));
        let (rest, ()) = tokio::try_join!(
            async { run::each(&self.target, &rest, &right).await },
            foreign_keys::make(&hands, &keys, &sizes, &self.progress),
        )?;
        self.skipped.extend(rest);
        let security = run::each(&self.target, &security, &right).await?;
        self.skipped.extend(security);
        for stage in [Stage::Owner, Stage::Rights, Stage::Comment] {
            self.skipped
                .extend(run::each(&self.target, &script.stage(stage), &right).await?);
        }
        self.progress.say("filling views and sequences");
        let refreshes = views::refreshes(&self.toc, &self.inventory.relations);
        let refreshes: Vec<&Task> = refreshes
            .iter()
            .filter(|t| self.is_made(script, t))
            .collect();
        run::each(&self.target, &refreshes, &|_| {}).await?;
        self.sequences().await?;
        if self.inventory.large_objects > 0 {
            let roles = &self.theirs.roles;
            let moved = |bytes| self.progress.moved(usize::MAX, bytes);
            self.skipped.extend(
                large_objects::copy(
                    &self.snapshot.control,
                    &self.target,
                    &roles.all,
                    &roles.grantable,
                    &moved,
                )
                .await?,
            );
        }
        self.analyze(floor, &hands).await?;
        for stage in [Stage::DefaultRights, Stage::Last] {
            self.skipped
                .extend(run::each(&self.target, &script.stage(stage), &|_| {}).await?);
        }
        self.progress
            .add(Part::Rights, script.stage(Stage::Last).len() as u64);
        Ok(())
    }

    fn is_row_security(&self, task: &Task) -> bool {
        let entry = self.toc.entries.get(task.entry);
        entry.is_some_and(|entry| entry.desc == "ROW SECURITY")
    }

    fn is_made(&self, script: &Script, task: &Task) -> bool {
        script.tasks.iter().any(|made| made.entry == task.entry)
    }

    async fn sequences(&mut self) -> Result<()> {
        let (mut names, mut managed) = (Vec::new(), Vec::new());
        for relation in self.inventory.relations.iter().filter(|r| r.kind == 'S') {
            let config = self.inventory.config.contains_key(&relation.oid);
            let is_ours = relation.extension.is_none() || config;
            if !is_ours || !relation.readable {
                continue;
            }
            let name = (relation.schema.clone(), relation.name.clone());
            match self.theirs.manages(&relation.schema) {
                false => names.push(name),
                true if self.theirs.copies(&relation.schema, &relation.name) => managed.push(name),
                true => {}
            }
        }
        self.managed_sequences(managed).await?;
        let positions = sequences::read(&self.snapshot.control, &names).await?;
        let positions = positions
            .into_iter()
            .map(|((schema, name), position)| ((self.there(&schema), name), position))
            .collect();
        sequences::write(&self.target, &positions).await
    }

    /// The platform's own sequences whose tables were filled: the next sign-in must not be given the
    /// number of one that was copied. Nothing depends on those that can't be set but that.
    async fn managed_sequences(&mut self, names: Vec<(String, String)>) -> Result<()> {
        // a schema of its own comes without the platform's rows
        if self.request.schemas.is_some() {
            return Ok(());
        }
        let settable = sequences::settable(&self.target, &names).await?;
        for name in names.iter().filter(|name| !settable.contains(name)) {
            self.skipped.push(Skipped::new(
                format!("position of sequence {}.{}", name.0, name.1),
                "the target has no such sequence, or the login may not set it",
            ));
        }
        let source = sequences::read(&self.snapshot.control, &settable).await?;
        let target = sequences::read(&self.target, &settable).await?;
        let positions = sequences::furthest(source, &target);
        match positions.is_empty() {
            true => Ok(()),
            false => sequences::write(&self.target, &positions).await,
        }
    }

    async fn analyze(&self, floor: &Floor, hands: &[Session]) -> Result<()> {
        let done = floor.analyzed();
        let tables: Vec<(String, String)> = self
            .inventory
            .relations
            .iter()
            .filter(|r| matches!(r.kind, 'r' | 'p' | 'm') && !r.partition && r.extension.is_none())
            .filter(|r| !self.theirs.manages(&r.schema))
            .map(|r| (self.there(&r.schema), r.name.clone()))
            .filter(|table| !done.contains(table))
            .collect();
        let statements = views::analyses(&tables);
        let shares = hands.iter().enumerate().map(|(n, session)| {
            let mine: Vec<&str> = statements
                .iter()
                .skip(n)
                .step_by(hands.len().max(1))
                .map(String::as_str)
                .collect();
            async move {
                for answer in run::pipelined(session, &mine).await {
                    answer.map_err(|error| session.explain(error, "Gathering statistics"))?;
                }
                Ok::<(), Error>(())
            }
        });
        futures_util::future::try_join_all(shares).await?;
        Ok(())
    }
}
