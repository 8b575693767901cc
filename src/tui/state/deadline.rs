//! When the screen has to look again by itself. While nothing runs the answer is: hardly ever.
//!
//! A deadline exists for exactly three reasons: a glyph that turns because a job runs and is
//! visible; a log that is followed; and a relative time on the screen that will read differently,
//! at most once a minute, and only while somebody may be looking.

use std::time::Duration;

use jiff::Timestamp;

use crate::tui::widget::spinner;

use super::State;
use super::popup::Popup;

/// How often a followed log is read.
pub const LOG_EVERY: Duration = Duration::from_millis(400);
const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl State {
    /// How long the drawn screen stays right if nothing happens; `None` means for ever.
    pub fn rest(&self) -> Option<Duration> {
        if self.too_small() {
            return None;
        }
        let log = self
            .log
            .as_ref()
            .filter(|log| self.jobs.find(log.job).is_some_and(|j| j.state.is_active()))
            .map(|_| LOG_EVERY);
        let turning = self.animates().then_some(spinner::PERIOD);
        let labels = self.active.then(|| self.next_label()).flatten();
        [log, turning, labels].into_iter().flatten().min()
    }

    /// Something on the screen turns.
    fn animates(&self) -> bool {
        let waiting = self.popups.last().is_some_and(|popup| match popup {
            Popup::Working(_) => true,
            Popup::Plan(plan) => plan.starting.is_some(),
            Popup::Form(form) => form.busy,
            _ => false,
        });
        waiting || self.jobs.active().next().is_some()
    }

    /// Until the next change of a relative time that is shown, a minute at least.
    fn next_label(&self) -> Option<Duration> {
        let idle = self.instances.shown.iter().skip(self.instances.offset);
        let rows = idle
            .take(usize::from(self.size.1))
            .filter_map(|i| self.instances.rows.get(*i)?.last_activity);
        let jobs = self.jobs.rows.iter().take(20).filter_map(|j| j.ended);
        let selected = self.selected().into_iter();
        let detail = selected.flat_map(|i| [i.created, i.observed]).flatten();
        rows.chain(jobs)
            .chain(detail)
            .map(|then| until_change(then, self.now).max(MINUTE))
            .min()
            .map(|s| Duration::from_secs(s.unsigned_abs()))
    }
}

/// Seconds until "2 m" reads "3 m", "3 h" reads "4 h" or "12 d" reads "13 d".
fn until_change(then: Timestamp, now: Timestamp) -> i64 {
    let age = now.as_second().saturating_sub(then.as_second()).max(0);
    let unit = match age {
        0..HOUR => MINUTE,
        HOUR..DAY => HOUR,
        _ => DAY,
    };
    unit - age % unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::JobState;
    use crate::tui::state::sample;

    #[test]
    fn an_empty_screen_sleeps_for_ever() {
        assert_eq!(sample::empty().rest(), None);
    }

    #[test]
    fn an_idle_screen_sleeps_a_minute_at_least_and_for_ever_in_the_background() {
        let mut state = sample::three();
        for job in &mut state.jobs.rows {
            job.state = JobState::Done;
        }
        assert!(state.rest().unwrap() >= Duration::from_secs(60));
        state.active = false;
        assert_eq!(state.rest(), None);
    }

    #[test]
    fn a_running_job_turns() {
        assert_eq!(sample::cloning().rest(), Some(spinner::PERIOD));
    }

    #[test]
    fn old_ages_change_rarely() {
        let now = sample::now();
        let days = Timestamp::from_second(now.as_second() - 3 * DAY - 10).unwrap();
        assert_eq!(until_change(days, now), DAY - 10);
    }
}
