//! What the screen wants done outside itself, and the only bridge to the rest of the program.

use std::ffi::OsString;
use std::fmt;
use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc::UnboundedSender;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::domain::isolation::Finding;
use crate::domain::job::JobId;
use crate::domain::name::InstanceName;
use crate::domain::plan::Plan;
use crate::domain::secret::Secret;
use crate::error::{Error, Result};

use super::backend::{Backend, Connect, NewInstance, Request};
use super::msg::{JobVerb, Msg};
use super::state::env::compare::Source;
use super::state::popup::Reading;

/// One wish. `update` answers with a list of these; it never does anything itself.
#[derive(Clone, PartialEq)]
pub enum Effect {
    Quit,
    /// Stop like any program does at Ctrl-Z, and draw afresh when called back.
    Suspend,
    /// Draw every cell again, for a terminal that another program wrote into.
    Repaint,
    /// Hand the terminal to `$EDITOR` with this file.
    Edit {
        instance: InstanceName,
        path: PathBuf,
    },
    /// Put this into the clipboard, as far as the terminal does that.
    Copy(Secret),
    /// Hand the terminal to a shell in this instance.
    Shell(InstanceName),
    LoadInstances,
    LoadJobs,
    LoadActivity(InstanceName),
    Refresh(InstanceName),
    Plan {
        generation: u64,
        request: Request,
    },
    Start {
        generation: u64,
        request: Request,
        plan: Box<Plan>,
        typed: Option<String>,
    },
    AskJob(JobId, JobVerb),
    LoadLog {
        job: JobId,
        from: u64,
    },
    LoadReport(JobId),
    /// Look whether the instances keep apart.
    LookApart,
    Mend(Box<Finding>),
    /// Two instances side by side, in so many cells.
    Difference {
        left: InstanceName,
        right: InstanceName,
        width: usize,
    },
    LoadHeld(InstanceName),
    TurnOn {
        instance: InstanceName,
        id: String,
    },
    LoadEnv(InstanceName),
    LoadEnvRules(InstanceName),
    LoadHistory {
        of: InstanceName,
        key: String,
    },
    /// Read the file that an instance's own is compared with.
    LoadOther {
        of: InstanceName,
        source: Source,
    },
    /// Write down that a value was shown or copied.
    Note {
        instance: InstanceName,
        action: &'static str,
        key: String,
    },
    SaveEnv {
        instance: InstanceName,
        stamp: String,
        text: String,
    },
    LoadConfigs(InstanceName),
    SaveConfig {
        instance: InstanceName,
        file: String,
        stamp: String,
        text: String,
    },
    Create(NewInstance),
    Connect {
        instance: InstanceName,
        to: Connect,
    },
    Select(InstanceName),
}

impl Effect {
    /// It changes something outside the screen.
    fn writes(&self) -> bool {
        matches!(
            self,
            Effect::Start { .. }
                | Effect::AskJob(..)
                | Effect::TurnOn { .. }
                | Effect::Mend(_)
                | Effect::SaveEnv { .. }
                | Effect::Note { .. }
                | Effect::SaveConfig { .. }
                | Effect::Create(_)
                | Effect::Connect { .. }
                | Effect::Select(_)
        )
    }
}

impl fmt::Debug for Effect {
    /// Texts of files may hold secrets and are left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Effect::Quit => f.write_str("Quit"),
            Effect::Suspend => f.write_str("Suspend"),
            Effect::Repaint => f.write_str("Repaint"),
            Effect::Edit { instance, path } => write!(f, "Edit({instance}, {})", path.display()),
            Effect::Copy(_) => f.write_str("Copy"),
            Effect::Shell(name) => write!(f, "Shell({name})"),
            Effect::LoadInstances => f.write_str("LoadInstances"),
            Effect::LoadJobs => f.write_str("LoadJobs"),
            Effect::LoadActivity(name) => write!(f, "LoadActivity({name})"),
            Effect::Refresh(name) => write!(f, "Refresh({name})"),
            Effect::Plan { request, .. } => write!(f, "Plan({request:?})"),
            Effect::Start { request, typed, .. } => write!(f, "Start({request:?}, {typed:?})"),
            Effect::AskJob(id, verb) => write!(f, "AskJob({id}, {verb:?})"),
            Effect::LoadLog { job, from } => write!(f, "LoadLog({job}, {from})"),
            Effect::LoadReport(job) => write!(f, "LoadReport({job})"),
            Effect::LookApart => f.write_str("LookApart"),
            Effect::Mend(finding) => write!(f, "Mend({})", finding.code),
            Effect::Difference { left, right, .. } => write!(f, "Difference({left}, {right})"),
            Effect::LoadHeld(name) => write!(f, "LoadHeld({name})"),
            Effect::TurnOn { instance, id } => write!(f, "TurnOn({instance}, {id})"),
            Effect::LoadEnv(name) => write!(f, "LoadEnv({name})"),
            Effect::LoadEnvRules(name) => write!(f, "LoadEnvRules({name})"),
            Effect::LoadHistory { of, key } => write!(f, "LoadHistory({of}, {key})"),
            Effect::LoadOther { of, source } => write!(f, "LoadOther({of}, {source:?})"),
            Effect::Note { action, key, .. } => write!(f, "Note({action}, {key})"),
            Effect::SaveEnv { instance, .. } => write!(f, "SaveEnv({instance})"),
            Effect::LoadConfigs(name) => write!(f, "LoadConfigs({name})"),
            Effect::SaveConfig { instance, file, .. } => {
                write!(f, "SaveConfig({instance}, {file})")
            }
            Effect::Create(new) => write!(f, "Create({})", new.name),
            Effect::Connect { instance, .. } => write!(f, "Connect({instance})"),
            Effect::Select(name) => write!(f, "Select({name})"),
        }
    }
}

/// How long leaving waits for a write.
const PATIENCE: Duration = Duration::from_secs(5);

/// Runs effects on tasks of their own and sends the answers back as messages.
pub(super) struct Runner<B> {
    backend: Arc<B>,
    answers: UnboundedSender<Msg>,
    /// What changes something, and so has to be carried through.
    writes: TaskTracker,
}

impl<B: Backend> Runner<B> {
    pub(super) fn new(backend: Arc<B>, answers: UnboundedSender<Msg>) -> Self {
        Runner {
            backend,
            answers,
            writes: TaskTracker::new(),
        }
    }

    /// The words that open a shell in an instance.
    pub(super) fn shell(&self, name: &InstanceName) -> Result<Vec<OsString>> {
        self.backend.shell(name)
    }

    /// Waits for what was begun and changes something; what only reads is let go.
    pub(super) async fn finish(&self) {
        self.writes.close();
        // past this time it's a hanging disk or network, and the screen has to go
        let _ = tokio::time::timeout(PATIENCE, self.writes.wait()).await;
    }

    /// Starts one effect. Those that concern the terminal itself are the loop's and come back.
    pub(super) fn run(&self, effect: Effect) -> Option<Effect> {
        let b = Arc::clone(&self.backend);
        let token = effect.writes().then(|| self.writes.token());
        match effect {
            Effect::Quit
            | Effect::Suspend
            | Effect::Repaint
            | Effect::Copy(_)
            | Effect::Edit { .. }
            | Effect::Shell(_) => return Some(effect),
            Effect::LoadInstances => {
                self.spawn(token, async move { b.instances().await }, Msg::Instances);
            }
            Effect::LoadJobs => self.spawn(token, async move { b.jobs().await }, Msg::Jobs),
            Effect::LoadActivity(name) => {
                let of = name.clone();
                self.spawn(token, async move { b.activity(&of).await }, |r| {
                    Msg::Activity(name, r)
                });
            }
            Effect::Refresh(name) => {
                let of = name.clone();
                self.spawn(token, async move { b.refresh(&of).await }, |r| {
                    Msg::Refreshed(name, r)
                });
            }
            Effect::Plan {
                generation,
                request,
            } => self.spawn(token, async move { b.plan(&request).await }, move |r| {
                Msg::Planned(generation, r)
            }),
            Effect::Start {
                generation,
                request,
                plan,
                typed,
            } => self.spawn(
                token,
                async move { b.start(&request, &plan, typed.as_deref()).await },
                move |r| Msg::Started(generation, r),
            ),
            Effect::AskJob(id, verb) => self.spawn(
                token,
                async move {
                    match verb {
                        JobVerb::Cancel => b.cancel_job(id).await,
                        JobVerb::Resume => b.resume_job(id).await,
                    }
                },
                move |r| Msg::JobAsked(id, verb, r),
            ),
            Effect::LoadLog { job, from } => {
                self.spawn(token, async move { b.job_log(job, from).await }, move |r| {
                    Msg::Log(job, r)
                });
            }
            Effect::LoadReport(job) => {
                self.spawn(token, async move { b.job_report(job).await }, move |r| {
                    Msg::Report(Reading::Job(job), r)
                });
            }
            Effect::LookApart => {
                self.spawn(token, async move { b.isolation().await }, Msg::LookedApart);
            }
            Effect::Mend(finding) => {
                self.spawn(token, async move { b.mend(&finding).await }, Msg::Mended);
            }
            Effect::Difference { left, right, width } => {
                let of = Reading::Difference(left.clone(), right.clone());
                self.spawn(
                    token,
                    async move { b.difference(&left, &right, width).await },
                    |r| Msg::Report(of, r),
                );
            }
            Effect::LoadHeld(name) => {
                let of = name.clone();
                self.spawn(token, async move { b.held(&of).await }, |r| {
                    Msg::Held(name, r)
                });
            }
            Effect::TurnOn { instance, id } => {
                let of = instance.clone();
                self.spawn(token, async move { b.turn_on(&of, &id).await }, |r| {
                    Msg::TurnedOn(instance, r)
                });
            }
            Effect::LoadEnv(name) => {
                let of = name.clone();
                self.spawn(token, async move { b.load_env(&of).await }, |r| {
                    Msg::Env(name, r)
                });
            }
            Effect::LoadEnvRules(name) => {
                let of = name.clone();
                self.spawn(token, async move { b.env_rules(&of).await }, |r| {
                    Msg::EnvRules(name, r)
                });
            }
            Effect::LoadHistory { of, key } => {
                let (name, which) = (of.clone(), key.clone());
                self.spawn(
                    token,
                    async move { b.env_history(&name, &which).await },
                    |r| Msg::History(of, key, r),
                );
            }
            Effect::LoadOther { of, source } => {
                let (own, from) = (of.clone(), source.clone());
                self.spawn(
                    token,
                    async move {
                        match from {
                            Source::Instance(name) => b.load_env(&name).await,
                            Source::Template => b.env_template(&own).await,
                        }
                    },
                    |r| Msg::Other(of, source, r),
                );
            }
            Effect::Note {
                instance,
                action,
                key,
            } => self.spawn(
                token,
                async move { b.note(&instance, action, &key).await },
                Msg::Noted,
            ),
            Effect::SaveEnv {
                instance,
                stamp,
                text,
            } => {
                let of = instance.clone();
                self.spawn(
                    token,
                    async move { b.save_env(&of, &stamp, &text).await },
                    |r| Msg::EnvSaved(instance, r),
                );
            }
            Effect::LoadConfigs(name) => {
                let of = name.clone();
                self.spawn(token, async move { b.load_configs(&of).await }, |r| {
                    Msg::Configs(name, r)
                });
            }
            Effect::SaveConfig {
                instance,
                file,
                stamp,
                text,
            } => {
                let (of, name) = (instance.clone(), file.clone());
                self.spawn(
                    token,
                    async move { b.save_config(&of, &name, &stamp, &text).await },
                    |r| Msg::ConfigSaved(instance, file, r),
                );
            }
            Effect::Create(new) => {
                let name = new.name.clone();
                self.spawn(token, async move { b.create_instance(&new).await }, |r| {
                    Msg::Created(name, r)
                });
            }
            Effect::Connect { instance, to } => {
                let of = instance.clone();
                self.spawn(token, async move { b.connect(&of, &to).await }, |r| {
                    Msg::Connected(instance, r)
                });
            }
            Effect::Select(name) => {
                let of = name.clone();
                self.spawn(token, async move { b.select_instance(&of).await }, |r| {
                    Msg::Selected(name, r)
                });
            }
        }
        None
    }

    /// A defect in the work becomes an error like any other: the screen stays up.
    fn spawn<T: Send + 'static>(
        &self,
        token: Option<TaskTrackerToken>,
        work: impl Future<Output = Result<T>> + Send + 'static,
        wrap: impl FnOnce(Result<T>) -> Msg + Send + 'static,
    ) {
        let answers = self.answers.clone();
        tokio::spawn(async move {
            let result = std::panic::AssertUnwindSafe(work)
                .catch_unwind()
                .await
                .unwrap_or_else(|_| {
                    Err(Error::internal("Matriz made a mistake while doing this.").hint(
                        "Nothing else is affected. Please report it with what you did just before.",
                    ))
                });
            // the screen is gone when nobody listens any more
            let _ = answers.send(wrap(result));
            drop(token);
        });
    }
}
