//! Which of the target's fields takes each of the source's, and what it's given.
//!
//! Fields are matched by id on one site, else by name and type; choices by id or value. What the
//! target's create screen doesn't take is told in the description.

mod draft;
mod maps;
mod value;
mod words;

pub use draft::{draft, texts};
pub use maps::FieldMaps;

/// Fields that aren't values: Jira keeps them itself, or they're copied in another way.
const NOT_VALUES: [&str; 33] = [
    "project",
    "issuetype",
    "parent",
    "summary",
    "description",
    "status",
    "statusCategory",
    "statuscategorychangedate",
    "resolution",
    "resolutiondate",
    "creator",
    "created",
    "updated",
    "lastViewed",
    "subtasks",
    "issuelinks",
    "attachment",
    "comment",
    "worklog",
    "watches",
    "votes",
    "workratio",
    "progress",
    "aggregateprogress",
    "timespent",
    "timeestimate",
    "timeoriginalestimate",
    "aggregatetimespent",
    "aggregatetimeestimate",
    "aggregatetimeoriginalestimate",
    "thumbnail",
    "issuerestriction",
    "issuekey",
];

/// The type of the field that holds an issue's sprints.
const SPRINTS: &str = "com.pyxis.greenhopper.jira:gh-sprint";

/// Types of custom fields that hold what is copied in another way, or that only Jira writes.
const NOT_WRITTEN: [&str; 4] = [
    SPRINTS,
    "com.pyxis.greenhopper.jira:gh-lexo-rank",
    "com.pyxis.greenhopper.jira:gh-epic-link",
    "com.atlassian.jira.plugins.jira-development-integration-plugin:devsummarycf",
];
