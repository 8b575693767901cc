//! A refresh of issues and pages: everything of the clone's own is gone, everything of the source is
//! there once, and what names it names the new numbers.

use std::collections::BTreeSet;
use std::fs;

use futures_util::TryStreamExt;
use matriz::provider::confluence::{
    CommentKind, CommentOn, Confluence, Format, Label, NewComment, NewPage,
};
use matriz::provider::jira::Jira;
use serde_json::json;

use crate::outside::{block_on, wait_until};
use crate::place::Place;

const REFRESH: [&str; 5] = ["refresh", "clone-1", "--yes", "--confirm", "clone-1"];

/// A clone that people have worked with, of a source that has moved on.
fn a_clone() -> Option<Place> {
    let place = Place::whole()?.initialised();
    place.matriz(&["clone", "default", "clone-1", "--yes"]).ok();
    block_on(async {
        let site = place.atlassian().await;
        let (jira, confluence) = (Jira::new(site.clone()), Confluence::new(site));
        let source = place.walk("default").await;
        let gone = source.issues.last().expect("an issue");
        assert!(jira.delete_issue(&gone.id).await.expect("deleted"));
        let first = source.issues.first().expect("an issue");
        let fields = json!({ "summary": "Renamed in the source" });
        jira.edit_issue(&first.id, fields, false)
            .await
            .expect("edited");
        mess(&jira, &confluence, &place.walk("clone-1").await.project).await;
    });
    Some(place)
}

/// An issue, a version, a component and a page of the clone's own, and a talk on its homepage.
async fn mess(jira: &Jira, confluence: &Confluence, key: &str) {
    let issues = jira
        .fetch_issues(&[format!("{key}-1")], &Default::default())
        .await;
    let issue = issues.expect("the issue").issues.remove(0);
    let fields = json!({ "summary": "Changed in the clone" });
    jira.edit_issue(&issue.id, fields, false)
        .await
        .expect("edited");
    let project = jira.project(key).await.expect("the project");
    let version = matriz::provider::jira::Version {
        name: "Of the clone".into(),
        project_id: project.id.parse().ok(),
        ..Default::default()
    };
    jira.create_version(&version).await.expect("a version");
    let space = confluence
        .find_space(key)
        .await
        .expect("an answer")
        .expect("the space");
    let home = space.homepage_id.clone().expect("a homepage");
    let page = NewPage {
        space_id: space.id,
        title: "Of the clone".into(),
        parent_id: Some(home.clone()),
        root: false,
        live: false,
        private: false,
        format: Format::Storage,
        body: "<p>mine</p>".into(),
    };
    confluence.create_page(&page).await.expect("a page");
    let comment = NewComment {
        on: CommentOn::Page(home.clone()),
        format: Format::Storage,
        body: "<p>said in the clone</p>".into(),
        selection: None,
    };
    confluence
        .add_comment(CommentKind::Footer, &comment)
        .await
        .expect("a comment");
    let label = Label {
        prefix: "global".into(),
        name: "theirs".into(),
    };
    confluence
        .add_labels(&home, &[label])
        .await
        .expect("a label");
}

impl Place {
    /// The rows of files came with the database: their bytes are there, too.
    fn a_file_is_there(&self) {
        let name = self.text(
            "clone-1",
            "SELECT min(name) FROM storage.objects WHERE bucket_id = 'campo'",
        );
        let at = self.value("clone-1", "SUPABASE_URL");
        let url = format!("{at}/storage/v1/object/public/campo/{name}");
        let bytes = block_on(async {
            let answer = reqwest::get(&url).await.expect("an answer");
            let answer = answer.error_for_status().expect("the file");
            answer.bytes().await.expect("bytes")
        });
        let seed = self.path(&format!("instances/default/seeds/storage/campo/{name}"));
        assert_eq!(bytes, fs::read(seed).expect("the seed"));
    }

    /// The clone is the source's copy again, and its rows name issues that are there.
    #[track_caller]
    fn site_is_refreshed(&self) {
        let from = self.site("default");
        let to = self.site("clone-1");
        assert_eq!(to.issues.len(), 64);
        to.is_a_copy_of(&from);
        self.equal_but_for_names("clone-1");
        self.rows_name_what_is_there();
        block_on(async {
            let site = self.atlassian().await;
            let (jira, confluence) = (Jira::new(site.clone()), Confluence::new(site));
            let parts = |key: String| {
                let jira = jira.clone();
                async move {
                    let versions: Vec<_> =
                        jira.versions(&key).try_collect().await.expect("versions");
                    let components: Vec<_> = jira
                        .components(&key)
                        .try_collect()
                        .await
                        .expect("components");
                    let mut names: Vec<String> = versions
                        .into_iter()
                        .map(|v| v.name)
                        .chain(components.into_iter().map(|c| c.name))
                        .collect();
                    names.sort();
                    let mut sprints = 0;
                    let boards: Vec<_> = jira.boards(&key).try_collect().await.expect("boards");
                    for board in &boards {
                        let found: Vec<_> = jira
                            .sprints(board.id)
                            .try_collect()
                            .await
                            .unwrap_or_default();
                        sprints += found.len();
                    }
                    (names, boards.len(), sprints)
                }
            };
            assert_eq!(
                parts(to.project.clone()).await,
                parts(from.project.clone()).await
            );
            let space = confluence.find_space(&to.space).await.expect("an answer");
            let home = space.and_then(|s| s.homepage_id).expect("a homepage");
            let labels: Vec<_> = confluence
                .page_labels(&home)
                .try_collect()
                .await
                .expect("labels");
            assert!(
                labels.iter().all(|label| label.name != "theirs"),
                "{labels:?}"
            );
        });
    }

    /// Every issue that a row of the clone names is one of the clone's.
    #[track_caller]
    fn rows_name_what_is_there(&self) {
        let there: BTreeSet<String> = self
            .site("clone-1")
            .issues
            .into_iter()
            .map(|issue| issue.key)
            .collect();
        let rows = self.text(
            "clone-1",
            "SELECT string_agg(concat_ws(' ', task_description, related_files::text), ' ') FROM task_context",
        );
        let named = rows
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .filter(|word| word.starts_with("CLONE1-"));
        let named: BTreeSet<&str> = named.collect();
        assert!(!named.is_empty());
        for key in named {
            assert!(there.contains(key), "{key} isn't there: {there:?}");
        }
    }
}

#[test]
fn issues_and_pages_are_emptied_and_copied_again() {
    let Some(place) = a_clone() else { return };
    // a file that names an issue and a page of the clone
    let before = place.site("clone-1");
    let issue = &before.issues[0];
    let notes = place.path("instances/clone-1/notes.md");
    fs::write(&notes, format!("See {} and {}990.\n", issue.key, issue.key)).unwrap();
    let files = place.files("clone-1");
    let plan = place.json(&["refresh", "clone-1", "--dry-run"]).to_string();
    for words in [
        "Jira project CLONE1: 65 issues",
        "Confluence space CLONE1: 41 pages",
        "8 files in 2 buckets",
    ] {
        assert!(plan.contains(words), "{words}: {plan}");
    }
    let said = place.matriz(&[&REFRESH[..], &["--json"]].concat()).ok();
    let summary = said.last()["summary"].as_str().unwrap().to_owned();
    assert!(summary.contains("8 files"), "{summary}");
    place.site_is_refreshed();
    place.a_file_is_there();
    let after = place.site("clone-1");
    assert_eq!(
        (&after.project, &after.space),
        (&before.project, &before.space)
    );
    let renamed = after
        .issues
        .iter()
        .find(|i| i.summary() == "Renamed in the source");
    let renamed = renamed.expect("the renamed issue");
    let expected = format!("See {} and {}990.\n", renamed.key, issue.key);
    assert_eq!(fs::read_to_string(&notes).unwrap(), expected);
    fs::write(
        &notes,
        &files.iter().find(|(path, _)| *path == notes).unwrap().1,
    )
    .unwrap();
    assert_eq!(place.files("clone-1"), files);
}

#[test]
fn killed_while_it_empties_and_while_it_copies_it_goes_on() {
    let Some(place) = a_clone() else { return };
    let files = place.files("clone-1");
    let detached = [&REFRESH[..], &["--detach"]].concat();
    place.matriz(&detached).ok();
    let id = place.newest_job();
    let mut kills = Vec::new();
    for (provider, kind, many) in [
        ("refresh", "emptied", 2),
        ("jira", "issue", 1),
        ("confluence", "page", 5),
    ] {
        wait_until("so much was done, or the job is over", || {
            let journal = place.registry().journal(id).expect("the journal");
            let found = journal
                .iter()
                .filter(|e| e.provider == provider && e.kind == kind && e.target_id.is_some());
            found.count() >= many || !place.job(id).state.is_active()
        });
        if place.kill_worker(id) {
            let at = place.job(id);
            let step = at.steps.iter().find(|step| !step.state.is_over());
            kills.push(step.map(|step| step.name.clone()).unwrap_or_default());
        }
        place.matriz(&["jobs", "resume", &id.to_string(), "--detach"]);
    }
    wait_until("the job is over", || !place.job(id).state.is_active());
    if place.job_state(id) != "done" {
        place.matriz(&["jobs", "resume", &id.to_string()]).ok();
    }
    println!("killed at {kills:?}");
    assert!(
        kills.iter().any(|step| step.ends_with(".empty")),
        "{kills:?}"
    );
    assert!(kills.len() >= 2, "{kills:?}");
    place.site_is_refreshed();
    assert_eq!(place.files("clone-1"), files);
}

#[test]
fn a_part_alone_is_refreshed_and_what_names_it_follows() {
    let Some(place) = a_clone() else { return };
    let before = place.site("clone-1");
    let plan = place.json(&["refresh", "clone-1", "--only", "jira", "--dry-run"]);
    let plan = plan.to_string();
    for words in ["its database, its Confluence space", "lead nowhere"] {
        assert!(plan.contains(words), "{words}: {plan}");
    }
    place.sql("clone-1", "CREATE TABLE public.mine AS SELECT 1 AS id");
    place
        .matriz(&[&REFRESH[..], &["--only", "jira"]].concat())
        .ok();
    let after = place.site("clone-1");
    assert_eq!(after.pages, before.pages);
    assert_eq!(after.issues.len(), 64);
    assert_eq!(
        place.number("clone-1", "SELECT count(*) FROM public.mine"),
        1
    );
    place.rows_name_what_is_there();

    // rows that come anew name the issues and pages that stayed
    place
        .matriz(&[&REFRESH[..], &["--only", "database"]].concat())
        .ok();
    assert_eq!(place.site("clone-1").issues.len(), 64);
    place.rows_name_what_is_there();
    place.equal_but_for_names("clone-1");
    // cancelled half way, the board is empty, and the rest as it was
    let said = place.with(
        &[&REFRESH[..], &["--only", "jira", "--json"]].concat(),
        &[("MATRIZ_CRASH_AT", "jira.issues:after")],
    );
    assert_eq!(said.last()["state"], "interrupted", "{said:?}");
    let id = place.newest_job().to_string();
    let last = place.matriz(&["jobs", "cancel", &id, "--json"]).ok().last();
    let summary = last["summary"].as_str().unwrap_or_default();
    assert!(summary.contains("issues emptied"), "{last}");
    let left = place.site("clone-1");
    assert!(left.issues.is_empty());
    assert_eq!(left.pages, before.pages);
    place.matriz(&REFRESH).ok();
    place.site_is_refreshed();
}
