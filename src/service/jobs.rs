//! Jobs: planning, starting, steering and reading them; and what a worker process does.

use super::Service;
use crate::domain::job::{JobId, JobKind, JobState, JobView};
use crate::domain::name::InstanceName;
use crate::domain::plan::Plan;
use crate::domain::report::JobReport;
use crate::domain::request::Request;
use crate::domain::strategy::ProviderKind;
use crate::error::{Error, Result};
use crate::job::counts::{self, Counts};
use crate::job::engine::{self, NewJob};
use crate::job::log::JobLog;
use crate::job::preflight::{self, Look};
use crate::job::shape::Shape;
use crate::job::signals::Signals;
use crate::job::world::World;
use crate::job::{build, memory, plan, prune, step, worker};
use crate::registry::prune::Keep;
use crate::registry::views::JobFilter;
use crate::sandbox::{self, FetchConsent};

impl Service {
    /// What a request would do; changes nothing. For a clone or a refresh it looks at both databases, which wakes
    /// the sandbox and may take seconds over a network.
    ///
    /// Errors: `Refused`, where the job would be.
    pub async fn plan(&self, request: &Request) -> Result<Plan> {
        let (world, shape, fetches) = self.shape(request).await?;
        let look = match fetches {
            None => preflight::ahead(&world, &shape).await?,
            Some(_) => Look::Nothing,
        };
        let counts = match fetches {
            None => counts::ahead(&world, &shape).await,
            Some(_) => Counts::default(),
        };
        let fetches = fetches.as_deref();
        plan::plan(&world, &self.registry, &shape, fetches, &look, counts)
    }

    /// The same from files and the registry alone, so that it's there at once: for those who said yes
    /// beforehand. Only people who are to be mapped are looked up.
    pub async fn outline(&self, request: &Request) -> Result<Plan> {
        let (world, shape, fetches) = self.shape(request).await?;
        let fetches = fetches.as_deref();
        let counts = Counts::default();
        plan::plan(
            &world,
            &self.registry,
            &shape,
            fetches,
            &Look::Nothing,
            counts,
        )
    }

    /// What the request comes to, and the Postgres that would be fetched for it.
    async fn shape(&self, request: &Request) -> Result<(World, Shape, Option<String>)> {
        let world = self.world(FetchConsent::No)?;
        let shape = Shape::of(&world, &self.completed(&world, request).await?)?;
        self.allow_request(request)?;
        self.refuse_working(request.instance())?;
        let fetches = if shape.kind == ProviderKind::Sandbox {
            sandbox::would_fetch(self.workspace.root()).await?
        } else {
            None
        };
        Ok((world, shape, fetches))
    }

    /// A locked shell changes one instance only; but what a clone makes is new.
    fn allow_request(&self, request: &Request) -> Result<()> {
        match request {
            Request::Clone { .. } => Ok(()),
            _ => self.here().allow(request.instance()),
        }
    }

    /// The same for a job that exists.
    fn allow_job(&self, id: JobId) -> Result<()> {
        let job = self.job(id)?;
        match job.kind {
            JobKind::Clone => Ok(()),
            _ => self.here().allow(&InstanceName::parse(&job.instance)?),
        }
    }

    /// Writes the job down and starts its worker. The caller has the consent that the plan asks
    /// for, which includes what would be fetched.
    pub async fn start(&self, request: &Request) -> Result<JobId> {
        let world = self.world(FetchConsent::Yes)?;
        let shape = Shape::of(&world, &self.completed(&world, request).await?)?;
        let request = &shape.request;
        self.allow_request(request)?;
        // refusals come before anything is written down
        let counts = Counts::default();
        plan::plan(&world, &self.registry, &shape, None, &Look::Nothing, counts)?;
        preflight::refuse(&world, &shape).await?;
        let stages = build::stages(&world, &shape);
        let also_writes = match (shape.sets_up_source, request.source()) {
            (true, Some(source)) => vec![source.to_string()],
            _ => Vec::new(),
        };
        let args = serde_json::to_value(&shape)
            .map_err(|e| Error::internal(format!("The job can't be written down: {e}.")))?;
        let id = engine::submit(
            &self.registry,
            &NewJob {
                kind: request.kind(),
                instance: request.instance().to_string(),
                source: request.source().map(ToString::to_string),
                also_writes,
                args,
                plan: step::plan_of(&stages),
            },
        )?;
        self.audit(
            request.kind().word(),
            request.instance().as_str(),
            &format!("job {id}"),
        )?;
        worker::spawn(&self.registry, self.workspace.root(), id).await?;
        // what can't be removed now is removed with a later job
        let _ = self.forget_old();
        Ok(id)
    }

    /// Removes what is kept of jobs that ended long ago.
    fn forget_old(&self) -> Result<()> {
        let limits = self.workspace.settings()?.limits;
        let keep = Keep {
            jobs: limits.keep_jobs,
            days: limits.keep_days,
        };
        prune::prune(&self.registry, keep).map(|_| ())
    }

    pub fn job(&self, id: JobId) -> Result<JobView> {
        self.registry.job_view(id)
    }

    /// A job with what its steps had to say.
    pub fn job_report(&self, id: JobId) -> Result<JobReport> {
        Ok(JobReport {
            job: self.registry.job_view(id)?,
            parts: self.registry.report_parts(id)?,
        })
    }

    /// Newest first.
    pub fn jobs(&self, limit: usize) -> Result<Vec<JobView>> {
        self.registry.job_views(&JobFilter {
            limit: u32::try_from(limit).unwrap_or(u32::MAX),
            ..JobFilter::default()
        })
    }

    /// The log from a position on, and the position after it.
    pub fn job_log(&self, id: JobId, from: u64) -> Result<(Vec<String>, u64)> {
        if self.registry.job(id)?.pruned {
            let line = "This job ended long ago: its log isn't kept any more.";
            let lines = (from == 0).then(|| line.to_owned());
            return Ok((lines.into_iter().collect(), 1));
        }
        let chunk = JobLog::read(self.registry.state_dir(), id, from)?;
        Ok((chunk.lines, chunk.next))
    }

    /// Returns as soon as the cancel is asked for; the job then cleans up.
    pub async fn cancel(&self, id: JobId) -> Result<()> {
        self.allow_job(id)?;
        self.audit("cancel", "job", &format!("job {id}"))?;
        worker::cancel(&self.registry, self.workspace.root(), id).await
    }

    /// Goes on with a job; without a number, with the newest that can be.
    pub async fn resume(&self, id: Option<JobId>) -> Result<JobId> {
        let id = match id {
            Some(id) => id,
            None => self
                .jobs(100)?
                .into_iter()
                .find(|job| job.state.can_resume())
                .map(|job| job.id)
                .ok_or_else(|| Error::not_found("No job is interrupted or failed."))?,
        };
        self.allow_job(id)?;
        worker::resume(&self.registry, self.workspace.root(), id).await?;
        Ok(id)
    }

    /// What `matriz worker ID` does: carries the job out in this process.
    pub async fn work(&self, id: JobId) -> Result<JobState> {
        memory::give_back();
        let row = self.registry.job(id)?;
        let origin = format!("job {id} ({})", row.kind.word());
        let world = World::new(self.by(&origin), FetchConsent::Yes)?;
        engine::run(
            &self.registry,
            id,
            |row| build::build(&world, row),
            Signals::of_process(),
        )
        .await
    }
}
