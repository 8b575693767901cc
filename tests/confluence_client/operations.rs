//! Every operation, asked once: the desk holds each request against the documents.

use futures_util::{StreamExt, TryStreamExt};
use matriz::provider::confluence::*;
use serde_json::json;

use super::*;

/// Every operation that isn't exercised above.
#[tokio::test]
async fn every_operation_asks_as_described() {
    let desk = Desk::start(answer).await;
    let confluence = Confluence::new(desk.site());
    exercise_pages(&confluence).await;
    exercise_around_pages(&confluence).await;
    exercise_what_a_copy_needs(&confluence).await;
    let operations = desk.finish().await;
    if !operations.is_empty() {
        assert!(operations.len() >= 43, "{} operations", operations.len());
    }
}

fn answer(asked: &Asked) -> Reply {
    let post = json!({"id": "50", "status": "current", "title": "Post", "spaceId": "77",
        "createdAt": "2026-01-31T09:30:00.000Z", "version": {"number": 1}});
    let folder = json!({"id": "3", "type": "folder", "status": "current", "title": "Folder",
        "parentId": "1", "parentType": "page"});
    let child = json!([{"id": "4", "status": "current", "title": "Child", "type": "page"}]);
    let attachment = json!([{"id": "att7", "status": "current", "title": "a.txt", "fileId": "uuid",
        "mediaType": "text/plain", "fileSize": 7, "version": {"number": 1}}]);
    let comment = json!({"id": "60", "status": "current", "title": "Re", "pageId": "2",
        "version": {"number": 1}, "body": {"storage": {"representation": "storage", "value": "<p/>"}}});
    let labels = json!({"results": [{"prefix": "global", "name": "api", "id": "1", "label": "api"}],
        "start": 0, "limit": 200, "size": 1, "_links": {}});
    let restriction = json!({"results": [{"operation": "read", "restrictions": {
        "user": {"results": [{"type": "known", "accountId": "a-1", "_expandable": {}, "_links": {}}],
            "start": 0, "limit": 10, "size": 1},
        "group": {"results": [], "start": 0, "limit": 10, "size": 0}},
        "_expandable": {}, "_links": {}}], "start": 0, "limit": 100, "size": 1,
        "restrictionsHash": "x", "_links": {}});
    let property = json!({"id": "9", "key": "matriz-clone", "value": 1, "version": {"number": 1}});
    match asked.call().as_str() {
        "GET /wiki/api/v2/spaces" => list(json!([space("DOC")])),
        "GET /wiki/api/v2/pages/2" | "POST /wiki/api/v2/pages" | "PUT /wiki/api/v2/pages/2" => {
            ok(page(2))
        }
        "GET /wiki/api/v2/spaces/77/pages" => list(json!([page(2)])),
        "GET /wiki/api/v2/pages/2/descendants" => list(json!([{"id": "4", "status": "current",
            "title": "Child", "type": "page", "parentId": "2", "depth": 1, "childPosition": 3}])),
        "GET /wiki/api/v2/blogposts/50" => ok(post),
        "PUT /wiki/rest/api/space/DOC" => ok(json!({"id": 77, "key": "DOC", "name": "Docs",
            "type": "global", "status": "current", "_expandable": {}, "_links": {}})),
        "PUT /wiki/api/v2/inline-comments/60" => ok(comment),
        "GET /wiki/api/v2/pages/9" => Reply::Json(404, json!({"errors": []})),
        "PUT /wiki/rest/api/content/2/move/before/3" => ok(json!({"pageId": "2"})),
        "GET /wiki/api/v2/spaces/77/blogposts" => list(json!([post])),
        "POST /wiki/api/v2/blogposts" | "PUT /wiki/api/v2/blogposts/50" => ok(post),
        "POST /wiki/api/v2/folders" | "GET /wiki/api/v2/folders/3" => ok(folder),
        "GET /wiki/api/v2/pages/2/direct-children"
        | "GET /wiki/api/v2/folders/3/direct-children" => list(child),
        "GET /wiki/api/v2/pages/2/attachments" | "GET /wiki/api/v2/blogposts/50/attachments" => {
            list(attachment)
        }
        "GET /wiki/api/v2/pages/2/labels" | "GET /wiki/api/v2/blogposts/50/labels" => {
            list(json!([{"id": "1", "name": "api", "prefix": "global"}]))
        }
        "POST /wiki/rest/api/content/2/label" => ok(labels),
        "POST /wiki/api/v2/footer-comments" | "POST /wiki/api/v2/inline-comments" => {
            Reply::Json(201, comment)
        }
        "PUT /wiki/api/v2/footer-comments/60" => ok(comment),
        "GET /wiki/rest/api/content/2/restriction" | "PUT /wiki/rest/api/content/2/restriction" => {
            ok(restriction)
        }
        "GET /wiki/rest/api/user/current" => ok(json!({"type": "known", "accountId": "a-1",
            "displayName": "A person", "_expandable": {}, "_links": {}})),
        "POST /wiki/api/v2/users-bulk" => {
            list(json!([{"accountId": "a-1", "displayName": "A person"}]))
        }
        call if call.starts_with("DELETE ") => nothing(),
        call if call.ends_with("/properties") => match asked.method.as_str() {
            "GET" => list(json!([])),
            _ if asked.path.contains("/spaces/") => Reply::Json(201, property),
            _ => ok(property),
        },
        call if call.contains("-comments") => list(json!([comment])),
        other => panic!("{other}"),
    }
}

async fn exercise_what_a_copy_needs(confluence: &Confluence) {
    let archived = confluence.page_heads("77", "archived");
    assert_eq!(archived.count().await, 1);
    assert_eq!(confluence.blog_post_heads("77").count().await, 1);
    let below: Vec<Child> = confluence.descendants("2").try_collect().await.unwrap();
    assert_eq!((below[0].depth, below[0].child_position), (1, Some(3)));
    let whole = confluence.whole_page("2", Format::Storage).await.unwrap();
    let whole = whole.unwrap();
    // the answer has none of them inside: they are asked for
    assert_eq!((whole.labels.len(), whole.properties.len()), (1, 0));
    assert!(
        confluence
            .whole_page("9", Format::Storage)
            .await
            .unwrap()
            .is_none()
    );
    let whole = confluence.whole_blog_post("50", Format::Document).await;
    assert_eq!(whole.unwrap().unwrap().content.title, "Post");
    assert!(
        confluence
            .blog_post("50", Format::Storage)
            .await
            .unwrap()
            .is_some()
    );
    let private = NewPage {
        private: true,
        ..new_page()
    };
    confluence.create_page(&private).await.unwrap();
    let private = NewBlogPost {
        space_id: "77".into(),
        title: "Post".into(),
        private: true,
        ..NewBlogPost::default()
    };
    confluence.create_blog_post(&private).await.unwrap();
    confluence
        .describe_space("DOC", "Docs", "What there is")
        .await
        .unwrap();
    let value = json!(1);
    confluence
        .new_property(Owner::Page("2"), "matriz-clone", &value)
        .await
        .unwrap();
    confluence.resolve_comment("60", "<p/>", 2).await.unwrap();
    assert!(confluence.delete_blog_post("50", false).await.unwrap());
    assert!(confluence.delete_blog_post("50", true).await.unwrap());
}

async fn exercise_pages(confluence: &Confluence) {
    assert_eq!(
        confluence.find_space("doc").await.unwrap().unwrap().id,
        "77"
    );
    assert!(confluence.find_space("OTHER").await.unwrap().is_none());
    assert!(
        confluence
            .page("9", Format::Document)
            .await
            .unwrap()
            .is_none()
    );
    let page = confluence
        .page("2", Format::Storage)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(page.version.unwrap().number, 3);
    confluence.create_page(&new_page()).await.unwrap();
    let live = NewPage {
        root: true,
        live: true,
        format: Format::Document,
        body: "{\"type\":\"doc\",\"version\":1,\"content\":[]}".into(),
        parent_id: None,
        ..new_page()
    };
    confluence.create_page(&live).await.unwrap();
    let update = PageUpdate {
        id: "2".into(),
        title: "Page 2".into(),
        parent_id: Some("1".into()),
        version: 4,
        ..PageUpdate::default()
    };
    confluence.update_page(&update).await.unwrap();
    confluence
        .move_page("2", Position::Before, "3")
        .await
        .unwrap();
    let posts: Vec<BlogPost> = confluence
        .blog_posts("77", Format::Storage)
        .try_collect()
        .await
        .unwrap();
    assert_eq!(confluence.find_blog_posts("77", "Post").count().await, 1);
    let new = NewBlogPost {
        space_id: "77".into(),
        title: "Post".into(),
        created_at: Some("2026-01-31T09:30:00.000Z".into()),
        ..NewBlogPost::default()
    };
    confluence.create_blog_post(&new).await.unwrap();
    confluence
        .update_blog_post(&posts[0], Format::Storage, "<p>y</p>", 2)
        .await
        .unwrap();
    let folder = NewFolder {
        space_id: "77".into(),
        title: "Folder".into(),
        parent_id: Some("1".into()),
    };
    confluence.create_folder(&folder).await.unwrap();
    assert_eq!(
        confluence.folder("3").await.unwrap().unwrap().title,
        "Folder"
    );
    let children: Vec<Child> = confluence
        .children_of_page("2")
        .try_collect()
        .await
        .unwrap();
    assert_eq!(children[0].kind, "page");
    assert_eq!(confluence.children_of_folder("3").count().await, 1);
    assert!(confluence.delete_page("2", false).await.unwrap());
    assert!(confluence.delete_page("2", true).await.unwrap());
    assert!(confluence.delete_folder("3").await.unwrap());
}

async fn exercise_around_pages(confluence: &Confluence) {
    let files: Vec<Attachment> = confluence
        .page_attachments("2")
        .try_collect()
        .await
        .unwrap();
    assert_eq!(
        (files[0].file_size, files[0].file_id.as_deref()),
        (7, Some("uuid"))
    );
    assert_eq!(confluence.blog_post_attachments("50").count().await, 1);
    assert!(confluence.delete_attachment("att7").await.unwrap());
    let labels: Vec<Label> = confluence.page_labels("2").try_collect().await.unwrap();
    assert_eq!(confluence.blog_post_labels("50").count().await, 1);
    confluence.add_labels("2", &labels).await.unwrap();
    confluence.add_labels("2", &[]).await.unwrap();
    assert!(confluence.remove_label("2", "api").await.unwrap());
    for kind in [CommentKind::Footer, CommentKind::Inline] {
        assert_eq!(
            confluence
                .page_comments("2", kind, Format::Storage)
                .count()
                .await,
            1
        );
        assert_eq!(
            confluence
                .blog_post_comments("50", kind, Format::Storage)
                .count()
                .await,
            1
        );
        assert_eq!(
            confluence
                .replies("60", kind, Format::Storage)
                .count()
                .await,
            1
        );
    }
    let reply = comment_on(CommentOn::Comment("60".into()));
    confluence
        .add_comment(CommentKind::Footer, &reply)
        .await
        .unwrap();
    let inline = NewComment {
        selection: Some(Selection {
            text: "x".into(),
            matches: 1,
            index: 0,
        }),
        ..comment_on(CommentOn::BlogPost("50".into()))
    };
    confluence
        .add_comment(CommentKind::Inline, &inline)
        .await
        .unwrap();
    confluence
        .update_comment("60", CommentKind::Footer, Format::Storage, "<p>z</p>", 2)
        .await
        .unwrap();
    let all = confluence.restrictions("2").await.unwrap();
    assert_eq!(all[0].users, ["a-1"]);
    let more = Restriction {
        groups: vec!["g-1".into()],
        ..all[0].clone()
    };
    confluence.set_restrictions("2", &[more]).await.unwrap();
    for owner in [
        Owner::Space("77"),
        Owner::BlogPost("50"),
        Owner::Attachment("att7"),
        Owner::Comment("60"),
        Owner::Folder("3"),
    ] {
        confluence
            .set_property(owner, "matriz-clone", &json!(1))
            .await
            .unwrap();
    }
    assert_eq!(confluence.myself().await.unwrap().account_id, "a-1");
    let known = confluence
        .users(&["a-1".into(), "a-2".into()])
        .await
        .unwrap();
    assert_eq!(known.len(), 1);
}
