//! The words that stand before a key or a number and say what it is: parts of addresses, of queries
//! and of resource names (`ari:cloud:jira:…:issue/10001`), as Jira Cloud and Confluence Cloud write
//! them.

use super::kind::ReferenceKind::{self, *};

/// Whatever may have an address below `/pages/`: these share one range of numbers.
pub(super) const CONTENT: &[ReferenceKind] =
    &[ConfluencePage, ConfluenceBlogpost, ConfluenceFolder];
pub(super) const PROJECT: &[ReferenceKind] = &[JiraProject, JiraProjectId];
pub(super) const ISSUE: &[ReferenceKind] = &[JiraIssue, JiraIssueId];
pub(super) const SPACE: &[ReferenceKind] = &[ConfluenceSpace, ConfluenceSpaceId];
const ATTACHMENT: &[ReferenceKind] = &[JiraAttachment, ConfluenceAttachment];
const COMMENT: &[ReferenceKind] = &[JiraComment, ConfluenceComment];
const CONTENT_OR_ATTACHMENT: &[ReferenceKind] = &[
    ConfluencePage,
    ConfluenceBlogpost,
    ConfluenceFolder,
    ConfluenceAttachment,
];

/// A word, and what may follow it. Where more than one kind has the token, the product that the
/// address is of decides, then the order here.
pub(super) type Context = (&'static str, &'static [ReferenceKind]);

pub(super) const CONTEXTS: &[Context] = &[
    ("/projects/", PROJECT),
    ("/project/", PROJECT),
    (":project/", PROJECT),
    ("/browse/", PROJECT),
    ("projectKey=", PROJECT),
    ("projectId=", PROJECT),
    ("pid=", PROJECT),
    ("project=", PROJECT),
    ("project = ", PROJECT),
    ("project = \"", PROJECT),
    ("project=\"", PROJECT),
    ("/issue/", &[JiraIssueId]),
    (":issue/", &[JiraIssueId]),
    ("issueId=", &[JiraIssueId]),
    ("/attachment/", ATTACHMENT),
    ("/attachment/content/", &[JiraAttachment]),
    ("/thumbnail/", &[JiraAttachment]),
    ("attachmentId=", ATTACHMENT),
    ("/boards/", &[JiraBoard]),
    ("/board/", &[JiraBoard]),
    ("rapidView=", &[JiraBoard]),
    ("rapidViewId=", &[JiraBoard]),
    ("boardId=", &[JiraBoard]),
    ("/filter/", &[JiraFilter]),
    (":filter/", &[JiraFilter]),
    ("filterId=", &[JiraFilter]),
    ("filter=", &[JiraFilter]),
    ("filter = ", &[JiraFilter]),
    ("/sprint/", &[JiraSprint]),
    (":sprint/", &[JiraSprint]),
    ("sprintId=", &[JiraSprint]),
    ("sprint=", &[JiraSprint]),
    ("sprint = ", &[JiraSprint]),
    ("/versions/", &[JiraVersion]),
    ("/version/", &[JiraVersion]),
    (":version/", &[JiraVersion]),
    ("versionId=", &[JiraVersion]),
    ("fixVersion=", &[JiraVersion]),
    ("fixVersion = ", &[JiraVersion]),
    ("affectedVersion=", &[JiraVersion]),
    ("affectedVersion = ", &[JiraVersion]),
    ("/component/", &[JiraComponent]),
    ("/components/", &[JiraComponent]),
    (":component/", &[JiraComponent]),
    ("componentId=", &[JiraComponent]),
    ("component=", &[JiraComponent]),
    ("component = ", &[JiraComponent]),
    ("focusedCommentId=", COMMENT),
    ("focusedId=", &[JiraComment]),
    ("commentId=", COMMENT),
    ("/comment/", COMMENT),
    ("/comments/", &[ConfluenceComment]),
    ("/footer-comments/", &[ConfluenceComment]),
    ("/inline-comments/", &[ConfluenceComment]),
    (":comment/", COMMENT),
    ("#comment-", COMMENT),
    ("/worklog/", &[JiraWorklog]),
    ("focusedWorklogId=", &[JiraWorklog]),
    ("/spaces/", SPACE),
    ("/space/", SPACE),
    (":space/", SPACE),
    ("/display/", SPACE),
    ("spaceKey=", SPACE),
    ("spaceId=", SPACE),
    ("key=", SPACE),
    ("space=", SPACE),
    ("space = ", SPACE),
    ("space = \"", SPACE),
    ("space=\"", SPACE),
    ("ri:space-key=\"", SPACE),
    ("/pages/", CONTENT),
    ("/page/", CONTENT),
    (":page/", CONTENT),
    ("/blog/", CONTENT),
    ("/blogposts/", CONTENT),
    (":blogpost/", CONTENT),
    ("/folder/", CONTENT),
    ("/folders/", CONTENT),
    ("/whiteboard/", CONTENT),
    ("/content/", CONTENT_OR_ATTACHMENT),
    ("/attachments/", CONTENT_OR_ATTACHMENT),
    (":attachment/", ATTACHMENT),
    ("/thumbnails/", CONTENT),
    ("preview=", CONTENT),
    ("homepageId=", CONTENT),
    ("pageId=", CONTENT),
    ("contentId=", CONTENT_OR_ATTACHMENT),
    ("parentPageId=", CONTENT),
    ("ancestor=", CONTENT),
    ("ancestor = ", CONTENT),
    ("contentId-", CONTENT),
    ("content-id=\"", CONTENT_OR_ATTACHMENT),
    ("accountid:", &[Account]),
    ("accountId=", &[Account]),
    ("account-id=\"", &[Account]),
    ("/people/", &[Account]),
];

/// Words that begin the address of a page by its short name; see [`super::tiny`].
pub(super) const TINY: &str = "/x/";
/// Words that begin a query inside an address.
pub(super) const QUERIES: &[&str] = &["jql=", "jqlQuery=", "cql="];

/// What an address has in it that leads to one thing of a site.
pub(super) fn addressing() -> impl Iterator<Item = String> {
    let words = CONTEXTS.iter().map(|(word, _)| *word).chain([TINY]);
    let of_address = words.filter(|word| !word.contains([' ', '"']) && !word.starts_with(':'));
    of_address.flat_map(|word| super::form::forms(word).into_iter().map(|(_, text)| text))
}

/// Whether the address that runs up to here is one of Confluence's.
pub(super) fn is_wiki(address: &str) -> bool {
    [
        "/wiki/",
        "/wiki%2F",
        "%2Fwiki%2F",
        "%2fwiki%2f",
        "%252Fwiki",
        "confluence",
        "pageId=",
    ]
    .iter()
    .any(|word| address.contains(word))
}

impl ReferenceKind {
    pub(super) fn is_of_confluence(self) -> bool {
        (ConfluenceSpace..=ConfluenceComment).contains(&self)
    }
}
