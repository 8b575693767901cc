//! What happened in an instance, newest first.

use jiff::Timestamp;

use super::Service;
use crate::domain::job::JobState;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::registry::views::JobFilter;

/// How far back it goes.
const LINES: usize = 200;

impl Service {
    /// Jobs and changes by people, in words.
    pub fn activity(&self, name: &InstanceName) -> Result<Vec<(Timestamp, String)>> {
        let filter = JobFilter {
            instance: Some(name.to_string()),
            limit: LINES as u32,
            ..JobFilter::default()
        };
        let mut lines: Vec<(Timestamp, String)> = self
            .registry
            .job_views(&filter)?
            .into_iter()
            .map(|job| {
                let end = match (&job.summary, &job.error) {
                    (Some(summary), _) if job.state == JobState::Done => format!(": {summary}"),
                    (_, Some(error)) => format!(": {error}"),
                    _ => String::new(),
                };
                let at = job.ended.unwrap_or(job.created);
                (at, format!("{} {}{end}", job.title(), job.state.word()))
            })
            .collect();
        let started = ["init", "clone", "seed", "delete", "cancel"];
        for entry in self.registry.audit_entries(1000)? {
            if entry.subject == name.as_str() && !started.contains(&entry.action.as_str()) {
                lines.push((entry.at, format!("{} {}", entry.action, entry.detail)));
            }
        }
        lines.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        lines.truncate(LINES);
        Ok(lines)
    }
}
