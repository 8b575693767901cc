//! What a step may use while it runs: its job's facts, progress, checkpoints, the journal, the log.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::domain::job::JobId;
use crate::domain::progress::Report;
use crate::error::{Error, Kind, Result};
use crate::registry::Registry;
use crate::registry::jobs::JobRow;
use crate::registry::journal::{JournalEntry, JournalState};
use crate::registry::lease::Lease;

use super::log::JobLog;
use super::progress::Reports;
use super::shared::Shared;

/// What the steps of one worker have in common.
pub(super) struct Held {
    pub registry: Registry,
    pub lease: Lease,
    pub job: JobRow,
    pub log: JobLog,
    pub reports: Reports,
    pub shared: Shared,
}

/// A step's view of its job. A clone is another handle on the same step.
#[derive(Clone)]
pub struct StepContext {
    held: Arc<Held>,
    n: u32,
    name: Arc<str>,
    /// Fires when the step is to stop: a cancel, a stop, or a sibling that failed.
    pub cancel: CancellationToken,
}

impl StepContext {
    pub(super) fn new(held: Arc<Held>, n: u32, name: &str, cancel: CancellationToken) -> Self {
        StepContext {
            held,
            n,
            name: name.into(),
            cancel,
        }
    }

    pub fn job(&self) -> JobId {
        self.held.job.id
    }

    /// The instance that the job writes to.
    pub fn instance(&self) -> &str {
        &self.held.job.instance
    }

    /// The instance that the job reads from.
    pub fn source(&self) -> Option<&str> {
        self.held.job.source.as_deref()
    }

    /// As they were given when the job was submitted.
    pub fn args(&self) -> &Value {
        &self.held.job.args
    }

    /// The arguments as a type. Errors: `Parse`.
    pub fn args_as<T: DeserializeOwned>(&self) -> Result<T> {
        T::deserialize(self.args()).map_err(|error| {
            let id = self.job();
            Error::new(
                Kind::Parse,
                format!("The arguments of job {id} can't be read: {error}"),
            )
            .source(error)
        })
    }

    pub fn registry(&self) -> &Registry {
        &self.held.registry
    }

    /// The workspace's `.matriz` folder.
    pub fn state_dir(&self) -> &Path {
        self.held.registry.state_dir()
    }

    /// Says how far the step is. Cheap, and the latest wins: call it as often as you like.
    pub fn report(&self, report: Report) {
        self.held.reports.set(self.n, report);
    }

    /// Says that the step waits for a service's limit from now on, so long. Cheap, like
    /// [`StepContext::report`].
    pub(super) fn waits(&self, service: &'static str, pause: Duration) {
        let until = tokio::time::Instant::now() + pause;
        self.held.reports.waits(self.n, service, until);
    }

    /// Errors with `Cancelled` once the step is to stop.
    pub fn check_cancelled(&self) -> Result<()> {
        if self.cancel.is_cancelled() {
            Err(Error::cancelled())
        } else {
            Ok(())
        }
    }

    /// What this step saved last, in this worker or an earlier one.
    pub fn checkpoint(&self) -> Result<Option<Value>> {
        self.held.registry.checkpoint(self.job(), self.n)
    }

    /// Durable when this returns.
    pub fn save_checkpoint(&self, value: &Value) -> Result<()> {
        self.held
            .registry
            .save_checkpoint(&self.held.lease, self.n, value)
    }

    /// Writes down, before the call leaves, that something is about to be created. The same thing
    /// has the same number, however often it's asked; an entry that has a result keeps it.
    pub fn intent(&self, provider: &str, kind: &str, source_id: &str) -> Result<i64> {
        self.held
            .registry
            .journal_intent(&self.held.lease, provider, kind, source_id)
    }

    /// Writes down the id of what was created.
    pub fn result(&self, seq: i64, target_id: &str) -> Result<()> {
        self.held
            .registry
            .journal_result(&self.held.lease, seq, target_id)
    }

    /// [`StepContext::intent`] for many things that one call is about to create; the numbers come
    /// in the same order.
    pub fn intents(&self, provider: &str, kind: &str, source_ids: &[&str]) -> Result<Vec<i64>> {
        self.held
            .registry
            .journal_intents(&self.held.lease, provider, kind, source_ids)
    }

    /// [`StepContext::result`] for many.
    pub fn results(&self, results: &[(i64, &str)]) -> Result<()> {
        self.held
            .registry
            .journal_results(&self.held.lease, results)
    }

    /// Writes down what is there already: other names of what was created, or what was found. Each
    /// is a kind, the source's id and the target's.
    pub fn record(&self, provider: &str, pairs: &[(&str, &str, &str)]) -> Result<()> {
        self.held
            .registry
            .journal_record(&self.held.lease, provider, pairs)
    }

    pub fn mark(&self, seq: i64, state: JournalState) -> Result<()> {
        self.held
            .registry
            .journal_mark(&self.held.lease, seq, state)
    }

    pub fn lookup(
        &self,
        provider: &str,
        kind: &str,
        source_id: &str,
    ) -> Result<Option<JournalEntry>> {
        self.held
            .registry
            .journal_find(self.job(), provider, kind, source_id)
    }

    /// All that this job created, or was about to, in order.
    pub fn journal(&self) -> Result<Vec<JournalEntry>> {
        self.held.registry.journal(self.job())
    }

    /// A line in the job's log. The caller keeps secrets out of it.
    pub fn log(&self, line: impl AsRef<str>) {
        self.held.log.line(&self.name, line.as_ref());
    }

    /// The line that stays when the job is over ("3 tables, 164 rows, equal").
    pub fn summary(&self, text: &str) -> Result<()> {
        self.held.registry.set_summary(&self.held.lease, text)
    }

    /// Keeps what the step has to say when the job is over. The caller keeps secrets out of it.
    pub fn save_report(&self, part: &str, data: &impl serde::Serialize) -> Result<()> {
        let data = serde_json::to_value(data)
            .map_err(|e| Error::internal("A report can't be written as JSON.").source(e))?;
        self.held
            .registry
            .save_report_part(&self.held.lease, part, &data)
    }

    /// What the job's steps hand to each other within this worker.
    pub fn shared(&self) -> &Shared {
        &self.held.shared
    }

    /// Whether this worker still has the job. Ask right before something that can't be taken back.
    pub fn still_owner(&self) -> Result<bool> {
        self.held.registry.holds(&self.held.lease)
    }
}
