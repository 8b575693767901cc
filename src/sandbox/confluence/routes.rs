//! Which of Confluence's addresses leads where.

use axum::Router;
use axum::routing::{get, post, put};

use crate::sandbox::atlassian::{Site, on};
use crate::sandbox::confluence::{
    attachments, comments, kinds, labels, moving, page_changes, pages, properties, removal,
    restrictions, search, space_changes, spaces, tasks, upload, users, versions,
};

pub fn router() -> Router<Site> {
    Router::new()
        .merge(spaces_v2())
        .merge(content_v2())
        .merge(attachments_v2())
        .merge(comments_v2())
        .merge(properties_v2())
        .merge(spaces_v1())
        .merge(content_v1())
        .merge(others())
}

fn spaces_v2() -> Router<Site> {
    Router::new()
        .route(
            "/wiki/api/v2/spaces",
            get(on(spaces::list)).post(on(space_changes::create)),
        )
        .route("/wiki/api/v2/spaces/{id}", get(on(spaces::get)))
        .route("/wiki/api/v2/spaces/{id}/pages", get(on(pages::of_space)))
        .route(
            "/wiki/api/v2/spaces/{id}/blogposts",
            get(on(pages::blogposts_of_space)),
        )
        .route("/wiki/api/v2/spaces/{id}/labels", get(on(labels::of_space)))
        .route(
            "/wiki/api/v2/space-role-mode",
            get(on(space_changes::role_mode)),
        )
}

fn content_v2() -> Router<Site> {
    Router::new()
        .route(
            "/wiki/api/v2/pages",
            get(on(pages::all)).post(on(page_changes::create)),
        )
        .route(
            "/wiki/api/v2/pages/{id}",
            get(on(pages::get))
                .put(on(page_changes::update))
                .delete(on(removal::page)),
        )
        .route(
            "/wiki/api/v2/pages/{id}/title",
            put(on(page_changes::retitle)),
        )
        .route("/wiki/api/v2/pages/{id}/children", get(on(pages::children)))
        .route(
            "/wiki/api/v2/pages/{id}/direct-children",
            get(on(pages::children)),
        )
        .route(
            "/wiki/api/v2/pages/{id}/ancestors",
            get(on(pages::ancestors)),
        )
        .route(
            "/wiki/api/v2/pages/{id}/descendants",
            get(on(pages::descendants)),
        )
        .route(
            "/wiki/api/v2/pages/{id}/versions",
            get(on(versions::of_page)),
        )
        .route("/wiki/api/v2/pages/{id}/labels", get(on(labels::of_page)))
        .route(
            "/wiki/api/v2/blogposts",
            get(on(pages::all_blogposts)).post(on(page_changes::create_blogpost)),
        )
        .route(
            "/wiki/api/v2/blogposts/{id}",
            get(on(pages::get_blogpost))
                .put(on(page_changes::update_blogpost))
                .delete(on(removal::blogpost)),
        )
        .route(
            "/wiki/api/v2/blogposts/{id}/labels",
            get(on(labels::of_blogpost)),
        )
        .route(
            "/wiki/api/v2/folders",
            post(on(page_changes::create_folder)),
        )
        .route(
            "/wiki/api/v2/folders/{id}",
            get(on(pages::get_folder)).delete(on(removal::folder)),
        )
        .route(
            "/wiki/api/v2/folders/{id}/direct-children",
            get(on(pages::children_of_folder)),
        )
        .route(
            "/wiki/api/v2/content/convert-ids-to-types",
            post(on(kinds::of_ids)),
        )
}

fn attachments_v2() -> Router<Site> {
    Router::new()
        .route(
            "/wiki/api/v2/pages/{id}/attachments",
            get(on(attachments::of_page)),
        )
        .route(
            "/wiki/api/v2/blogposts/{id}/attachments",
            get(on(attachments::of_blogpost)),
        )
        .route("/wiki/api/v2/attachments", get(on(attachments::all)))
        .route(
            "/wiki/api/v2/attachments/{id}",
            get(on(attachments::get)).delete(on(removal::attachment)),
        )
        .route(
            "/wiki/api/v2/attachments/{id}/labels",
            get(on(labels::of_attachment)),
        )
        .route(
            "/wiki/api/v2/attachments/{id}/versions",
            get(on(versions::of_attachment)),
        )
}

fn comments_v2() -> Router<Site> {
    Router::new()
        .route(
            "/wiki/api/v2/pages/{id}/footer-comments",
            get(on(comments::footer_of_page)),
        )
        .route(
            "/wiki/api/v2/pages/{id}/inline-comments",
            get(on(comments::inline_of_page)),
        )
        .route(
            "/wiki/api/v2/blogposts/{id}/footer-comments",
            get(on(comments::footer_of_blogpost)),
        )
        .route(
            "/wiki/api/v2/blogposts/{id}/inline-comments",
            get(on(comments::inline_of_blogpost)),
        )
        .route(
            "/wiki/api/v2/footer-comments",
            post(on(comments::create_footer)),
        )
        .route(
            "/wiki/api/v2/footer-comments/{id}",
            get(on(comments::get_footer)).put(on(comments::update_footer)),
        )
        .route(
            "/wiki/api/v2/footer-comments/{id}/children",
            get(on(comments::footer_replies)),
        )
        .route(
            "/wiki/api/v2/inline-comments",
            post(on(comments::create_inline)),
        )
        .route(
            "/wiki/api/v2/inline-comments/{id}",
            get(on(comments::get_inline)).put(on(comments::update_inline)),
        )
        .route(
            "/wiki/api/v2/inline-comments/{id}/children",
            get(on(comments::inline_replies)),
        )
}

/// What has properties.
const OWNERS: [&str; 6] = [
    "pages",
    "blogposts",
    "attachments",
    "comments",
    "folders",
    "spaces",
];

fn properties_v2() -> Router<Site> {
    OWNERS.into_iter().fold(Router::new(), |router, owner| {
        router
            .route(
                &format!("/wiki/api/v2/{owner}/{{id}}/properties"),
                get(on(properties::list)).post(on(properties::create)),
            )
            .route(
                &format!("/wiki/api/v2/{owner}/{{id}}/properties/{{property}}"),
                get(on(properties::get))
                    .put(on(properties::update))
                    .delete(on(properties::delete)),
            )
    })
}

fn spaces_v1() -> Router<Site> {
    Router::new()
        .route("/wiki/rest/api/space", post(on(space_changes::create_v1)))
        .route(
            "/wiki/rest/api/space/_private",
            post(on(space_changes::create_private)),
        )
        .route(
            "/wiki/rest/api/space/{spaceKey}",
            put(on(space_changes::update)).delete(on(space_changes::delete)),
        )
        .route(
            "/wiki/rest/api/space/{spaceKey}/label",
            get(on(labels::of_space_v1)).post(on(labels::add_to_space)),
        )
        .route("/wiki/rest/api/longtask", get(on(tasks::list)))
        .route("/wiki/rest/api/longtask/{id}", get(on(tasks::get)))
}

fn content_v1() -> Router<Site> {
    Router::new()
        .route(
            "/wiki/rest/api/content/{id}/child/attachment",
            put(on(upload::create_or_update)).post(on(upload::create)),
        )
        .route(
            "/wiki/rest/api/content/{id}/child/attachment/{attachment}",
            put(on(upload::change)),
        )
        .route(
            "/wiki/rest/api/content/{id}/child/attachment/{attachment}/data",
            post(on(upload::data)),
        )
        .route(
            "/wiki/rest/api/content/{id}/child/attachment/{attachment}/download",
            get(on(attachments::download)),
        )
        .route(
            "/wiki/rest/api/content/{id}/label",
            post(on(labels::add_to_content)).delete(on(labels::remove_from_content)),
        )
        .route(
            "/wiki/rest/api/content/{id}/restriction",
            get(on(restrictions::get))
                .put(on(restrictions::replace))
                .post(on(restrictions::add))
                .delete(on(restrictions::clear)),
        )
        .route(
            "/wiki/rest/api/content/{id}/restriction/byOperation",
            get(on(restrictions::by_operation)),
        )
        .route(
            "/wiki/rest/api/content/{id}/move/{position}/{targetId}",
            put(on(moving::to)),
        )
        .route(
            "/wiki/rest/api/content/search",
            get(on(search::content_search)),
        )
        .route("/wiki/rest/api/search", get(on(search::search)))
}

fn others() -> Router<Site> {
    Router::new()
        .route("/wiki/rest/api/user", get(on(users::get)))
        .route("/wiki/rest/api/user/current", get(on(users::current)))
        .route("/wiki/rest/api/user/bulk", get(on(users::bulk)))
        .route("/wiki/api/v2/users-bulk", post(on(users::bulk_v2)))
        .route(
            "/wiki/download/attachments/{id}/{name}",
            get(on(attachments::download_named)),
        )
        .route(
            "/_sandbox/media/wiki/{media}/binary",
            get(on(attachments::media)),
        )
}
