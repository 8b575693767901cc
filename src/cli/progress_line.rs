//! A running job as one line of text, or as one JSON object.

use serde_json::{Value, json};

use crate::domain::human;
use crate::domain::job::{JobState, JobView};
use crate::domain::progress::{Phase, WorkState};

/// The phase that runs, or the last that ended: what the one line tells of.
fn phase(job: &JobView) -> Option<&Phase> {
    let report = &job.current_step()?.report;
    let running = |p: &&Phase| p.state == WorkState::Running;
    report.phases.iter().find(running)
}

/// ` 64 %  Copy the database · data · 31 of 48 MB`.
pub fn text(job: &JobView) -> String {
    let percent = job.per_mille / 10;
    let Some(step) = job.current_step() else {
        // between the last step and the end
        return format!("{percent:>3} %  finishing");
    };
    let mut line = format!("{percent:>3} %  {}", step.title);
    let amount = match phase(job) {
        Some(phase) => {
            line.push_str(&format!(" · {}", phase.name));
            phase.amount
        }
        None => step.report.amount,
    };
    if amount.total > 0 {
        line.push_str(&format!(
            " · {} of {}",
            human::amount(amount.done, amount.unit),
            human::amount(amount.total, amount.unit)
        ));
    }
    if let Some(note) = &step.report.note {
        line.push_str(&format!(" · {note}"));
    }
    line
}

/// One line of `--json`: small while it runs, whole when it's over.
pub fn json(job: &JobView) -> Value {
    let state = job.state.word();
    let head = json!({
        "job": job.id, "kind": job.kind.word(), "instance": job.instance, "source": job.source,
        "state": state, "percent": f64::from(job.per_mille) / 10.0,
    });
    let Value::Object(mut object) = head else {
        return head;
    };
    if let Some(step) = job.current_step() {
        object.insert("step".into(), json!(step.name));
        object.insert("amount".into(), json!(step.report.amount));
        if let Some(phase) = phase(job) {
            object.insert("phase".into(), json!(phase.name));
            object.insert("amount".into(), json!(phase.amount));
        }
        if let Some(note) = &step.report.note {
            object.insert("note".into(), json!(note));
        }
    }
    if !job.state.is_active() {
        object.remove("step");
        object.remove("amount");
        object.remove("phase");
        object.insert("summary".into(), json!(job.summary));
        if job.state != JobState::Done {
            object.insert("error".into(), json!(job.error));
            object.insert("hint".into(), json!(job.hint));
        }
    }
    Value::Object(object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::{JobKind, StepView};
    use crate::domain::progress::{Amount, Report, Unit};

    fn job() -> JobView {
        JobView {
            id: 7,
            kind: JobKind::Clone,
            instance: "clone-1".into(),
            source: Some("default".into()),
            state: JobState::Running,
            created: jiff::Timestamp::UNIX_EPOCH,
            started: None,
            ended: None,
            error: None,
            hint: None,
            per_mille: 644,
            summary: None,
            steps: vec![StepView {
                n: 0,
                stage: 0,
                name: "database.copy".into(),
                title: "Copy the database".into(),
                state: WorkState::Running,
                report: Report {
                    phases: vec![Phase {
                        name: "data".into(),
                        state: WorkState::Running,
                        amount: Amount::new(31_000_000, 48_000_000, Unit::Bytes),
                        items: vec![],
                    }],
                    ..Report::default()
                },
                started: None,
                ended: None,
                error: None,
            }],
        }
    }

    #[test]
    fn a_running_job_says_where_it_is() {
        assert_eq!(
            text(&job()),
            " 64 %  Copy the database · data · 31 MB of 48 MB"
        );
        let line = json(&job());
        assert_eq!(line["state"], "running");
        assert_eq!(line["percent"], 64.4);
        assert_eq!(line["phase"], "data");
    }

    #[test]
    fn the_last_line_has_the_end_and_its_reason() {
        let mut failed = job();
        failed.state = JobState::Failed;
        failed.error = Some("The disk is full.".into());
        let line = json(&failed);
        assert_eq!(line["error"], "The disk is full.");
        assert!(line.get("step").is_none());
    }
}
