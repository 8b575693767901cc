//! The jobs: what runs, how fast, what is unfolded.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::domain::job::{JobId, JobState, JobView};
use crate::domain::progress::{Amount, Rate, Unit};

use crate::tui::widget::window;

use super::job_parts::{self, JobLine};
use super::notice::Notice;

#[derive(Default)]
pub struct Jobs {
    /// Newest first.
    pub rows: Vec<JobView>,
    pub selected: usize,
    /// First line shown, of all the lines that the pane would draw.
    pub offset: usize,
    /// How much of a job is shown, where that was chosen by hand.
    levels: HashMap<JobId, u8>,
    pub loaded: bool,
    pub error: Option<Notice>,
    /// A read is under way; the second says that one more is due after it.
    pub reading: (bool, bool),
    /// A job to select as soon as it is in the list.
    pub awaited: Option<JobId>,
    /// Somebody chose the selected job; until then it's the first.
    chosen: bool,
    /// The selected job was moved to, and is to be brought into view.
    reveal: bool,
    /// Asked to cancel or resume, and not answered yet.
    pub asked: HashSet<JobId>,
    speeds: HashMap<JobId, Speed>,
}

/// How fast a job goes, measured from what it reported.
#[derive(Debug, Clone, Copy, Default)]
struct Speed {
    step: Option<u32>,
    unit: Unit,
    /// Of the running step, in its unit.
    work: Rate,
    /// Of the whole job, per mille.
    whole: Rate,
}

/// A job that ended since the last look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    pub id: JobId,
    pub title: String,
    pub state: JobState,
    pub error: Option<String>,
    pub instance: String,
}

impl Jobs {
    /// Takes what the registry says now, and answers with the jobs that came to an end meanwhile.
    pub fn replace(&mut self, mut rows: Vec<JobView>, now: Timestamp) -> Vec<Ended> {
        rows.sort_by(|a, b| {
            let rank = |job: &JobView| !job.state.is_active();
            rank(a).cmp(&rank(b)).then(b.id.cmp(&a.id))
        });
        let kept = self.selected().filter(|_| self.chosen).map(|j| j.id);
        let ended = rows
            .iter()
            .filter(|job| !job.state.is_active())
            .filter(|job| {
                self.rows
                    .iter()
                    .any(|old| old.id == job.id && old.state.is_active())
            })
            .map(|job| Ended {
                id: job.id,
                title: job.title(),
                state: job.state,
                error: job.error.clone(),
                instance: job.instance.clone(),
            })
            .collect();
        self.speeds
            .retain(|id, _| rows.iter().any(|j| j.id == *id && j.state.is_active()));
        for job in rows.iter().filter(|j| j.state == JobState::Running) {
            self.speeds.entry(job.id).or_default().feed(job, now);
        }
        self.levels.retain(|id, _| rows.iter().any(|j| j.id == *id));
        self.rows = rows;
        self.loaded = true;
        self.error = None;
        match kept {
            Some(id) => self.select(id),
            None => self.selected = 0,
        }
        if let Some(id) = self.awaited.take() {
            self.awaited = self.find(id).is_none().then_some(id);
            self.select(id);
            self.chosen = self.awaited.is_none();
            self.reveal = true;
        }
        self.selected = self.selected.min(self.rows.len().saturating_sub(1));
        ended
    }

    pub fn select(&mut self, id: JobId) {
        if let Some(position) = self.rows.iter().position(|j| j.id == id) {
            self.selected = position;
        }
    }

    pub fn selected(&self) -> Option<&JobView> {
        self.rows.get(self.selected)
    }

    pub fn find(&self, id: JobId) -> Option<&JobView> {
        self.rows.iter().find(|j| j.id == id)
    }

    pub fn active(&self) -> impl Iterator<Item = &JobView> {
        self.rows.iter().filter(|j| j.state.is_active())
    }

    /// 0 only its line, 1 the steps with what runs in them, 2 everything. An active or failed job
    /// shows its steps by itself.
    pub fn level(&self, job: &JobView) -> u8 {
        let by_itself = u8::from(job.state.is_active() || job.state.can_resume());
        self.levels.get(&job.id).copied().unwrap_or(by_itself)
    }

    /// The next level of the selected job, round and round.
    pub fn fold_selected(&mut self) {
        let Some(job) = self.rows.get(self.selected) else {
            return;
        };
        let level = (self.level(job) + 1) % 3;
        self.levels.insert(job.id, level);
        self.reveal = true;
    }

    /// Every line that the jobs take in a pane so wide, in the order shown.
    pub fn lines(&self, width: usize) -> Vec<JobLine> {
        let mut lines = Vec::new();
        for (n, job) in self.rows.iter().enumerate() {
            let said = (
                self.error_lines(job, width).len(),
                self.hint_lines(job, width).len(),
            );
            job_parts::push(n, job, self.level(job), said, &mut lines);
        }
        lines
    }

    /// Why a job stopped: on one line, of the selected one on three, of an unfolded one all of it.
    pub fn error_lines(&self, job: &JobView, width: usize) -> Vec<String> {
        let most = self.most(job, 3);
        job_parts::error(job).map_or_else(Vec::new, |text| job_parts::folded(text, width, most))
    }

    /// What to do about it, likewise.
    pub fn hint_lines(&self, job: &JobView, width: usize) -> Vec<String> {
        let most = self.most(job, 2);
        job_parts::hint(job).map_or_else(Vec::new, |text| job_parts::folded(text, width, most))
    }

    fn most(&self, job: &JobView, selected: usize) -> usize {
        match self.level(job) {
            2 => usize::MAX,
            _ if self.selected().is_some_and(|other| other.id == job.id) => selected,
            _ => 1,
        }
    }

    pub fn move_by(&mut self, by: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.selected = self.selected.saturating_add_signed(by).min(last);
        self.chosen = true;
        self.reveal = true;
    }

    /// Moves the view by lines.
    pub fn scroll(&mut self, by: isize) {
        self.offset = self.offset.saturating_add_signed(by);
    }

    /// Keeps the view inside of what there is; brings the selected job into it after a move, its
    /// first line at least.
    pub fn settle(&mut self, height: usize, width: usize) {
        let lines = self.lines(width);
        if std::mem::take(&mut self.reveal) {
            let own = |line: &JobLine| line.job == self.selected;
            let first = lines.iter().position(own).unwrap_or(0);
            let last = lines.iter().rposition(own).unwrap_or(first);
            self.offset = window::offset(self.offset, last, lines.len(), height);
            self.offset = window::offset(self.offset, first, lines.len(), height);
        }
        self.offset = self.offset.min(lines.len().saturating_sub(height));
    }

    /// Units a second of the running step, and what they are.
    pub fn throughput(&self, id: JobId) -> Option<(f64, Unit)> {
        let speed = self.speeds.get(&id)?;
        let rate = speed.work.per_second().filter(|r| *r > 0.0)?;
        matches!(speed.unit, Unit::Bytes | Unit::Rows).then_some((rate, speed.unit))
    }

    /// Seconds until the whole job is done, where they can be told.
    pub fn seconds_left(&self, job: &JobView, now: Timestamp) -> Option<f64> {
        let speed = self.speeds.get(&job.id)?;
        let elapsed = seconds_between(job.started?, now);
        let whole = Amount::new(u64::from(job.per_mille), 1000, Unit::Items);
        speed.whole.seconds_left(elapsed, whole)
    }
}

impl Speed {
    fn feed(&mut self, job: &JobView, now: Timestamp) {
        let Some(started) = job.started else { return };
        let seconds = seconds_between(started, now);
        self.whole.feed(seconds, u64::from(job.per_mille));
        let Some(step) = job.current_step() else {
            return;
        };
        let amount = step.report.amount;
        if self.step != Some(step.n) || self.unit != amount.unit {
            self.step = Some(step.n);
            self.unit = amount.unit;
            self.work = Rate::default();
        }
        self.work.feed(seconds, amount.done);
    }
}

/// Seconds from one moment to a later one; 0 where the clock went back.
pub fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    let ms = to.as_millisecond().saturating_sub(from.as_millisecond());
    ms.max(0) as f64 / 1000.0
}
