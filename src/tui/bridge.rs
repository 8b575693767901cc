//! The façade as the screen's backend.

use std::ffi::OsString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};

use super::backend::{
    Activity, Backend, Changed, Connect, Document, EnvRules, KeyChange, LogPart, NewInstance,
    Request, Saved,
};
use crate::domain::difference::{self, Part};
use crate::domain::held::HeldView;
use crate::domain::instance::InstanceView;
use crate::domain::isolation::Finding;
use crate::domain::job::{JobId, JobView};
use crate::domain::name::InstanceName;
use crate::domain::plan::{Consent, Plan};
use crate::domain::request;
use crate::domain::secret::Secret;
use crate::error::{Context, Error, Kind, Result};
use crate::service::{self, News, NewsFeed, Service};

/// How many jobs the screen keeps.
const JOBS: usize = 100;

struct Bridge {
    service: Service,
    /// The first list comes from the registry; the files are read after the first frame.
    first: AtomicBool,
    /// When the isolation was last looked at.
    looked: Mutex<Option<Instant>>,
}

/// While files change again and again, the isolation is looked at so often and no oftener.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);
const FIRST_LOOK: Duration = Duration::from_millis(400);

/// Opens the screen on a workspace and stays until the person leaves.
pub async fn open(service: Service) -> Result<()> {
    let bridge = Bridge {
        service,
        first: AtomicBool::new(true),
        // the first look waits until the screen stands
        looked: Mutex::new(Instant::now().checked_sub(BETWEEN_LOOKS - FIRST_LOOK)),
    };
    super::run(bridge, super::Options::default()).await
}

/// Files and SQLite are quick, but not so quick that keys should wait for them.
async fn off_loop<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| {
        Error::new(
            Kind::Internal,
            "Matriz made a mistake while reading its files.",
        )
        .source(e)
    })?
}

impl Backend for Bridge {
    fn workspace(&self) -> String {
        self.service.workspace_name()
    }

    fn locked(&self) -> Option<InstanceName> {
        self.service.here().locked().cloned()
    }

    fn shell(&self, name: &InstanceName) -> Result<Vec<OsString>> {
        self.service.here().check_shell(name)?;
        // this very program, wherever it lies
        let program = std::env::current_exe().unwrap_or_else(|_| "matriz".into());
        let root = self.service.root();
        Ok(vec![
            program.into(),
            "--root".into(),
            root.into(),
            "shell".into(),
            name.as_str().into(),
        ])
    }

    fn changes(&self) -> BoxStream<'static, Changed> {
        let service = self.service.clone();
        // watching a thousand folders takes a while to set up: it begins when the loop first asks,
        // which is after the first frame, and not on the loop's thread
        stream::once(off_loop(move || service.news()))
            .flat_map(|feed| match feed {
                Ok(feed) => follow(feed),
                Err(_) => stream::empty().boxed(),
            })
            .boxed()
    }

    async fn instances(&self) -> Result<Vec<InstanceView>> {
        let service = self.service.clone();
        if self.first.swap(false, Ordering::Relaxed)
            && let Some(last) = service.instances_last_seen()?
        {
            return Ok(last);
        }
        off_loop(move || {
            let views = service.instances()?;
            service.remember_instances(&views)?;
            Ok(views)
        })
        .await
    }

    async fn jobs(&self) -> Result<Vec<JobView>> {
        let service = self.service.clone();
        off_loop(move || service.jobs(JOBS)).await
    }

    async fn activity(&self, name: &InstanceName) -> Result<Vec<Activity>> {
        let (service, name) = (self.service.clone(), name.clone());
        off_loop(move || {
            let lines = service.activity(&name)?;
            Ok(lines
                .into_iter()
                .map(|(at, text)| Activity { at, text })
                .collect())
        })
        .await
    }

    async fn refresh(&self, name: &InstanceName) -> Result<()> {
        self.service.refresh_figures(name).await
    }

    async fn plan(&self, request: &Request) -> Result<Plan> {
        let (service, request) = (self.service.clone(), asked(request));
        // a plan looks at databases and may read a large schema: a runtime of its own, so that no
        // key waits for it, and that it may be left behind at the end
        off_loop(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime =
                runtime.context(Kind::Internal, || "Can't look at the databases".into())?;
            runtime.block_on(service.plan(&request))
        })
        .await
    }

    async fn start(&self, request: &Request, plan: &Plan, typed: Option<&str>) -> Result<JobId> {
        if let Consent::TypeName(name) = &plan.consent
            && typed != Some(name.as_str())
        {
            return Err(Error::refused(format!(
                "The name typed isn't {name}; nothing was changed."
            )));
        }
        self.service.start(&asked(request)).await
    }

    async fn cancel_job(&self, id: JobId) -> Result<()> {
        self.service.cancel(id).await
    }

    async fn resume_job(&self, id: JobId) -> Result<()> {
        self.service.resume(Some(id)).await.map(|_| ())
    }

    async fn job_log(&self, id: JobId, from: u64) -> Result<LogPart> {
        let service = self.service.clone();
        off_loop(move || {
            let (lines, next) = service.job_log(id, from)?;
            Ok(LogPart { next, lines })
        })
        .await
    }

    async fn job_report(&self, id: JobId) -> Result<Vec<String>> {
        let service = self.service.clone();
        off_loop(move || Ok(service.job_report(id)?.lines())).await
    }

    async fn isolation(&self) -> Result<Vec<Finding>> {
        let wait = {
            let mut looked = self.looked.lock().unwrap_or_else(PoisonError::into_inner);
            let wait = looked.map_or(Duration::ZERO, |at| {
                (at + BETWEEN_LOOKS).saturating_duration_since(Instant::now())
            });
            *looked = Some(Instant::now() + wait);
            wait
        };
        tokio::time::sleep(wait).await;
        let service = self.service.clone();
        off_loop(move || Ok(service.isolation_aside()?.findings)).await
    }

    async fn mend(&self, finding: &Finding) -> Result<String> {
        let (service, finding) = (self.service.clone(), finding.clone());
        off_loop(move || {
            let said = service.isolation_fix(&finding)?;
            Ok(said)
        })
        .await
        .inspect(|_| {
            // what was mended is looked at at once
            *self.looked.lock().unwrap_or_else(PoisonError::into_inner) = None;
        })
    }

    async fn difference(
        &self,
        left: &InstanceName,
        right: &InstanceName,
        width: usize,
    ) -> Result<Vec<String>> {
        let (service, left, right) = (self.service.clone(), left.clone(), right.clone());
        // as a plan: it looks at databases, and may be left behind at the end
        off_loop(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            let runtime =
                runtime.context(Kind::Internal, || "Can't look at the databases".into())?;
            let found = runtime.block_on(service.diff(&left, &right, &Part::ALL))?;
            Ok(difference::text(&found, width, false))
        })
        .await
    }

    async fn held(&self, name: &InstanceName) -> Result<Vec<HeldView>> {
        self.service.held(name).await
    }

    async fn turn_on(&self, name: &InstanceName, id: &str) -> Result<HeldView> {
        self.service.turn_on(name, id).await
    }

    async fn load_env(&self, name: &InstanceName) -> Result<Document> {
        let (service, name) = (self.service.clone(), name.clone());
        off_loop(move || service.load_env(&name).map(document)).await
    }

    async fn env_rules(&self, name: &InstanceName) -> Result<EnvRules> {
        let (service, name) = (self.service.clone(), name.clone());
        off_loop(move || {
            let (schema, wanted) = service.env_rules(&name)?;
            let schema = Arc::new(schema);
            Ok(EnvRules { schema, wanted })
        })
        .await
    }

    async fn env_template(&self, name: &InstanceName) -> Result<Document> {
        let (service, name) = (self.service.clone(), name.clone());
        off_loop(move || service.env_template(&name).map(document)).await
    }

    async fn env_history(&self, name: &InstanceName, key: &str) -> Result<Vec<KeyChange>> {
        let (service, name, key) = (self.service.clone(), name.clone(), key.to_owned());
        off_loop(move || {
            let entries = service.env_history(&name, Some(&key))?;
            Ok(entries.into_iter().map(change).collect())
        })
        .await
    }

    async fn note(&self, name: &InstanceName, action: &'static str, key: &str) -> Result<()> {
        let (service, name, key) = (self.service.clone(), name.clone(), key.to_owned());
        off_loop(move || service.note_shown(&name, action, &key)).await
    }

    async fn save_env(&self, name: &InstanceName, stamp: &str, text: &str) -> Result<Saved> {
        let (service, name) = (self.service.clone(), name.clone());
        let (stamp, text) = (stamp.to_owned(), text.to_owned());
        off_loop(move || service.save_env(&name, &stamp, &text).map(saved)).await
    }

    async fn load_configs(&self, name: &InstanceName) -> Result<Vec<Document>> {
        let (service, name) = (self.service.clone(), name.clone());
        off_loop(move || {
            Ok(service
                .load_configs(&name)?
                .into_iter()
                .map(document)
                .collect())
        })
        .await
    }

    async fn save_config(
        &self,
        name: &InstanceName,
        file: &str,
        stamp: &str,
        text: &str,
    ) -> Result<Saved> {
        let (service, name, file) = (self.service.clone(), name.clone(), file.to_owned());
        let (stamp, text) = (stamp.to_owned(), text.to_owned());
        off_loop(move || service.save_config(&name, &file, &stamp, &text).map(saved)).await
    }

    async fn create_instance(&self, new: &NewInstance) -> Result<()> {
        let service = self.service.clone();
        let request = service::NewInstanceRequest {
            name: new.name.clone(),
            strategy: new.strategy,
            kind: new.kind,
            purpose: new.purpose.clone(),
            project_of: None,
        };
        off_loop(move || service.create(&request).map(|_| ())).await
    }

    async fn connect(&self, name: &InstanceName, to: &Connect) -> Result<Vec<String>> {
        let text = |secret: &Option<Secret>| secret.as_ref().map(|s| s.reveal().to_owned());
        let request = service::LinkRequest {
            access_token: text(&to.access_token),
            organization: to.organization.clone(),
            project: to.project.clone(),
            db_password: text(&to.db_password),
            database_url: None,
            site: to.site.clone(),
            email: to.email.clone(),
            token: text(&to.token),
            jira_project: to.jira_project.clone(),
            space: to.space.clone(),
        };
        let linked = self.service.link(name, &request).await?;
        Ok(linked.lines())
    }

    async fn select_instance(&self, name: &InstanceName) -> Result<()> {
        let (service, name) = (self.service.clone(), name.clone());
        off_loop(move || {
            if let Some(other) = service.set_by_hand().filter(|o| *o != name.as_str()) {
                let message = format!(
                    "INSTANCE_NAME={other} is set in this terminal, and goes before any selection."
                );
                return Err(Error::refused(message).hint("Leave the screen and unset it first."));
            }
            service.select(&name, false).map(|_| ())
        })
        .await
    }
}

fn follow(feed: NewsFeed) -> BoxStream<'static, Changed> {
    // what was read before the watch began may be old
    let first = stream::iter([Changed::Instances, Changed::Jobs]);
    let rest = stream::unfold(feed, |mut feed| async move {
        let batch = feed.next().await?;
        Some((batch, feed))
    })
    .flat_map(|batch| stream::iter(batch.into_iter().map(changed)));
    first.chain(rest).boxed()
}

fn changed(news: News) -> Changed {
    match news {
        News::Jobs => Changed::Jobs,
        News::Instances => Changed::Instances,
        News::Files(name) => Changed::Files(name),
    }
}

fn asked(request: &Request) -> request::Request {
    match request.clone() {
        Request::Init {
            instance,
            project_of,
        } => request::Request::Init {
            name: instance,
            reembed: false,
            project_of,
            keys: request::AtlassianKeys::default(),
        },
        Request::Clone {
            source,
            target,
            strategy,
            project_of,
        } => request::Request::Clone {
            source,
            target,
            strategy: Some(strategy),
            project_of,
            purpose: None,
            only: Vec::new(),
            keys: request::AtlassianKeys::default(),
            users: Vec::new(),
        },
        Request::Seed { instance } => request::Request::Seed {
            name: instance,
            reembed: false,
        },
        Request::Refresh { instance } => request::Request::Refresh {
            target: instance,
            from: None,
            only: Vec::new(),
            users: Vec::new(),
        },
        Request::Delete { instance } => request::Request::Delete { name: instance },
    }
}

fn change(from: service::HistoryEntry) -> KeyChange {
    let by = match from.who.is_empty() {
        true => from.by,
        false => format!("{}, {}", from.who, from.by),
    };
    KeyChange {
        number: from.number,
        at: from.at,
        by,
        what: from.kind,
        before: from.before,
        after: from.after,
        undone_by: from.undone_by,
    }
}

fn document(from: service::Document) -> Document {
    Document {
        name: from.name,
        path: from.path,
        text: from.text,
        stamp: from.stamp,
    }
}

fn saved(from: service::Saved) -> Saved {
    match from {
        service::Saved::Written(now) => Saved::Written(document(now)),
        service::Saved::Stale(now) => Saved::Stale(document(now)),
    }
}
