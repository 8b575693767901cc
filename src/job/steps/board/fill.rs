//! What an issue has beside itself: texts that name others, files, comments, work, links, its
//! sprint and its status.

use std::collections::HashMap;

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value, json};

use super::sprints;
use super::status::Ways;
use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::domain::site_seed::Item;
use crate::domain::site_seed::board::{Issue as Seed, Work};
use crate::domain::site_seed::markup;
use crate::domain::site_seed::symbol::{Asks, has_symbols, resolve};
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::steps::site_names::{ISSUE, PROVIDER, SiteNames};
use crate::job::steps::site_seeds::{SiteSeeds, media_type};
use crate::job::world::World;
use crate::provider::http::Upload;
use crate::provider::jira::{
    Attachment, Fetch, Issue, IssueRef, Jira, NewComment, NewLink, NewWorklog, RemoteLink,
};

/// Issues that are filled in at a time.
const AT_ONCE: usize = 4;

/// Fills in what [`MakeBoard`](super::MakeBoard) made, and adds what others lack.
pub struct FillBoard {
    pub world: World,
    pub name: InstanceName,
}

#[async_trait]
impl Step for FillBoard {
    fn name(&self) -> &str {
        "board.fill"
    }

    fn title(&self) -> &str {
        "Fill in the issues"
    }

    fn weight(&self) -> u32 {
        50
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let seeds = SiteSeeds::read(&self.world.instance(&self.name)?)?;
        if seeds.board.is_empty() {
            return Ok(());
        }
        let Some((jira, project)) = super::project(&self.world, &self.name, ctx).await? else {
            return Ok(());
        };
        let names = SiteNames::read(&self.world, &self.name, ctx).await?;
        let filling = Filling {
            now: now(&jira, &names).await?,
            ctx,
            jira: &jira,
            seeds: &seeds,
            names: &names,
            ways: Ways::default(),
        };
        let total = seeds.board.issues.len() as u64;
        let work: Vec<_> = seeds
            .board
            .issues
            .iter()
            .map(|item| filling.issue(item))
            .collect();
        let mut all = stream::iter(work).buffer_unordered(AT_ONCE);
        let mut done = 0;
        while all.try_next().await?.is_some() {
            done += 1;
            ctx.report(Report {
                amount: Amount::new(done, total, Unit::Items),
                ..Report::default()
            });
        }
        drop(all);
        sprints::fill(ctx, &jira, &project, &seeds.board, &names).await
    }

    /// What it made goes with the project.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

/// The issues as they are, by id.
async fn now(jira: &Jira, names: &SiteNames) -> Result<HashMap<String, Issue>> {
    let ids: Vec<String> = names
        .issues
        .values()
        .map(|issue| issue.id.clone())
        .collect();
    let fields = [
        "description",
        "status",
        "issuetype",
        "attachment",
        "issuelinks",
    ];
    let fetch = Fetch {
        fields: fields.map(str::to_owned).to_vec(),
        properties: Vec::new(),
    };
    let fetched = jira.fetch_issues(&ids, &fetch).await?;
    let all = fetched.issues.into_iter();
    Ok(all.map(|issue| (issue.id.clone(), issue)).collect())
}

struct Filling<'a> {
    ctx: &'a StepContext,
    jira: &'a Jira,
    seeds: &'a SiteSeeds,
    names: &'a SiteNames,
    now: HashMap<String, Issue>,
    ways: Ways,
}

impl Filling<'_> {
    async fn issue(&self, item: &Item<Seed>) -> Result<()> {
        let seed = &item.value;
        let Some(issue) = self.names.issues.get(&seed.id) else {
            return Ok(());
        };
        // deleted since it was looked up
        let Some(now) = self.now.get(&issue.id) else {
            return Ok(());
        };
        self.ctx.check_cancelled()?;
        let media = self.files(item, issue, now).await?;
        let text = |text: &str| {
            markup::document(&resolve(text, |asks, name| match asks {
                Asks::Media => media.get(name).cloned(),
                _ => self.names.value(asks, name),
            }))
        };
        let described = now.fields.get("description").is_some_and(|d| !d.is_null());
        if has_symbols(&seed.text) && !described {
            let fields = json!({ "description": text(&seed.text) });
            self.jira.edit_issue(&issue.id, fields, false).await?;
        }
        self.comments(seed, issue, &text).await?;
        self.work(seed, issue, &text).await?;
        self.links(seed, issue, now).await?;
        self.pages(seed, issue).await?;
        self.status(item, issue, now).await
    }

    /// Uploads the files that the issue doesn't have; says which medium each of those is that its
    /// texts show.
    async fn files(
        &self,
        item: &Item<Seed>,
        issue: &IssueRef,
        now: &Issue,
    ) -> Result<HashMap<String, String>> {
        let there = now.fields.get("attachment").cloned().unwrap_or_default();
        let there: Vec<Attachment> = serde_json::from_value(there).unwrap_or_default();
        let mut media = HashMap::new();
        for name in &item.value.files {
            let found = there.iter().find(|one| one.filename == *name);
            let id = match found {
                Some(one) => one.id.clone(),
                None => {
                    let (path, bytes) = self.seeds.file(&item.at, "board", name)?;
                    let upload = Upload {
                        path,
                        file_name: name.clone(),
                        content_type: media_type(name),
                    };
                    let made = self
                        .jira
                        .upload_attachment(&issue.id, upload, bytes)
                        .await?;
                    made.first().map(|one| one.id.clone()).unwrap_or_default()
                }
            };
            let shown = format!("{{media:{name}}}");
            if item.value.texts().any(|text| text.contains(&shown))
                && let Some(medium) = self.jira.media_id(&id).await?
            {
                media.insert(name.clone(), medium);
            }
        }
        Ok(media)
    }

    async fn comments(
        &self,
        seed: &Seed,
        issue: &IssueRef,
        text: &impl Fn(&str) -> Value,
    ) -> Result<()> {
        if seed.comments.is_empty() {
            return Ok(());
        }
        let there: Vec<_> = self.jira.comments(&issue.id).try_collect().await?;
        let there: Vec<String> = there.iter().map(|one| markup::words(&one.body)).collect();
        for comment in &seed.comments {
            let body = text(comment);
            let words = markup::words(&body);
            // a copied comment has its author and date in front
            if !there.iter().any(|one| one.ends_with(&words)) {
                let new = NewComment {
                    body,
                    visibility: None,
                    properties: Vec::new(),
                };
                self.jira.add_comment(&issue.id, &new).await?;
            }
        }
        Ok(())
    }

    async fn work(
        &self,
        seed: &Seed,
        issue: &IssueRef,
        text: &impl Fn(&str) -> Value,
    ) -> Result<()> {
        if seed.work.is_empty() {
            return Ok(());
        }
        let there: Vec<_> = self.jira.worklogs(&issue.id).try_collect().await?;
        let same = |work: &Work, comment: &Value| {
            there.iter().any(|one| {
                one.time_spent_seconds == work.minutes * 60
                    && markup::words(&one.comment).ends_with(&markup::words(comment))
            })
        };
        for work in &seed.work {
            let comment = text(&work.text);
            if !same(work, &comment) {
                let new = NewWorklog {
                    comment,
                    started: moment(&work.started),
                    time_spent_seconds: work.minutes * 60,
                    ..NewWorklog::default()
                };
                self.jira.add_worklog(&issue.id, &new).await?;
            }
        }
        Ok(())
    }

    /// "A blocks B" is said on A.
    async fn links(&self, seed: &Seed, issue: &IssueRef, now: &Issue) -> Result<()> {
        let there = now.fields.get("issuelinks").and_then(Value::as_array);
        let there: Vec<&Value> = there.into_iter().flatten().collect();
        for link in &seed.links {
            let Some(other) = self.names.issues.get(&link.to) else {
                continue;
            };
            let linked = there.iter().any(|one| {
                let end = one.get("outwardIssue").and_then(|end| end.get("key"));
                one["type"]["name"] == link.kind.as_str() && end == Some(&json!(other.key))
            });
            if !linked {
                let new = NewLink {
                    type_name: link.kind.clone(),
                    inward: issue.key.clone(),
                    outward: other.key.clone(),
                };
                self.jira.create_link(&new).await?;
            }
        }
        Ok(())
    }

    async fn pages(&self, seed: &Seed, issue: &IssueRef) -> Result<()> {
        if seed.pages.is_empty() {
            return Ok(());
        }
        let there = self.jira.remote_links(&issue.id).await?;
        for title in &seed.pages {
            let Some(id) = self.names.pages.get(title) else {
                continue;
            };
            let is_it = |one: &RemoteLink| {
                let global = one.global_id.as_deref().unwrap_or_default();
                global.ends_with(&format!("&pageId={id}"))
            };
            if !there.iter().any(is_it) {
                self.page(issue, title, id).await?;
            }
        }
        Ok(())
    }

    /// A link to a page, as Confluence itself makes it: there's one of a global id at most.
    async fn page(&self, issue: &IssueRef, title: &str, id: &str) -> Result<()> {
        let site = &self.names.site;
        let mut object = Map::new();
        let url = format!("{site}/wiki/pages/viewpage.action?pageId={id}");
        object.insert("url".into(), json!(url));
        object.insert("title".into(), json!(title));
        let link = RemoteLink {
            id: None,
            global_id: Some(format!("appId={PAGES_APP}&pageId={id}")),
            relationship: Some("mentioned in".into()),
            application: Some(json!({
                "type": "com.atlassian.confluence", "name": "Confluence",
            })),
            object,
        };
        Ok(self.jira.put_remote_link(&issue.id, &link).await?)
    }

    /// Only of what this job made: later the status is people's.
    async fn status(&self, item: &Item<Seed>, issue: &IssueRef, now: &Issue) -> Result<()> {
        let Some(wanted) = &item.value.status else {
            return Ok(());
        };
        let made = self.ctx.lookup(PROVIDER, ISSUE, &item.value.id)?;
        if made.is_none_or(|entry| entry.target_id.is_none()) {
            return Ok(());
        }
        let from = (now.status_id(), now.text("/status/name"));
        let kind = now.type_id();
        if !self
            .ways
            .go(self.jira, &issue.id, kind, from, wanted)
            .await?
        {
            let key = &issue.key;
            self.ctx
                .log(format!("{key}: no way to the status \"{wanted}\""));
        }
        Ok(())
    }
}

/// The application that Jira's links to pages name.
const PAGES_APP: &str = "5a7a1b9c-0000-4000-8000-000000000000";

/// A moment as Jira takes it: with milliseconds, and the zone without a colon.
fn moment(text: &str) -> String {
    match text.parse::<jiff::Timestamp>() {
        Ok(moment) => moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string(),
        Err(_) => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_in_jiras_form() {
        assert_eq!(
            moment("2026-01-31T09:30:00-03:00"),
            "2026-01-31T12:30:00.000+0000"
        );
    }
}
