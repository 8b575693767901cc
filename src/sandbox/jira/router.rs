//! Which of Jira's addresses leads where.

use axum::Router;
use axum::routing::{any, get, post, put};

use crate::sandbox::atlassian::{Site, on};
use crate::sandbox::jira::{
    attachments, boards, changelog, comments, components, createmeta, fields, filters,
    issue_create, issue_delete, issue_edit, issue_properties, issue_types, issue_view, links,
    project_properties, projects, projects_trash, rank, remote_links, search, server, sprints,
    tasks, transitions, users, versions, watchers, worklogs,
};

pub fn router() -> Router<Site> {
    let platform = Router::new()
        .merge(site())
        .merge(project())
        .merge(found())
        .merge(issue());
    Router::new()
        .nest("/rest/api/3", platform)
        .nest("/rest/agile/1.0", agile())
        .route(
            "/_sandbox/media/file/{uuid}/binary",
            get(on(attachments::media)),
        )
}

fn site() -> Router<Site> {
    Router::new()
        .route("/serverInfo", get(on(server::info)))
        .route("/myself", get(on(server::myself)))
        .route("/mypermissions", get(on(server::permissions)))
        .route("/user", get(on(users::show)))
        .route("/user/search", get(on(users::search)))
        .route("/user/bulk", get(on(users::bulk)))
        .route("/user/assignable/search", get(on(users::assignable)))
        .route("/users/search", get(on(users::all)))
        .route("/status", get(on(server::statuses)))
        .route("/statuses/search", get(on(server::search_statuses)))
        .route("/statuscategory", get(on(server::categories)))
        .route("/priority/search", get(on(server::search_priorities)))
        .route("/resolution/search", get(on(server::search_resolutions)))
        .route("/issuetype", get(on(issue_types::list)))
        .route("/issuetype/project", get(on(issue_types::list_of_project)))
        .route("/issuetypescheme/project", get(on(issue_types::schemes)))
        .route("/workflowscheme/project", get(on(issue_types::schemes)))
        .route("/issueLinkType", get(on(server::link_types)))
        .route("/field", get(on(fields::list)))
        .route("/field/search", get(on(fields::search)))
        .route("/field/{fieldId}/context", get(on(fields::contexts)))
        .route(
            "/field/{fieldId}/context/{contextId}/option",
            get(on(fields::options)),
        )
        .route("/task/{taskId}", get(on(tasks::show)))
        .route("/bulk/queue/{taskId}", get(on(tasks::show_bulk)))
        .route("/bulk/issues/transition", post(on(transitions::go_many)))
}

fn project() -> Router<Site> {
    Router::new()
        .route("/project", post(on(projects::create)))
        .route("/project/search", get(on(projects::search)))
        .route(
            "/project/{projectIdOrKey}",
            get(on(projects::show))
                .put(on(projects::change))
                .delete(on(projects_trash::delete)),
        )
        .route(
            "/project/{projectIdOrKey}/delete",
            post(on(projects_trash::delete_as_task)),
        )
        .route(
            "/project/{projectIdOrKey}/restore",
            post(on(projects_trash::restore)),
        )
        .route(
            "/project/{projectIdOrKey}/statuses",
            get(on(projects::statuses)),
        )
        .route(
            "/project/{projectIdOrKey}/hierarchy",
            get(on(issue_types::hierarchy)),
        )
        .route(
            "/project/{projectIdOrKey}/components",
            get(on(components::list)),
        )
        .route(
            "/project/{projectIdOrKey}/component",
            get(on(components::page)),
        )
        .route(
            "/project/{projectIdOrKey}/versions",
            get(on(versions::list)),
        )
        .route("/project/{projectIdOrKey}/version", get(on(versions::page)))
        .route(
            "/project/{projectIdOrKey}/properties",
            get(on(project_properties::keys)),
        )
        .route(
            "/project/{projectIdOrKey}/properties/{propertyKey}",
            get(on(project_properties::show))
                .put(on(project_properties::put))
                .delete(on(project_properties::delete)),
        )
        .route("/projectvalidate/key", get(on(projects_trash::check_key)))
        .route(
            "/projectvalidate/validProjectKey",
            get(on(projects_trash::free_key)),
        )
        .route(
            "/projectvalidate/validProjectName",
            get(on(projects_trash::free_name)),
        )
        .route("/component", post(on(components::create)))
        .route(
            "/component/{id}",
            get(on(components::show))
                .put(on(components::change))
                .delete(on(components::delete)),
        )
        .route("/version", post(on(versions::create)))
        .route(
            "/version/{id}",
            get(on(versions::show)).put(on(versions::change)),
        )
        .route(
            "/version/{id}/removeAndSwap",
            post(on(versions::remove_and_swap)),
        )
}

fn found() -> Router<Site> {
    Router::new()
        .route("/search", any(on(search::gone)))
        .route(
            "/search/jql",
            get(on(search::by_query)).post(on(search::by_body)),
        )
        .route("/search/approximate-count", post(on(search::count)))
        .route("/jql/parse", post(on(search::check)))
        .route("/filter", post(on(filters::create)))
        .route("/filter/search", get(on(filters::search)))
        .route(
            "/filter/{id}",
            get(on(filters::show)).put(on(filters::change)),
        )
        .route("/label", get(on(filters::labels)))
}

fn issue() -> Router<Site> {
    Router::new()
        .route("/issue", post(on(issue_create::create)))
        .route("/issue/bulk", post(on(issue_create::create_many)))
        .route("/issue/bulkfetch", post(on(issue_view::fetch_many)))
        .route(
            "/issue/createmeta/{projectIdOrKey}/issuetypes",
            get(on(createmeta::types)),
        )
        .route(
            "/issue/createmeta/{projectIdOrKey}/issuetypes/{issueTypeId}",
            get(on(createmeta::fields_of_type)),
        )
        .route(
            "/issue/{issueIdOrKey}",
            get(on(issue_view::show))
                .put(on(issue_edit::edit))
                .delete(on(issue_delete::delete)),
        )
        .route(
            "/issue/{issueIdOrKey}/assignee",
            put(on(issue_edit::assign)),
        )
        .route("/issue/{issueIdOrKey}/editmeta", get(on(createmeta::edit)))
        .route("/issue/{issueIdOrKey}/changelog", get(on(changelog::list)))
        .route(
            "/issue/{issueIdOrKey}/transitions",
            get(on(transitions::list)).post(on(transitions::go)),
        )
        .route(
            "/issue/{issueIdOrKey}/comment",
            get(on(comments::list)).post(on(comments::create)),
        )
        .route(
            "/issue/{issueIdOrKey}/comment/{id}",
            get(on(comments::show))
                .put(on(comments::change))
                .delete(on(comments::delete)),
        )
        .route(
            "/comment/{commentId}/properties/{propertyKey}",
            get(on(comments::show_property)).put(on(comments::put_property)),
        )
        .route(
            "/issue/{issueIdOrKey}/worklog",
            get(on(worklogs::list)).post(on(worklogs::create)),
        )
        .route(
            "/issue/{issueIdOrKey}/worklog/{id}",
            put(on(worklogs::change)),
        )
        .route(
            "/issue/{issueIdOrKey}/worklog/{id}/properties/{propertyKey}",
            put(on(worklogs::put_property)),
        )
        .route(
            "/issue/{issueIdOrKey}/attachments",
            post(on(attachments::upload)),
        )
        .route(
            "/attachment/{id}",
            get(on(attachments::show)).delete(on(attachments::delete)),
        )
        .route("/attachment/content/{id}", get(on(attachments::content)))
        .route("/attachment/meta", get(on(attachments::settings)))
        .route(
            "/issue/{issueIdOrKey}/properties",
            get(on(issue_properties::keys)),
        )
        .route(
            "/issue/{issueIdOrKey}/properties/{propertyKey}",
            get(on(issue_properties::show))
                .put(on(issue_properties::put))
                .delete(on(issue_properties::delete)),
        )
        .route(
            "/issue/{issueIdOrKey}/remotelink",
            get(on(remote_links::list)).post(on(remote_links::put)),
        )
        .route(
            "/issue/{issueIdOrKey}/watchers",
            get(on(watchers::list))
                .post(on(watchers::add))
                .delete(on(watchers::remove)),
        )
        .route("/issue/{issueIdOrKey}/votes", get(on(watchers::votes)))
        .route("/issueLink", post(on(links::create)))
        .route(
            "/issueLink/{linkId}",
            get(on(links::show)).delete(on(links::delete)),
        )
}

fn agile() -> Router<Site> {
    Router::new()
        .route("/board", get(on(boards::list)).post(on(boards::create)))
        .route(
            "/board/{boardId}",
            get(on(boards::show)).delete(on(boards::delete)),
        )
        .route(
            "/board/{boardId}/configuration",
            get(on(boards::configuration)),
        )
        .route("/board/{boardId}/project", get(on(boards::projects_of)))
        .route("/board/{boardId}/sprint", get(on(sprints::list)))
        .route("/board/{boardId}/issue", get(on(boards::board_issues)))
        .route("/board/{boardId}/backlog", get(on(boards::backlog)))
        .route("/board/{boardId}/epic", get(on(boards::epics)))
        .route(
            "/board/{boardId}/sprint/{sprintId}/issue",
            get(on(sprints::issues_of)),
        )
        .route(
            "/board/{boardId}/properties/{propertyKey}",
            put(on(boards::put_property)),
        )
        .route("/backlog/issue", post(on(sprints::to_backlog)))
        .route("/sprint", post(on(sprints::create)))
        .route(
            "/sprint/{sprintId}",
            get(on(sprints::show))
                .post(on(sprints::change))
                .put(on(sprints::change))
                .delete(on(sprints::delete)),
        )
        .route(
            "/sprint/{sprintId}/issue",
            get(on(sprints::issues_of)).post(on(sprints::add)),
        )
        .route(
            "/sprint/{sprintId}/properties/{propertyKey}",
            get(on(sprints::show_property)).put(on(sprints::put_property)),
        )
        .route("/issue/rank", put(on(rank::rank)))
        .route("/issue/{issueIdOrKey}", get(on(rank::show)))
}
