//! `jobs list|show|log|cancel|resume`.

use std::process::ExitCode;

use jiff::Timestamp;
use serde_json::json;

use super::Call;
use super::args::Jobs;
use super::follow;
use super::output::table;
use crate::domain::human;
use crate::domain::job::{JobId, JobView};
use crate::domain::progress::WorkState;
use crate::error::Result;

pub async fn jobs(call: &Call<'_>, verb: &Jobs) -> Result<ExitCode> {
    match verb {
        Jobs::List { limit } => list(call, *limit)?,
        Jobs::Show { id, report: false } => show(call, *id)?,
        Jobs::Show { id, report: true } => report(call, *id)?,
        Jobs::Log { id, follow } => log(call, *id, *follow).await?,
        Jobs::Cancel { id } => return cancel(call, *id).await,
        Jobs::Resume { id } => {
            let ctrl_c = follow::interrupts()?;
            let id = call.service.resume(*id).await?;
            if !call.global.detach {
                return follow::until_over(call, id, ctrl_c).await;
            }
            call.out.result(
                &json!({"job": id, "state": "running"}),
                &format!("Job {id} goes on."),
            )?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(call: &Call<'_>, limit: usize) -> Result<()> {
    let jobs = call.service.jobs(limit)?;
    let now = Timestamp::now();
    let rows: Vec<Vec<String>> = jobs
        .iter()
        .map(|job| {
            vec![
                job.id.to_string(),
                job.title(),
                job.state.word().to_owned(),
                format!("{} %", job.per_mille / 10),
                human::ago(job.created, now),
                short(job.summary.as_deref().or(job.error.as_deref())),
            ]
        })
        .collect();
    let text = if rows.is_empty() {
        "No jobs yet.".to_owned()
    } else {
        table(
            &["Job", "What", "State", "Done", "Age", ""],
            &[true, false, false, true, true, false],
            &rows,
        )
    };
    call.out.result(&json!({"jobs": jobs}), &text)
}

/// The first words: the whole stands in `jobs show`.
fn short(text: Option<&str>) -> String {
    const LONGEST: usize = 72;
    let text = text.unwrap_or_default();
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let cut: String = text.chars().take(LONGEST - 1).collect();
    format!("{}…", cut.trim_end())
}

fn show(call: &Call<'_>, id: JobId) -> Result<()> {
    let job = call.service.job(id)?;
    call.out.result(&json!(job), &text(&job))
}

fn report(call: &Call<'_>, id: JobId) -> Result<()> {
    let report = call.service.job_report(id)?;
    call.out.result(&json!(report), &report.lines().join("\n"))
}

fn text(job: &JobView) -> String {
    let mut lines = vec![format!(
        "{} {} · {} · {} %",
        job.id,
        job.title(),
        job.state.word(),
        job.per_mille / 10
    )];
    for step in &job.steps {
        let mark = match step.state {
            WorkState::Done => "●",
            WorkState::Running | WorkState::Undoing => "◐",
            WorkState::Failed => "✕",
            _ => "·",
        };
        let took = match (step.started, step.ended) {
            (Some(from), Some(to)) => human::seconds(to.duration_since(from).as_secs_f64()),
            _ => String::new(),
        };
        lines.push(
            format!("  {mark} {:<40} {took}", step.title)
                .trim_end()
                .to_owned(),
        );
        for phase in &step.report.phases {
            let done = human::amount(phase.amount.done, phase.amount.unit);
            lines.push(format!("      {:<36} {done}", phase.name));
        }
        if let Some(error) = &step.error {
            lines.push(format!("      {error}"));
        }
    }
    lines.extend(job.summary.clone());
    if step_error_missing(job) {
        lines.extend(job.error.clone());
    }
    lines.extend(job.hint.clone());
    lines.join("\n")
}

fn step_error_missing(job: &JobView) -> bool {
    job.steps.iter().all(|step| step.error.is_none())
}

async fn log(call: &Call<'_>, id: JobId, follow: bool) -> Result<()> {
    let mut watch = call.service.watch()?;
    let mut from = 0;
    loop {
        // the state is read before the log, so that nothing written before the end is missed
        let active = call.service.job(id)?.state.is_active();
        let (lines, next) = call.service.job_log(id, from)?;
        from = next;
        if call.out.json {
            for line in &lines {
                call.out.json_line(&json!({"job": id, "line": line}))?;
            }
        } else {
            call.out.text(&lines.join("\n"))?;
        }
        if !follow || !active {
            return Ok(());
        }
        watch.changed().await;
    }
}

async fn cancel(call: &Call<'_>, id: JobId) -> Result<ExitCode> {
    call.service.cancel(id).await?;
    if call.global.detach {
        call.out.result(
            &json!({"job": id, "state": "cancelling"}),
            &format!("Job {id} is being cancelled."),
        )?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut watch = call.service.watch()?;
    while call.service.job(id)?.state.is_active() {
        watch.changed().await;
    }
    let job = call.service.job(id)?;
    let text = format!("Job {id} is {}.", job.state.word());
    call.out.result(&super::progress_line::json(&job), &text)?;
    Ok(if job.state == crate::domain::job::JobState::Cancelled {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(1)
    })
}
