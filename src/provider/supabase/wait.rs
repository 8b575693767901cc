//! Waiting until a project is really there, paused or gone.
//!
//! Two things make a naive poller wrong: a project may be `ACTIVE_HEALTHY` while its services
//! still come up, and a restore that fails quietly falls back to `INACTIVE` (after about 15
//! minutes on the real service). So both the project and its health are read, with a deadline.

use std::time::{Duration, Instant};

use crate::error::{Error, Kind, Result};
use crate::provider::http::Failure;
use crate::provider::supabase::client::Supabase;
use crate::provider::supabase::health::{Service, ServiceStatus};
use crate::provider::supabase::projects::is_gone;
use crate::provider::supabase::state::ProjectStatus;
use crate::provider::supabase::types::ProjectRef;

/// Where the wait begins, which decides what `INACTIVE` means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitFor {
    /// A new project.
    Creation,
    /// A paused project that was asked to come back.
    Restore,
}

/// See [`WaitOptions::silence`].
const SILENCE: Duration = Duration::from_secs(120);

#[derive(Debug, Clone)]
pub struct WaitOptions {
    pub wait_for: WaitFor,
    pub deadline: Duration,
    /// The first pause between two looks; it grows to `slowest`.
    pub fastest: Duration,
    pub slowest: Duration,
    pub services: Vec<Service>,
    /// How long a restore may still look paused before it counts as failed.
    pub start_patience: Duration,
    /// How long the service may be out of reach, without one answer, before the wait fails.
    pub silence: Duration,
}

impl WaitOptions {
    pub fn new(wait_for: WaitFor) -> Self {
        WaitOptions {
            wait_for,
            deadline: Duration::from_secs(20 * 60),
            fastest: Duration::from_millis(200),
            slowest: Duration::from_secs(5),
            services: Service::ALL.to_vec(),
            start_patience: Duration::from_secs(60),
            silence: SILENCE,
        }
    }
}

/// What a wait has seen.
#[derive(Debug, Clone)]
pub struct WaitProgress {
    pub status: ProjectStatus,
    /// Services that are ready, and all that are waited for.
    pub ready: usize,
    pub services: usize,
    /// Names of the services that aren't ready yet.
    pub missing: Vec<String>,
    pub elapsed: Duration,
}

impl Supabase {
    /// Waits until the project is active and all its services are healthy.
    ///
    /// # Errors
    /// `Provider` where the project reached a state that it does not leave by itself, `Timeout`
    /// at the deadline, `Cancelled`. A failed look (network, 5xx) is no failure of the wait.
    pub async fn wait_until_healthy(
        &self,
        project: &ProjectRef,
        options: &WaitOptions,
        mut on_progress: impl FnMut(&WaitProgress) + Send,
    ) -> Result<()> {
        let mut clock = Clock::new(options.deadline, options.fastest, options.slowest);
        clock.silence = options.silence;
        let mut left_pause = options.wait_for == WaitFor::Creation;
        loop {
            match self.look(project, &options.services, clock.elapsed()).await {
                Ok(seen) => {
                    left_pause |= seen.status != ProjectStatus::Inactive;
                    let patient = !left_pause && clock.elapsed() < options.start_patience;
                    on_progress(&seen);
                    match verdict(&seen, options.wait_for, patient) {
                        Verdict::Ready => return Ok(()),
                        Verdict::Failed(why) => return Err(failed(project, &why)),
                        Verdict::NotYet => {}
                    }
                    clock.answered(seen.status);
                }
                Err(failure) => clock.bear(failure)?,
            }
            self.rest(&mut clock, project, "become healthy").await?;
        }
    }

    async fn look(
        &self,
        project: &ProjectRef,
        services: &[Service],
        elapsed: Duration,
    ) -> Result<WaitProgress, Failure> {
        let status = self.look_once(project).await?.status;
        let mut missing: Vec<String> = services.iter().map(|s| s.as_str().to_owned()).collect();
        if status == ProjectStatus::ActiveHealthy && !services.is_empty() {
            let healths = self.health_once(project, services).await?;
            missing.retain(|name| {
                !healths
                    .iter()
                    .any(|h| h.name == *name && h.status == ServiceStatus::Healthy)
            });
        }
        Ok(WaitProgress {
            status,
            ready: services.len().saturating_sub(missing.len()),
            services: services.len(),
            missing,
            elapsed,
        })
    }

    /// Waits until the project is paused.
    pub async fn wait_until_paused(&self, project: &ProjectRef, deadline: Duration) -> Result<()> {
        let mut clock = Clock::new(deadline, Duration::from_millis(200), Duration::from_secs(5));
        loop {
            match self.look_once(project).await {
                Ok(seen) => {
                    match seen.status {
                        ProjectStatus::Inactive => return Ok(()),
                        ProjectStatus::PauseFailed => {
                            return Err(failed(project, "pausing failed"));
                        }
                        ProjectStatus::Removed | ProjectStatus::GoingDown => {
                            return Err(failed(project, "it is being deleted"));
                        }
                        _ => {}
                    }
                    clock.answered(seen.status);
                }
                Err(failure) => clock.bear(failure)?,
            }
            self.rest(&mut clock, project, "pause").await?;
        }
    }

    /// Waits until the service no longer knows the project.
    pub async fn wait_until_gone(&self, project: &ProjectRef, deadline: Duration) -> Result<()> {
        let mut clock = Clock::new(deadline, Duration::from_millis(200), Duration::from_secs(5));
        loop {
            match self.look_once(project).await {
                Ok(seen) if seen.status == ProjectStatus::Removed => return Ok(()),
                Ok(seen) => clock.answered(seen.status),
                Err(failure) if is_gone(&failure) => return Ok(()),
                Err(failure) => clock.bear(failure)?,
            }
            self.rest(&mut clock, project, "go").await?;
        }
    }

    async fn rest(&self, clock: &mut Clock, project: &ProjectRef, verb: &str) -> Result<()> {
        if self.cancel().is_cancelled() {
            return Err(Error::cancelled());
        }
        match clock.next_pause() {
            Some(pause) => self.pause(pause).await,
            None => Err(clock.overdue(project, verb)),
        }
    }
}

enum Verdict {
    Ready,
    NotYet,
    Failed(String),
}

fn verdict(seen: &WaitProgress, wait_for: WaitFor, patient: bool) -> Verdict {
    match &seen.status {
        ProjectStatus::ActiveHealthy if seen.missing.is_empty() => Verdict::Ready,
        ProjectStatus::InitFailed => Verdict::Failed("its creation failed".into()),
        ProjectStatus::RestoreFailed => Verdict::Failed("restoring it failed".into()),
        ProjectStatus::Removed | ProjectStatus::GoingDown => {
            Verdict::Failed("it is being deleted".into())
        }
        ProjectStatus::Pausing => Verdict::Failed("it is being paused".into()),
        ProjectStatus::Inactive if wait_for == WaitFor::Creation => {
            Verdict::Failed("it is paused".into())
        }
        ProjectStatus::Inactive if !patient => {
            Verdict::Failed("restoring it failed, and it is paused again".into())
        }
        _ => Verdict::NotYet,
    }
}

fn failed(project: &ProjectRef, why: &str) -> Error {
    Error::new(
        Kind::Provider,
        format!("The Supabase project {project} will not become ready: {why}."),
    )
    .hint("Look at the project in Supabase's dashboard, then try again.")
}

/// Pauses that grow, and an end.
struct Clock {
    started: Instant,
    deadline: Duration,
    pause: Duration,
    slowest: Duration,
    silence: Duration,
    seen: Option<ProjectStatus>,
    /// When the service last answered.
    heard: Instant,
    last_failure: Option<String>,
}

impl Clock {
    fn new(deadline: Duration, fastest: Duration, slowest: Duration) -> Self {
        Clock {
            started: Instant::now(),
            deadline,
            pause: fastest,
            slowest,
            silence: SILENCE,
            seen: None,
            heard: Instant::now(),
            last_failure: None,
        }
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn answered(&mut self, status: ProjectStatus) {
        self.seen = Some(status);
        self.heard = Instant::now();
    }

    /// A failed look is remembered, unless looking again cannot help.
    fn bear(&mut self, failure: Failure) -> Result<()> {
        if failure.status().is_some() {
            self.heard = Instant::now();
        }
        if !failure.transient() || self.heard.elapsed() > self.silence {
            return Err(failure.into());
        }
        self.last_failure = Some(failure.message);
        Ok(())
    }

    fn next_pause(&mut self) -> Option<Duration> {
        let left = self.deadline.checked_sub(self.elapsed())?;
        let pause = self.pause.min(left);
        self.pause = self.pause.mul_f64(1.4).min(self.slowest);
        (!pause.is_zero()).then_some(pause)
    }

    fn overdue(&self, project: &ProjectRef, verb: &str) -> Error {
        let minutes = self.deadline.as_secs().div_ceil(60);
        let mut message =
            format!("The Supabase project {project} did not {verb} within {minutes} min");
        if let Some(status) = &self.seen {
            message.push_str(&format!("; it was {}", status.plain()));
        }
        if let Some(failure) = &self.last_failure {
            message.push_str(&format!(
                ". Last failure: {}",
                failure.trim_end_matches('.')
            ));
        }
        message.push('.');
        Error::new(Kind::Timeout, message)
            .hint("Look at the project in Supabase's dashboard. Resuming the job waits again.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(status: ProjectStatus, missing: usize) -> WaitProgress {
        WaitProgress {
            status,
            ready: 6 - missing,
            services: 6,
            missing: vec!["rest".into(); missing],
            elapsed: Duration::ZERO,
        }
    }

    #[test]
    fn active_is_not_ready_while_a_service_is_missing() {
        let look = |missing| {
            verdict(
                &seen(ProjectStatus::ActiveHealthy, missing),
                WaitFor::Creation,
                false,
            )
        };
        assert!(matches!(look(0), Verdict::Ready));
        assert!(matches!(look(1), Verdict::NotYet));
    }

    #[test]
    fn falling_back_to_paused_is_a_failure_unless_the_restore_only_just_began() {
        let look = |patient| verdict(&seen(ProjectStatus::Inactive, 6), WaitFor::Restore, patient);
        assert!(matches!(look(true), Verdict::NotYet));
        assert!(matches!(look(false), Verdict::Failed(_)));
    }

    #[test]
    fn an_unknown_status_is_waited_through() {
        let strange = seen(ProjectStatus::Other("TELEPORTING".into()), 6);
        assert!(matches!(
            verdict(&strange, WaitFor::Creation, false),
            Verdict::NotYet
        ));
    }
}
