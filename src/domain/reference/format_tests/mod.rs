//! Every row of what has to be found, in the form in which Jira and Confluence write it.

mod addresses;
mod documents;
mod properties;
mod queries;
mod storage;

use super::*;

const ACCOUNT: &str = "712020:0a1b2c3d-example";

fn map() -> ReferenceMap {
    use ReferenceKind::*;
    let mut map = ReferenceMap::default();
    for (kind, from, to) in [
        (Site, "acme.atlassian.net", "clone.atlassian.net"),
        (JiraProject, "PROJ", "CLO"),
        (JiraProjectId, "10000", "20000"),
        (JiraProjectName, "The project", "The clone"),
        (JiraIssue, "PROJ-1", "CLO-7"),
        (JiraIssue, "PROJ-12", "CLO-3"),
        (JiraIssueId, "10001", "20101"),
        (JiraAttachment, "10001", "20201"),
        (
            JiraMedia,
            "6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5",
            "00000000-1111-2222-3333-444444444444",
        ),
        (JiraBoard, "3", "33"),
        (JiraFilter, "10001", "20301"),
        (JiraSprint, "5", "55"),
        (JiraVersion, "10001", "20401"),
        (JiraComponent, "10001", "20501"),
        (JiraComment, "10001", "20601"),
        (ConfluenceSpace, "TEAM", "TWO"),
        (ConfluenceSpace, "~712020abc", "~other"),
        (ConfluenceSpaceId, "98306", "98999"),
        (ConfluencePage, "4711", "8822"),
        (ConfluencePage, "10001", "20701"),
        (ConfluenceBlogpost, "4712", "8823"),
        (ConfluenceFolder, "4713", "8824"),
        (ConfluenceAttachment, "att4714", "att8825"),
        (ConfluenceComment, "10001", "20801"),
    ] {
        map.add(kind, from, to);
    }
    map.add_user(
        "5b10a2844c20165700ede21g",
        Some("5b10a2844c20165700ede21g"),
        "Same",
    );
    map.add_user(ACCOUNT, Some("557058:other"), "Other");
    map.add_user("gone-account", None, "Ana Example");
    map
}
