//! The lines that a job takes in its pane: which there are, and the long texts among them.

use crate::domain::job::{JobState, JobView};
use crate::domain::progress::WorkState;
use crate::tui::widget::text;

/// One line of the pane: the job's position, and which part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JobLine {
    pub job: usize,
    pub part: Part,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Head,
    /// A line of why it stopped.
    Error(usize),
    /// A line of what to do about it.
    Hint(usize),
    Step(usize),
    Phase(usize, usize),
    Item(usize, usize, usize),
    /// Up to this step all is done: how many on one line.
    Past(usize),
    /// From this step on nothing has begun: their names on one line.
    Rest(usize),
}

/// `said`: how many lines the error and the hint take.
pub(super) fn push(
    n: usize,
    job: &JobView,
    level: u8,
    said: (usize, usize),
    lines: &mut Vec<JobLine>,
) {
    let mut push = |part| lines.push(JobLine { job: n, part });
    push(Part::Head);
    if level == 0 {
        return;
    }
    let begun = job
        .steps
        .iter()
        .rposition(|s| s.state != WorkState::Pending)
        .map_or(0, |last| last + 1);
    let past = match level {
        1 => past(job),
        _ => 0,
    };
    if past > 0 {
        push(Part::Past(past));
    }
    for (i, step) in job.steps.iter().enumerate().take(begun).skip(past) {
        push(Part::Step(i));
        for (j, phase) in step.report.phases.iter().enumerate() {
            let live = is_live(phase.state);
            if level < 2 && (step.state.is_over() && !live) {
                continue;
            }
            push(Part::Phase(i, j));
            for (k, item) in phase.items.iter().enumerate() {
                if level == 2 || is_live(item.state) {
                    push(Part::Item(i, j, k));
                }
            }
        }
    }
    if begun < job.steps.len() {
        push(Part::Rest(begun));
    }
    (0..said.0).for_each(|n| push(Part::Error(n)));
    (0..said.1).for_each(|n| push(Part::Hint(n)));
}

/// So many finished steps are shown one by one while others run.
const FINISHED: usize = 3;

/// How many of the first steps are told in one line, so that those that run are in sight.
fn past(job: &JobView) -> usize {
    let calm = |state| matches!(state, WorkState::Done | WorkState::Skipped);
    let calm = job.steps.iter().take_while(|step| calm(step.state)).count();
    match job.state.is_active() && calm > FINISHED + 1 {
        true => calm - FINISHED,
        false => 0,
    }
}

/// Worth a line of its own even in the short form.
fn is_live(state: WorkState) -> bool {
    matches!(
        state,
        WorkState::Running | WorkState::Failed | WorkState::Undoing
    )
}

/// Why the job stopped, unless it didn't.
pub(super) fn error(job: &JobView) -> Option<&str> {
    match (&job.error, job.state) {
        (Some(error), _) => Some(error),
        (None, JobState::Interrupted) => Some("Its worker is gone before the work was done."),
        (None, state) => state
            .can_resume()
            .then_some("It stopped; its log says why."),
    }
}

/// What can be done about it: what the job itself says, or else the keys that help.
pub(super) fn hint(job: &JobView) -> Option<&str> {
    error(job)?;
    let keys = match job.state.can_resume() {
        true => "R resumes it, x takes back what it made, l shows its log.",
        false => "l shows its log.",
    };
    Some(job.hint.as_deref().unwrap_or(keys))
}

/// The cells before such a text: indent, glyph, blank.
const INDENT: usize = 4;

/// On so many lines at the most; what doesn't fit is cut at the end of the last.
pub(super) fn folded(said: &str, width: usize, most: usize) -> Vec<String> {
    let cells = width.saturating_sub(INDENT);
    if most == 1 {
        return vec![text::cut(said, cells)];
    }
    let mut lines = text::wrap(said, cells);
    if lines.len() > most {
        let rest = lines.split_off(most - 1);
        lines.push(text::cut(&rest.join(" "), cells));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_takes_so_many_lines_and_no_more() {
        let said = "one two three four five six";
        assert_eq!(folded(said, 14, 1), ["one two t…"]);
        assert_eq!(folded(said, 14, 2), ["one two", "three fou…"]);
        assert_eq!(folded(said, 14, 3), ["one two", "three four", "five six"]);
        assert_eq!(folded(said, 40, 3), [said]);
        assert_eq!(folded("a\nb", 40, usize::MAX), ["a", "b"]);
        assert_eq!(folded(said, 3, 3), Vec::<String>::new());
    }
    #[test]
    fn what_is_long_done_takes_one_line_while_others_run() {
        use crate::tui::state::sample;
        let mut job = sample::running();
        let step = |n, state| sample::step(n, "Step", state, 60, None);
        job.steps = (0..9).map(|n| step(n, WorkState::Done)).collect();
        job.steps.push(step(9, WorkState::Running));
        let parts = |job: &JobView, level| {
            let mut lines = Vec::new();
            push(0, job, level, (0, 0), &mut lines);
            lines.into_iter().map(|l| l.part).collect::<Vec<_>>()
        };
        let steps = |from, to| (from..to).map(Part::Step);
        let folded: Vec<Part> = [Part::Head, Part::Past(6)]
            .into_iter()
            .chain(steps(6, 10))
            .collect();
        assert_eq!(parts(&job, 1), folded);
        assert_eq!(parts(&job, 2).len(), 11);
        job.steps.drain(..5);
        assert_eq!(parts(&job, 1).len(), 6, "one line less is no gain");
    }
}
