//! One project, and what can be created in it.

use super::{IS_PROJECT_KEY, ISSUE_TYPE, PROJECT, PROJECT_ID, Probe, text};
use crate::provider::jira::projects::ProjectSearch;
use crate::provider::jira::properties::Owner;
use crate::provider::probe::Kind::{Flag, Id, List, Object, Text, Whole, Yes};
use crate::provider::probe::{Field, Kind, done, first, may, must};

/// The rights that a clone needs in its source and in its target.
const RIGHTS: [(&str, Field); 14] = [
    (
        "BROWSE_PROJECTS",
        yes("permissions.BROWSE_PROJECTS.havePermission"),
    ),
    (
        "CREATE_ISSUES",
        yes("permissions.CREATE_ISSUES.havePermission"),
    ),
    ("EDIT_ISSUES", yes("permissions.EDIT_ISSUES.havePermission")),
    (
        "DELETE_ISSUES",
        yes("permissions.DELETE_ISSUES.havePermission"),
    ),
    (
        "ASSIGN_ISSUES",
        yes("permissions.ASSIGN_ISSUES.havePermission"),
    ),
    (
        "TRANSITION_ISSUES",
        yes("permissions.TRANSITION_ISSUES.havePermission"),
    ),
    (
        "SCHEDULE_ISSUES",
        yes("permissions.SCHEDULE_ISSUES.havePermission"),
    ),
    ("LINK_ISSUES", yes("permissions.LINK_ISSUES.havePermission")),
    (
        "ADD_COMMENTS",
        yes("permissions.ADD_COMMENTS.havePermission"),
    ),
    (
        "CREATE_ATTACHMENTS",
        yes("permissions.CREATE_ATTACHMENTS.havePermission"),
    ),
    (
        "WORK_ON_ISSUES",
        yes("permissions.WORK_ON_ISSUES.havePermission"),
    ),
    (
        "MANAGE_WATCHERS",
        yes("permissions.MANAGE_WATCHERS.havePermission"),
    ),
    (
        "ADMINISTER_PROJECTS",
        yes("permissions.ADMINISTER_PROJECTS.havePermission"),
    ),
    ("ADMINISTER", yes("permissions.ADMINISTER.havePermission")),
];

const fn yes(path: &'static str) -> Field {
    must(path, Yes)
}

pub fn probes() -> Vec<Probe> {
    [itself(), screens(), parts(), names()]
        .into_iter()
        .flatten()
        .collect()
}

fn itself() -> Vec<Probe> {
    let rights: Vec<Field> = RIGHTS.iter().map(|(_, field)| *field).collect();
    vec![
        Probe::new(
            "permissions",
            "what a clone, a refresh and a deletion need",
            |jira, facts| {
                Box::pin(async {
                    let wanted: Vec<&str> = RIGHTS.iter().map(|(key, _)| *key).collect();
                    done(jira.lacking_permissions(facts.get(PROJECT)?, &wanted).await)
                })
            },
            &rights,
        ),
        Probe::new(
            "project",
            "its types and kind are what a clone makes again",
            |jira, facts| Box::pin(async { done(jira.project(facts.get(PROJECT)?).await) }),
            &[
                must("id", Text),
                must("key", IS_PROJECT_KEY),
                must("name", Text),
                must("projectTypeKey", Text),
                must("style", Text),
                must("simplified", Flag),
                may("description", Text),
                must("lead.accountId", Text),
                must("issueTypes", List),
                must("issueTypes[].id", Text),
                must("issueTypes[].name", Text),
                must("issueTypes[].subtask", Flag),
            ],
        )
        .shows(&["/key", "/projectTypeKey", "/style"])
        .learns(PROJECT_ID, |answer| text(answer, "/id")),
        Probe::new(
            "projects",
            "finds the projects that the program made, in the trash too",
            |jira, facts| {
                Box::pin(async {
                    let search = ProjectSearch {
                        keys: vec![facts.get(PROJECT)?.to_owned()],
                        ..ProjectSearch::default()
                    };
                    first(jira.projects(&search)).await
                })
            },
            &[
                must("values", List),
                must("values[].id", Text),
                must("values[].key", IS_PROJECT_KEY),
                must("values[].name", Text),
                must("isLast", Flag),
                may("total", Whole),
            ],
        ),
        Probe::new(
            "project.property",
            "says whose a project is (none there is an answer, too)",
            |jira, facts| {
                Box::pin(async {
                    done(
                        jira.property(Owner::Project(facts.get(PROJECT)?), "matriz")
                            .await,
                    )
                })
            },
            &[must("key", Text), must("value", Object)],
        )
        .or(404),
        Probe::new(
            "project.schemes",
            "a clone on the same site shares them (needs the right to administer Jira)",
            |jira, facts| {
                Box::pin(async { done(jira.project_schemes(facts.get(PROJECT_ID)?).await) })
            },
            &[must("values", List)],
        )
        .or(404),
    ]
}

fn screens() -> Vec<Probe> {
    vec![
        Probe::new(
            "project.issue_types",
            "issues are created level by level",
            |jira, facts| {
                Box::pin(async { done(jira.project_issue_types(facts.get(PROJECT_ID)?).await) })
            },
            &[
                must("", List),
                must("[].id", Text),
                must("[].name", Text),
                must("[].subtask", Flag),
                must("[].hierarchyLevel", Kind::Integer),
            ],
        ),
        Probe::new(
            "create.issue_types",
            "which types can be created",
            |jira, facts| {
                Box::pin(async { first(jira.create_issue_types(facts.get(PROJECT)?)).await })
            },
            &[
                must("issueTypes", List),
                must("issueTypes[].id", Text),
                must("issueTypes[].name", Text),
                must("issueTypes[].subtask", Flag),
                must("startAt", Whole),
                must("total", Whole),
            ],
        )
        .learns(ISSUE_TYPE, |answer| text(answer, "/issueTypes/0/id")),
        Probe::new(
            "create.fields",
            "only these fields can be set when an issue is created",
            |jira, facts| {
                Box::pin(async {
                    first(jira.create_fields(facts.get(PROJECT)?, facts.get(ISSUE_TYPE)?)).await
                })
            },
            &[
                must("fields", List),
                must("fields[].fieldId", Text),
                must("fields[].name", Text),
                must("fields[].required", Flag),
                must("fields[].schema.type", Text),
                may("fields[].hasDefaultValue", Flag),
                may("fields[].allowedValues", List),
            ],
        ),
        Probe::new(
            "project.statuses",
            "a status is reached by transitions to it",
            |jira, facts| {
                Box::pin(async { done(jira.project_statuses(facts.get(PROJECT)?).await) })
            },
            &[
                must("", List),
                must("[].id", Text),
                must("[].name", Text),
                must("[].subtask", Flag),
                must("[].statuses", List),
                must("[].statuses[].id", Text),
                must("[].statuses[].name", Text),
                must("[].statuses[].statusCategory.key", Text),
            ],
        ),
    ]
}

fn parts() -> Vec<Probe> {
    vec![
        Probe::new(
            "components",
            "are made again by their names",
            |jira, facts| Box::pin(async { first(jira.components(facts.get(PROJECT)?)).await }),
            &[
                must("values", List),
                must("values[].id", Text),
                must("values[].name", Text),
                may("values[].description", Text),
                may("values[].lead.accountId", Text),
                may("values[].assigneeType", Text),
            ],
        ),
        Probe::new(
            "versions",
            "are made again by their names",
            |jira, facts| Box::pin(async { first(jira.versions(facts.get(PROJECT)?)).await }),
            &[
                must("values", List),
                must("values[].id", Text),
                must("values[].name", Text),
                may("values[].description", Text),
                may("values[].released", Flag),
                may("values[].archived", Flag),
                may("values[].releaseDate", Text),
            ],
        ),
        Probe::new(
            "assignable",
            "to whom issues can be assigned",
            |jira, facts| {
                Box::pin(async { first(jira.assignable_users(facts.get(PROJECT)?)).await })
            },
            &[
                must("", List),
                must("[].accountId", Id),
                may("[].displayName", Text),
            ],
        ),
    ]
}

fn names() -> Vec<Probe> {
    vec![
        Probe::new(
            "key.check",
            "a new project's key has to be free, and not lately deleted",
            |jira, facts| {
                Box::pin(async { done(jira.check_project_key(facts.get(PROJECT)?).await) })
            },
            &[may("errorMessages", List), must("errors", Object)],
        ),
        Probe::new(
            "key.free",
            "gives a key that can be used",
            |jira, facts| {
                Box::pin(async { done(jira.free_project_key(facts.get(PROJECT)?).await) })
            },
            &[must("", Text)],
        ),
        Probe::new(
            "name.free",
            "gives a name that can be used",
            |jira, facts| {
                Box::pin(async { done(jira.free_project_name(facts.get(PROJECT)?).await) })
            },
            &[must("", Text)],
        ),
    ]
}
