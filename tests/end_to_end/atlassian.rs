//! Jira and Confluence in the program: set up with the seeds, cloned without a reference left, gone
//! on with after a kill, deleted.

use std::collections::BTreeSet;
use std::fs;

use futures_util::TryStreamExt;
use matriz::job::steps::site_seeds::SiteSeeds;
use matriz::provider::atlassian::Atlassian;
use matriz::provider::confluence::{CommentKind, Confluence, Format};
use matriz::provider::http::{Http, HttpOptions};
use matriz::provider::jira::{Issue, Jira, Jql};
use matriz::sandbox::{self, FetchConsent};
use matriz::workspace::Workspace;
use serde_json::Value;

use crate::outside::{block_on, wait_until};
use crate::place::Place;

#[test]
fn the_sample_is_set_up_with_a_board_and_a_space() {
    let Some(place) = Place::whole() else { return };
    let plan = place.json(&["init", "default", "--dry-run"]);
    let plan = plan.to_string();
    for words in [
        "Jira project DEFAULT",
        "Confluence space DEFAULT",
        "65 issues and 41 pages",
    ] {
        assert!(plan.contains(words), "{words}: {plan}");
    }
    let place = place.initialised();
    let seeds = place.seeds("default");
    assert!(seeds.board.issues.len() >= 60 && seeds.space.count() >= 30);
    let before = place.site("default");
    before.is_as_the_seeds_say(&seeds);
    assert_eq!(place.value("default", "JIRA_PROJECT_KEY"), before.project);
    assert_eq!(place.value("default", "CONFLUENCE_SPACE_KEY"), before.space);
    assert!(!place.value("default", "ATLASSIAN_CLOUD_ID").is_empty());

    // a second time adds nothing; what is missing comes back
    place.matriz(&["seed", "default", "--yes"]).ok();
    place.site("default").is_the_same_as(&before);
    let gone = before.issues.last().expect("an issue").key.clone();
    block_on(async {
        let jira = place.jira().await;
        assert!(jira.delete_issue(&gone).await.expect("deleted"));
    });
    place.matriz(&["seed", "default", "--yes"]).ok();
    let after = place.site("default");
    assert_eq!(after.issues.len(), before.issues.len());
    after.is_as_the_seeds_say(&seeds);

    // rows name issues by their keys
    let rows = place.number(
        "default",
        "SELECT count(*) FROM task_context WHERE task_description LIKE '%DEFAULT-%'",
    );
    assert!(rows >= 2, "{rows} rows name issues");
    let left = place.number(
        "default",
        "SELECT count(*) FROM task_context WHERE task_description LIKE '%{issue:%'",
    );
    assert_eq!(left, 0);

    let shown = place.matriz(&["show", "default"]).ok();
    for words in [
        "DEFAULT · 65 issues · http",
        "/browse/DEFAULT",
        "DEFAULT · 41 pages · http",
    ] {
        assert!(shown.out.contains(words), "{words}: {}", shown.out);
    }
}

#[test]
fn a_broken_seed_stops_everything_before_it_begins() {
    let Some(place) = Place::whole() else { return };
    let file = place.path("instances/default/seeds/board/20_alerts.yaml");
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replace("parent: frio-sem-buraco", "parent: nada"),
    )
    .unwrap();
    place.matriz(&["init", "default", "--yes"]).refused(
        1,
        &["seeds/board/20_alerts.yaml:", "there is no issue \"nada\""],
    );
    assert!(place.projects().is_empty());
    place
        .matriz(&["init", "default", "--jira-key", "lower", "--yes"])
        .refused(2, &["--jira-key lower"]);
}

#[test]
fn a_clone_has_every_issue_and_page_and_none_of_its_source() {
    let Some(place) = Place::whole().map(Place::initialised) else {
        return;
    };
    let plan = place.json(&["clone", "default", "clone-1", "--dry-run"]);
    let plan = plan.to_string();
    for words in [
        "Jira project CLONE1",
        "65 issues and 41 pages",
        "issues, pages and files",
    ] {
        assert!(plan.contains(words), "{words}: {plan}");
    }
    let from = place.site("default");
    place.matriz(&["clone", "default", "clone-1", "--yes"]).ok();
    let to = place.site("clone-1");
    to.is_a_copy_of(&from);
    place.site("default").is_the_same_as(&from);
    place.equal_but_for_names("clone-1");
    let (project, space) = ("JIRA_PROJECT_KEY", "CONFLUENCE_SPACE_KEY");
    assert_eq!(place.value("clone-1", project), to.project);
    assert_eq!(place.value("clone-1", space), to.space);

    // what the seeds hold is there already
    place.matriz(&["seed", "clone-1", "--yes"]).ok();
    place.site("clone-1").is_a_copy_of(&from);

    // the plan of a deletion names both; then they're gone, and the source's stay
    let plan = place.json(&["delete", "clone-1", "--dry-run"]);
    let plan = plan.to_string();
    for words in [
        "Jira project CLONE1 with 65",
        "Confluence space CLONE1 with 41",
        "no trash",
    ] {
        assert!(plan.contains(words), "{words}: {plan}");
    }
    place
        .matriz(&["delete", "clone-1", "--yes", "--confirm", "clone-1"])
        .ok();
    block_on(async {
        let site = place.atlassian().await;
        let project = Jira::new(site.clone()).find_project(&to.project).await;
        assert!(project.expect("an answer").is_none());
        let space = Confluence::new(site).find_space(&to.space).await;
        assert!(space.expect("an answer").is_none());
    });
    place.site("default").is_the_same_as(&from);
}

#[test]
fn killed_in_the_middle_it_goes_on_without_duplicates() {
    let Some(place) = Place::whole().map(Place::initialised) else {
        return;
    };
    let from = place.site("default");
    place
        .matriz(&["clone", "default", "clone-1", "--yes", "--detach"])
        .ok();
    let id = place.newest_job();
    let mut kills = 0;
    for (kind, many) in [("issue", 1), ("page", 5), ("comment", 3)] {
        let created = || {
            let journal = place.registry().journal(id).expect("the journal");
            let made = journal
                .iter()
                .filter(|e| e.kind == kind && e.target_id.is_some());
            made.count()
        };
        wait_until("so much was made, or the job is over", || {
            created() >= many || !place.job(id).state.is_active()
        });
        if place.kill_worker(id) {
            kills += 1;
        }
        place.matriz(&["jobs", "resume", &id.to_string(), "--detach"]);
    }
    wait_until("the job is over", || !place.job(id).state.is_active());
    if place.job_state(id) != "done" {
        place.matriz(&["jobs", "resume", &id.to_string()]).ok();
    }
    assert_eq!(place.job_state(id), "done");
    assert!(kills >= 1, "the clone was faster than every kill");
    place.site("clone-1").is_a_copy_of(&from);
}

#[test]
fn a_clone_takes_only_what_it_was_asked_for_along() {
    let Some(place) = Place::whole().map(Place::initialised) else {
        return;
    };
    let only = ["--only", "jira", "--jira-key", "SOJIRA", "--yes"];
    let clone = |name: &str, flags: &[&str]| {
        let command = ["clone", "default", name];
        place.matriz(&[&command, flags].concat()).ok();
    };
    clone("board", &only);
    assert_eq!(place.value("board", "JIRA_PROJECT_KEY"), "SOJIRA");
    for key in [
        "CONFLUENCE_SPACE_KEY",
        "SUPABASE_PROJECT_REF",
        "DATABASE_URL",
    ] {
        assert_eq!(place.value("board", key), "", "{key}");
    }
    clone("rows", &["--only", "database,config", "--yes"]);
    assert_eq!(place.value("rows", "JIRA_PROJECT_KEY"), "");
    assert!(!place.value("rows", "SUPABASE_PROJECT_REF").is_empty());
    assert_eq!(place.projects(), ["default", "rows"]);

    // what another instance's config names as well stays when this one is deleted
    let config = "instances/default/atlassian.config.json";
    fs::copy(
        place.path(config),
        place.path("instances/rows/atlassian.config.json"),
    )
    .unwrap();
    let plan = place.json(&["delete", "rows", "--dry-run"]).to_string();
    for words in [
        "Jira project DEFAULT, which others use",
        "Confluence space DEFAULT, which others use",
    ] {
        assert!(plan.contains(words), "{words}: {plan}");
    }
    place
        .matriz(&["delete", "rows", "--yes", "--confirm", "rows"])
        .ok();
    assert_eq!(place.site("default").issues.len(), 65);
}

/// Everything that a test compares of an instance's site.
#[derive(Debug, PartialEq)]
pub struct Site {
    pub project: String,
    pub space: String,
    pub issues: Vec<Issue>,
    /// Title, body, parent's title.
    pub pages: Vec<(String, String, Option<String>)>,
    ids: BTreeSet<String>,
    /// All comments' bodies.
    pub comments: Vec<String>,
    attachments: usize,
}

impl Site {
    fn is_as_the_seeds_say(&self, seeds: &SiteSeeds) {
        assert_eq!(self.issues.len(), seeds.board.issues.len());
        assert_eq!(self.pages.len(), seeds.space.count());
        for item in &seeds.board.issues {
            let seed = &item.value;
            let issue = self.issues.iter().find(|i| i.summary() == seed.summary);
            let issue = issue.unwrap_or_else(|| panic!("{} is missing", seed.summary));
            let status = seed.status.as_deref().unwrap_or("To Do");
            assert_eq!(issue.text("/status/name"), status, "{}", item.at);
            let len = |field: &str| issue.fields[field].as_array().map_or(0, Vec::len);
            assert_eq!(len("attachment"), seed.files.len(), "{}", item.at);
            assert_eq!(len("components"), seed.components.len(), "{}", item.at);
            assert!(len("issuelinks") >= seed.links.len(), "{}", item.at);
            let has_text = issue
                .fields
                .get("description")
                .is_some_and(|d| !d.is_null());
            assert_eq!(has_text, !seed.text.is_empty(), "{}", item.at);
            assert_eq!(
                issue.parent_key().is_some(),
                seed.parent.is_some(),
                "{}",
                item.at
            );
        }
        for item in &seeds.space.pages {
            if let Some(parent) = item.value.parent.as_ref().filter(|p| *p != "Atas") {
                let page = self.pages.iter().find(|page| page.0 == item.value.title);
                assert_eq!(page.and_then(|p| p.2.as_ref()), Some(parent), "{}", item.at);
            }
        }
        let all = format!("{:?}{:?}{:?}", self.issues, self.pages, self.comments);
        for symbol in ["{issue", "{page", "{media", "{project}", "{me}", "{space}"] {
            assert!(!all.contains(symbol), "{symbol} wasn't resolved");
        }
    }
}

impl Site {
    #[track_caller]
    pub fn is_the_same_as(&self, other: &Site) {
        for (one, other) in self.issues.iter().zip(&other.issues) {
            assert_eq!(one, other);
        }
        assert!(self == other, "pages, comments or files differ");
    }

    /// Everything is there once, under other names, and nothing names the source.
    pub fn is_a_copy_of(&self, from: &Site) {
        assert_ne!(self.project, from.project);
        assert_ne!(self.space, from.space);
        let told = |site: &Site| {
            let mut all: Vec<(String, String, String, usize)> = site
                .issues
                .iter()
                .map(|issue| {
                    let parent = issue.parent_key().unwrap_or_default();
                    let parent = site.issues.iter().find(|i| i.key == parent);
                    let files = issue.fields["attachment"].as_array().map_or(0, Vec::len);
                    (
                        issue.summary().to_owned(),
                        issue.text("/status/name").to_owned(),
                        parent.map(|p| p.summary().to_owned()).unwrap_or_default(),
                        files,
                    )
                })
                .collect();
            all.sort();
            all
        };
        assert_eq!(told(self), told(from));
        let tree = |site: &Site| -> Vec<(String, Option<String>)> {
            let all = site.pages.iter().map(|p| (p.0.clone(), p.2.clone()));
            all.collect()
        };
        assert_eq!(tree(self), tree(from));
        assert_eq!(self.attachments, from.attachments);
        assert_eq!(self.comments.len(), from.comments.len());
        let mut links = 0;
        for issue in &self.issues {
            links += issue.fields["issuelinks"].as_array().map_or(0, Vec::len);
            self.names_nothing_of(from, &Value::from(issue.fields.clone()).to_string());
        }
        let theirs = from
            .issues
            .iter()
            .map(|i| i.fields["issuelinks"].as_array());
        assert_eq!(links, theirs.map(|l| l.map_or(0, Vec::len)).sum::<usize>());
        for (title, body, _) in &self.pages {
            self.names_nothing_of(from, &format!("{title}: {body}"));
        }
        for comment in &self.comments {
            self.names_nothing_of(from, comment);
        }
    }

    #[track_caller]
    fn names_nothing_of(&self, from: &Site, text: &str) {
        for word in text.split(|c: char| !c.is_alphanumeric()) {
            assert!(
                word != from.project && word != from.space,
                "{word} is in {text}"
            );
            // numbers below are the sandbox's types, statuses and issues
            let page = word.len() == 5 && word > "65536" && from.ids.contains(word);
            assert!(!page, "the page {word} is in {text}");
        }
    }
}

impl Place {
    /// Rows that name issues name the clone's.
    pub fn equal_but_for_names(&self, name: &str) {
        let rows = |like: &str| {
            self.number(
                name,
                &format!(
                    "SELECT count(*) FROM task_context WHERE task_description LIKE '%{like}%'
                     OR array_to_string(related_files, ' ') LIKE '%{like}%'"
                ),
            )
        };
        assert_eq!(rows("DEFAULT-"), 0);
        assert_eq!(rows("/DEFAULT/"), 0);
        assert!(rows("CLONE1-") >= 2);
        assert!(rows("spaces/CLONE1/pages/") >= 1);
    }

    fn seeds(&self, name: &str) -> SiteSeeds {
        let workspace = Workspace::find(Some(&self.root), &self.root).expect("the workspace");
        let name = matriz::domain::name::InstanceName::parse(name).expect("a name");
        SiteSeeds::read(&workspace.instance(&name).expect("the folder")).expect("the seeds")
    }

    pub async fn atlassian(&self) -> Atlassian {
        let at = sandbox::ensure(&self.root, FetchConsent::No, |_| ()).await;
        let at = at.expect("the sandbox runs");
        let http = Http::new(HttpOptions::default()).expect("a client");
        let (email, token) = (&at.atlassian_email, &at.atlassian_token);
        Atlassian::new(&at.api_url, email, token, http).expect("a site")
    }

    pub async fn jira(&self) -> Jira {
        Jira::new(self.atlassian().await)
    }

    /// Walks all issues and pages of an instance.
    pub fn site(&self, name: &str) -> Site {
        block_on(self.walk(name))
    }

    pub async fn walk(&self, name: &str) -> Site {
        let config = fs::read(self.path(&format!("instances/{name}/atlassian.config.json")));
        let config: Value = serde_json::from_slice(&config.expect("the config")).expect("JSON");
        let key = |field: &str| config[field].as_str().unwrap_or_default().to_owned();
        let (project, space) = (key("jiraProjectKey"), key("confluenceSpaceKey"));
        let site = self.atlassian().await;
        let (jira, confluence) = (Jira::new(site.clone()), Confluence::new(site));
        let search = Jql {
            jql: format!("project = \"{project}\" ORDER BY key ASC"),
            fields: vec!["*all".into()],
            ..Jql::default()
        };
        let issues: Vec<Issue> = jira.search(&search).try_collect().await.expect("issues");
        let (mut comments, mut ids, mut attachments) = (Vec::new(), BTreeSet::new(), 0);
        for issue in &issues {
            ids.insert(issue.id.clone());
            let said: Vec<_> = jira
                .comments(&issue.id)
                .try_collect()
                .await
                .expect("comments");
            comments.extend(said.iter().map(|c| c.body.to_string()));
            let links = jira.remote_links(&issue.id).await.expect("links");
            comments.extend(
                links
                    .iter()
                    .map(|l| format!("{:?} {:?}", l.global_id, l.object)),
            );
            attachments += issue.fields["attachment"].as_array().map_or(0, Vec::len);
        }
        let home = confluence
            .find_space(&space)
            .await
            .expect("an answer")
            .expect("the space");
        let found = confluence.pages(&home.id, Format::Storage);
        let found: Vec<_> = found.try_collect().await.expect("pages");
        let mut pages = Vec::new();
        for page in &found {
            ids.insert(page.id.clone());
            let parent = found
                .iter()
                .find(|p| Some(&p.id) == page.parent_id.as_ref());
            let body = page.body.text(Format::Storage).unwrap_or_default();
            pages.push((
                page.title.clone(),
                body.to_owned(),
                parent.map(|p| p.title.clone()),
            ));
            for kind in [CommentKind::Footer, CommentKind::Inline] {
                let said = confluence.page_comments(&page.id, kind, Format::Storage);
                let said: Vec<_> = said.try_collect().await.expect("comments");
                for one in said {
                    comments.push(
                        one.body
                            .text(Format::Storage)
                            .unwrap_or_default()
                            .to_owned(),
                    );
                    let replies = confluence.replies(&one.id, kind, Format::Storage);
                    let replies: Vec<_> = replies.try_collect().await.expect("replies");
                    let replies = replies.iter().filter_map(|r| r.body.text(Format::Storage));
                    comments.extend(replies.map(str::to_owned));
                }
            }
            let files = confluence
                .page_attachments(&page.id)
                .try_collect::<Vec<_>>();
            attachments += files.await.expect("files").len();
        }
        pages.sort();
        Site {
            project,
            space,
            issues,
            pages,
            ids,
            comments,
            attachments,
        }
    }
}
