//! Instances as the screens see them: files, figures and jobs put together.

use std::collections::HashMap;

use jiff::Timestamp;

use super::Service;
use crate::domain::config::AtlassianKind;
use crate::domain::instance::{AtlassianPlace, InstanceState, InstanceView};
use crate::domain::job::{JobKind, JobState, JobView};
use crate::domain::name::InstanceName;
use crate::error::{Error, Result};
use crate::registry::instances::InstanceFigures;
use crate::registry::views::JobFilter;
use crate::workspace::InstanceDir;

/// Where the last list is kept for the next start's first frame.
const CACHE: &str = "instances.last";

/// How many jobs are looked at for the state of the instances.
const RECENT_JOBS: u32 = 200;

impl Service {
    /// All instances, in the order of their names.
    pub fn instances(&self) -> Result<Vec<InstanceView>> {
        let names = self.workspace.instances()?;
        let selected = self.here().current();
        let figures: HashMap<String, InstanceFigures> = self
            .registry
            .instance_figures()?
            .into_iter()
            .map(|f| (f.name.clone(), f))
            .collect();
        let jobs = self.latest_jobs()?;
        let views = names
            .into_iter()
            .map(|name| {
                let seen = figures.get(name.as_str());
                let job = jobs.get(name.as_str());
                let current = selected.as_ref() == Some(&name);
                self.view(name, current, seen, job)
            })
            .collect();
        Ok(views)
    }

    /// The list as it was last seen, for a first frame that waits for nothing.
    pub fn instances_last_seen(&self) -> Result<Option<Vec<InstanceView>>> {
        let text = self.registry.setting(CACHE)?;
        // written by another version: as good as none
        let views = text.and_then(|text| serde_json::from_str::<Vec<InstanceView>>(&text).ok());
        // seen by another terminal, perhaps
        let current = self.here().current();
        Ok(views.map(|mut views| {
            for view in &mut views {
                view.current = current.as_ref() == Some(&view.name);
            }
            views
        }))
    }

    pub fn remember_instances(&self, views: &[InstanceView]) -> Result<()> {
        let text = serde_json::to_string(views).unwrap_or_default();
        if self.registry.setting(CACHE)?.as_deref() == Some(text.as_str()) {
            return Ok(());
        }
        self.registry.set_setting(CACHE, &text)
    }

    pub fn instance(&self, name: &InstanceName) -> Result<InstanceView> {
        self.workspace.instance(name)?;
        let current = self.here().current().as_ref() == Some(name);
        let figures = self.registry.instance_figures_of(name.as_str())?;
        let jobs = self.latest_jobs()?;
        Ok(self.view(
            name.clone(),
            current,
            figures.as_ref(),
            jobs.get(name.as_str()),
        ))
    }

    /// The newest job that wrote to each instance.
    fn latest_jobs(&self) -> Result<HashMap<String, JobView>> {
        let filter = JobFilter {
            limit: RECENT_JOBS,
            ..JobFilter::default()
        };
        let mut latest = HashMap::new();
        for job in self.registry.job_views(&filter)? {
            // newest first; a clone that sets its source up works on that one as well
            if job.state.is_active()
                && let Some(source) = &job.source
                && job
                    .steps
                    .iter()
                    .any(|s| s.name.starts_with("source.") && !s.state.is_over())
            {
                latest.entry(source.clone()).or_insert_with(|| job.clone());
            }
            latest.entry(job.instance.clone()).or_insert(job);
        }
        Ok(latest)
    }

    fn view(
        &self,
        name: InstanceName,
        current: bool,
        figures: Option<&InstanceFigures>,
        job: Option<&JobView>,
    ) -> InstanceView {
        let mut view = InstanceView::unknown(name);
        view.current = current;
        if let Some(figures) = figures {
            view.database_bytes = figures.database_bytes;
            view.tables = figures.tables;
            view.rows = figures.rows;
            view.last_activity = figures.last_activity;
            view.observed = figures.observed;
        }
        let noted = self.workspace.noted_activity(&view.name);
        let noted = noted.and_then(|at| Timestamp::try_from(at).ok());
        view.last_activity = view.last_activity.max(noted);
        let figures = figures.cloned().unwrap_or_default();
        let read = self
            .workspace
            .instance(&view.name)
            .and_then(|dir| fill(&mut view, &dir, &figures));
        (view.state, view.note) = state(&view, read.err(), job);
        view.job = job.filter(|j| j.state.is_active()).map(|j| j.id);
        view
    }
}

/// What the files say.
fn fill(view: &mut InstanceView, dir: &InstanceDir, figures: &InstanceFigures) -> Result<()> {
    let manifest = dir.manifest()?;
    view.strategy = manifest.strategy;
    view.purpose = manifest.purpose;
    view.owner = manifest.owner;
    view.labels = manifest.labels;
    view.protected = manifest.protected;
    view.expiry = manifest.expiry.to_string();
    view.created = manifest.created;
    view.cloned_from = manifest.cloned_from;
    let config = dir.supabase_config()?;
    view.kind = config.kind;
    view.project_ref = config.project_ref.filter(|r| !r.is_empty());
    view.schema = config.schema;
    view.region = Some(config.region).filter(|r| !r.is_empty());
    let mut site = None;
    if dir.env_path().is_file() {
        let (env, _) = dir.read_env()?;
        view.host = env.get("SUPABASE_URL").and_then(host_of);
        site = env.get("ATLASSIAN_SITE").and_then(site_url);
    }
    let atlassian = dir.atlassian_config()?;
    if atlassian.kind != AtlassianKind::None {
        let site = atlassian.site.as_deref().and_then(site_url).or(site);
        let place = |key: Option<String>, path: &str, count| {
            let key = key.filter(|key| !key.is_empty())?;
            let url = site.as_ref().map(|site| format!("{site}/{path}/{key}"));
            Some(AtlassianPlace { key, url, count })
        };
        view.jira = place(atlassian.jira_project_key, "browse", figures.issues);
        view.confluence = place(atlassian.confluence_space_key, "wiki/spaces", figures.pages);
    }
    Ok(())
}

/// A site's address; it may be written as a host alone.
fn site_url(site: &str) -> Option<String> {
    let site = site.trim_end_matches('/');
    (!site.is_empty()).then(|| match site.contains("://") {
        true => site.to_owned(),
        false => format!("https://{site}"),
    })
}

/// The host and port of an address.
fn host_of(url: &str) -> Option<String> {
    let rest = url.split_once("://")?.1;
    let host = rest.split(['/', '?']).next().unwrap_or(rest);
    let host = host.rsplit('@').next().unwrap_or(host);
    (!host.is_empty()).then(|| host.to_owned())
}

/// A running job says most; then what can't be read; then how the last job ended.
fn state(
    view: &InstanceView,
    broken: Option<Error>,
    job: Option<&JobView>,
) -> (InstanceState, Option<String>) {
    if let Some(job) = job.filter(|j| j.state.is_active()) {
        let word = if job.state == JobState::Cancelling {
            "cleaning up"
        } else {
            job.kind.working()
        };
        return (InstanceState::Working, Some(word.to_owned()));
    }
    if let Some(error) = broken {
        return (InstanceState::Attention, Some(error.message));
    }
    if let Some(job) = job.filter(|j| j.state.can_resume()) {
        let note = format!("{} {}", job.kind.word(), job.state.word());
        return (InstanceState::Attention, Some(note));
    }
    if view.project_ref.is_none() {
        return (InstanceState::New, None);
    }
    if let Some(left) = job.and_then(left_by_a_refresh) {
        return (InstanceState::Attention, Some(left.to_owned()));
    }
    (InstanceState::Ready, None)
}

/// What a refresh that was cancelled left behind; nothing where it had emptied nothing yet.
fn left_by_a_refresh(job: &JobView) -> Option<&str> {
    let cancelled = job.kind == JobKind::Refresh && job.state == JobState::Cancelled;
    job.summary.as_deref().filter(|_| cancelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_come_without_path_and_user() {
        assert_eq!(
            host_of("http://127.0.0.1:5000/projects/x").as_deref(),
            Some("127.0.0.1:5000")
        );
        assert_eq!(
            host_of("https://abc.supabase.co").as_deref(),
            Some("abc.supabase.co")
        );
        assert_eq!(host_of("nonsense"), None);
    }

    #[test]
    fn an_instance_without_a_project_is_new() {
        let view = InstanceView::unknown(InstanceName::parse("a").unwrap());
        assert_eq!(state(&view, None, None).0, InstanceState::New);
        let broken = state(&view, Some(Error::not_found("No.")), None);
        assert_eq!(broken, (InstanceState::Attention, Some("No.".into())));
    }
}
