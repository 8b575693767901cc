//! A job's progress in the shell, until it's over. Ctrl-C cancels it cleanly; a second Ctrl-C
//! leaves it cleaning up.

use std::io::Write;
use std::process::ExitCode;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::Call;
use super::progress_line;
use crate::domain::human;
use crate::domain::job::{JobId, JobState, JobView};
use crate::error::{Context, Error, Kind, Result};

/// Ctrl-C, noticed from now on. It has to be there before the job is: one that is pressed in between
/// would end this process and leave the job running.
pub fn interrupts() -> Result<Signal> {
    signal(SignalKind::interrupt()).context(Kind::Internal, || "Can't listen to Ctrl-C".to_owned())
}

/// Prints progress as it changes; the exit code says how the job ended.
pub async fn until_over(call: &Call<'_>, id: JobId, mut ctrl_c: Signal) -> Result<ExitCode> {
    let mut watch = call.service.watch()?;
    let mut last = String::new();
    let mut interrupts = 0;
    loop {
        let job = call.service.job(id)?;
        if !job.state.is_active() {
            return end(call, &job, !last.is_empty());
        }
        show(call, &job, &mut last)?;
        tokio::select! {
            () = watch.changed() => {}
            _ = ctrl_c.recv() => {
                interrupts += 1;
                if interrupts > 1 {
                    return Err(Error::cancelled()
                        .hint(format!("It goes on cleaning up: matriz jobs show {id}")));
                }
                call.service.cancel(id).await?;
            }
        }
    }
}

fn show(call: &Call<'_>, job: &JobView, last: &mut String) -> Result<()> {
    let line = if call.out.json {
        progress_line::json(job).to_string()
    } else {
        progress_line::text(job)
    };
    if line == *last {
        return Ok(());
    }
    if call.out.json {
        call.out.json_line(&progress_line::json(job))?;
    } else if call.out.terminal && !call.out.quiet {
        let mut out = std::io::stdout();
        let _ = write!(out, "\r\x1b[2K{line}");
        let _ = out.flush();
    } else if !call.out.quiet && step_changed(last, &line) {
        call.out.text(&line)?;
    }
    *last = line;
    Ok(())
}

/// To a pipe only the steps are printed, not every figure.
fn step_changed(last: &str, line: &str) -> bool {
    let step = |text: &str| {
        let after = text.split_once('%').map_or(text, |(_, rest)| rest);
        after
            .split(" · ")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    step(last) != step(line)
}

fn end(call: &Call<'_>, job: &JobView, drawn: bool) -> Result<ExitCode> {
    if call.out.json {
        call.out.json_line(&progress_line::json(job))?;
    } else {
        if drawn && call.out.terminal && !call.out.quiet {
            let mut out = std::io::stdout();
            let _ = write!(out, "\r\x1b[2K");
        }
        if job.state == JobState::Done {
            call.out.text(&done_text(job))?;
        }
    }
    match job.state {
        JobState::Done => Ok(ExitCode::SUCCESS),
        JobState::Cancelled if call.out.json => Ok(ExitCode::from(130)),
        JobState::Cancelled => Err(Error::cancelled().hint("What the job had made is gone.")),
        _ if call.out.json => Ok(ExitCode::from(1)),
        JobState::Interrupted => Err(Error::new(
            Kind::Internal,
            format!(
                "The worker of job {} is gone; its work isn't finished.",
                job.id
            ),
        )
        .hint(format!(
            "matriz jobs resume {} goes on where it stopped.",
            job.id
        ))),
        _ => {
            let message = job
                .error
                .clone()
                .unwrap_or_else(|| "The job failed.".into());
            let hint = job.hint.clone().unwrap_or_default();
            let resume = format!(
                "matriz jobs resume {0} tries again; matriz jobs cancel {0} takes back what it made.",
                job.id
            );
            Err(Error::new(Kind::Provider, message).hint(format!("{hint}\n{resume}").trim()))
        }
    }
}

fn done_text(job: &JobView) -> String {
    let took = match (job.started, job.ended) {
        (Some(from), Some(to)) => {
            let seconds = to.duration_since(from).as_secs_f64();
            format!(" in {}", human::seconds(seconds))
        }
        _ => String::new(),
    };
    let summary = job
        .summary
        .as_deref()
        .map(|s| format!(": {s}"))
        .unwrap_or_default();
    format!("Done{took}{summary}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_sees_steps_not_figures() {
        assert!(!step_changed(
            " 10 %  Copy · data",
            " 11 %  Copy · data · 3 MB"
        ));
        assert!(step_changed(" 10 %  Copy · data", " 11 %  Verify"));
    }
}
