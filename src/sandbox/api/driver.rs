//! Carries projects out of the states that wait for work: makes, pauses, resumes and drops
//! databases in the background.

use std::time::Duration;

use crate::error::{Error, Result};
use crate::provider::supabase::ProjectStatus;
use crate::sandbox::api::clock::now_ms;
use crate::sandbox::api::faults::{FaultKind, strike};
use crate::sandbox::api::functions;
use crate::sandbox::api::machine::{self, Work};
use crate::sandbox::api::record::Project;
use crate::sandbox::api::state::ApiState;
use crate::sandbox::storage::remove_project;

/// How often work on a database is tried before the project counts as failed. Dropping goes on
/// until it succeeds, so that no database stays behind without its project.
const TRIES: u32 = 4;
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Starts the work of one project. At most one is under way for a project, because no action is
/// accepted in a state that has work.
pub fn drive(state: ApiState, reference: String) {
    tokio::spawn(async move {
        let closing = state.closing().clone();
        tokio::select! {
            biased;
            () = closing.cancelled() => {}
            () = work_off(&state, &reference) => {}
        }
    });
}

async fn work_off(state: &ApiState, reference: &str) {
    let Some((project, work)) = state.read(|data| {
        let project = data.project(reference)?;
        Some((project.clone(), machine::work(&project.status)?))
    }) else {
        return;
    };
    let (succeeded, ()) = tokio::join!(
        carry_out(state, &project, work),
        rest(state, &project, work)
    );
    let version = match succeeded && work == Work::Create {
        true => server_version(state, reference).await,
        false => None,
    };
    settle(state, reference, work, succeeded, version).await;
}

/// The least time that the project stays in its state, counted from when it entered it.
async fn rest(state: &ApiState, project: &Project, work: Work) {
    let options = state.options();
    let least = match work {
        Work::Create => options.coming_up(),
        Work::Pause => options.pausing(),
        Work::Resume => options.restoring(),
        Work::Drop => options.going_down(),
    };
    let gone = u64::try_from(now_ms().saturating_sub(project.since_ms)).unwrap_or(0);
    tokio::time::sleep(least.saturating_sub(Duration::from_millis(gone))).await;
}

async fn carry_out(state: &ApiState, project: &Project, work: Work) -> bool {
    if is_doomed(state, project, work) {
        return false;
    }
    let mut pause = Duration::from_millis(100);
    let mut attempt = 1;
    loop {
        let Err(error) = once(state, project, work).await else {
            return true;
        };
        eprintln!(
            "sandbox: {} of project {}: {}",
            verb(work),
            project.reference,
            error.chain()
        );
        if work != Work::Drop && attempt >= TRIES {
            return false;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
        attempt += 1;
    }
}

async fn once(state: &ApiState, project: &Project, work: Work) -> Result<()> {
    let databases = state.databases();
    let reference = &project.reference;
    match work {
        Work::Create => {
            let password = project.password.as_ref().map_or("", |p| p.reveal());
            databases.create(reference, password).await
        }
        Work::Pause => databases.pause(reference).await,
        Work::Resume => databases.resume(reference).await,
        Work::Drop => {
            databases.drop(reference).await?;
            functions::forget(state, reference)?;
            let (dir, reference) = (state.folder().to_owned(), reference.clone());
            let removing = move || remove_project(&dir, &reference);
            let removed = tokio::task::spawn_blocking(removing).await;
            removed.map_err(|e| Error::internal("Removing the files failed.").source(e))?
        }
    }
}

fn verb(work: Work) -> &'static str {
    match work {
        Work::Create => "creating the database",
        Work::Pause => "pausing the database",
        Work::Resume => "resuming the database",
        Work::Drop => "dropping the database",
    }
}

/// Was a fault ordered for this change of state?
fn is_doomed(state: &ApiState, project: &Project, work: Work) -> bool {
    let fate = match work {
        Work::Create => FaultKind::InitFailed,
        Work::Resume => FaultKind::RestoreFails,
        Work::Pause => FaultKind::PauseFails,
        Work::Drop => return false,
    };
    let struck: Result<bool> = state.change(|data| {
        let fault = strike(&mut data.faults, rand::random(), |fault| {
            fault.kind == fate && fault.is_for(Some(&project.reference))
        });
        Ok(fault.is_some())
    });
    struck.unwrap_or(false)
}

async fn server_version(state: &ApiState, reference: &str) -> Option<String> {
    let sql = "select current_setting('server_version') as version";
    let rows = state
        .databases()
        .query(reference, sql, &[], true)
        .await
        .ok()?;
    rows.first()?.get("version")?.as_str().map(str::to_owned)
}

/// Writes the new state. Where the disk refuses, tries again until it doesn't: the database has
/// changed already.
async fn settle(
    state: &ApiState,
    reference: &str,
    work: Work,
    succeeded: bool,
    version: Option<String>,
) {
    let mut pause = Duration::from_millis(200);
    loop {
        let version = version.clone();
        let written: Result<()> = state.change(|data| {
            let status = machine::end(work, succeeded);
            if status == ProjectStatus::Removed {
                data.remove(reference);
            } else if let Some(project) = data.project_mut(reference) {
                if work == Work::Create {
                    project.password = None;
                }
                project.postgres_version = version.or(project.postgres_version.take());
                project.status = status;
                project.since_ms = now_ms();
            }
            Ok(())
        });
        match written {
            Ok(()) => return,
            Err(error) => eprintln!("sandbox: {}", error.chain()),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
