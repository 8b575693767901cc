//! Every row of what has to be found, in the form in which Jira and Confluence write it.

use serde_json::json;

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

#[track_caller]
fn text(from: &str, to: &str) {
    let rewriter = map().compile().unwrap();
    let out = rewriter.text(from);
    assert_eq!(out.text, to);
    assert_eq!(rewriter.text(to).text, to, "applied twice");
    let left = rewriter
        .residues(to)
        .into_iter()
        .find(|r| !r.reason.is_explained());
    assert_eq!(left, None);
    if from != to {
        let lower = from.to_ascii_lowercase();
        let needles = rewriter.needles().unwrap();
        let held = needles
            .iter()
            .any(|n| lower.contains(&n.to_ascii_lowercase()));
        assert!(held, "no needle in {from}");
    }
}

#[test]
fn addresses_of_jira() {
    for (from, to) in [
        (
            "/browse/PROJ-12?focusedCommentId=10001",
            "/browse/CLO-3?focusedCommentId=20601",
        ),
        ("/browse/PROJ", "/browse/CLO"),
        ("/browse/PROJ-99", "/browse/PROJ-99"),
        (
            "/jira/software/projects/PROJ/boards/3?selectedIssue=PROJ-1",
            "/jira/software/projects/CLO/boards/33?selectedIssue=CLO-7",
        ),
        (
            "/jira/software/c/projects/PROJ/boards/3/backlog",
            "/jira/software/c/projects/CLO/boards/33/backlog",
        ),
        (
            "/secure/RapidBoard.jspa?rapidView=3&projectKey=PROJ",
            "/secure/RapidBoard.jspa?rapidView=33&projectKey=CLO",
        ),
        ("/issues/?filter=10001", "/issues/?filter=20301"),
        (
            "/issues/?jql=project%20%3D%20PROJ%20AND%20key%20in%20(PROJ-1%2C%20PROJ-12)",
            "/issues/?jql=project%20%3D%20CLO%20AND%20key%20in%20(CLO-7%2C%20CLO-3)",
        ),
        (
            "/issues/?jql=project+in+(PROJ,+OTHER)+and+sprint%3D5&x=1",
            "/issues/?jql=project+in+(CLO,+OTHER)+and+sprint%3D55&x=1",
        ),
        (
            "/issues/?jql=project%20in%20%28%22PROJ%22%29#x",
            "/issues/?jql=project%20in%20%28%22CLO%22%29#x",
        ),
        (
            "x?to=%2Fissues%2F%3Fjql%3Dproject%2520in%2520%2528PROJ%2529%26a%3Db",
            "x?to=%2Fissues%2F%3Fjql%3Dproject%2520in%2520%2528CLO%2529%26a%3Db",
        ),
        (
            "[a](https://clone.atlassian.net/issues/?jql=project+in+(PROJ)) PROJ",
            "[a](https://clone.atlassian.net/issues/?jql=project+in+(CLO)) PROJ",
        ),
        (
            "/secure/attachment/10001/shot.png",
            "/secure/attachment/20201/shot.png",
        ),
        (
            "/secure/thumbnail/10001/_thumb",
            "/secure/thumbnail/20201/_thumb",
        ),
        (
            "/rest/api/3/attachment/content/10001",
            "/rest/api/3/attachment/content/20201",
        ),
        (
            "/rest/api/3/issue/10001/comment/10001",
            "/rest/api/3/issue/20101/comment/20601",
        ),
        (
            "/projects/PROJ/versions/10001",
            "/projects/CLO/versions/20401",
        ),
        ("/rest/api/3/component/10001", "/rest/api/3/component/20501"),
        ("/rest/agile/1.0/sprint/5", "/rest/agile/1.0/sprint/55"),
        (
            "ari:cloud:jira:x:issue/10001",
            "ari:cloud:jira:x:issue/20101",
        ),
        (
            "https://api.media.atlassian.com/file/6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5/binary",
            "https://api.media.atlassian.com/file/00000000-1111-2222-3333-444444444444/binary",
        ),
        (
            "media 6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5",
            "media 00000000-1111-2222-3333-444444444444",
        ),
        (
            "6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5a",
            "6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5a",
        ),
        (
            "[~accountid:712020:0a1b2c3d-example] hi",
            "[~accountid:557058:other] hi",
        ),
        (
            "/jira/people/712020%3A0a1b2c3d-example?x",
            "/jira/people/557058:other?x",
        ),
    ] {
        text(from, to);
    }
}

#[test]
fn addresses_of_confluence() {
    let tiny = |id| super::tiny::encode(id);
    for (from, to) in [
        (
            "/wiki/spaces/TEAM/pages/4711/The+title?focusedCommentId=10001",
            "/wiki/spaces/TWO/pages/8822/The+title?focusedCommentId=20801",
        ),
        (
            "/wiki/spaces/TEAM/blog/2026/11/25/4712/News",
            "/wiki/spaces/TWO/blog/2026/11/25/8823/News",
        ),
        ("/wiki/spaces/TEAM/blog/4712", "/wiki/spaces/TWO/blog/8823"),
        (
            "/wiki/spaces/TEAM/folder/4713",
            "/wiki/spaces/TWO/folder/8824",
        ),
        (
            "/wiki/spaces/TEAM/overview?homepageId=4711",
            "/wiki/spaces/TWO/overview?homepageId=8822",
        ),
        (
            "/wiki/pages/viewpage.action?pageId=4711&src=x",
            "/wiki/pages/viewpage.action?pageId=8822&src=x",
        ),
        (
            "/wiki/pages/viewpage.action?pageId=47110",
            "/wiki/pages/viewpage.action?pageId=47110",
        ),
        (
            "/wiki/display/TEAM/The+title",
            "/wiki/display/TWO/The+title",
        ),
        (
            "/wiki/spaces/~712020abc/pages/4711",
            "/wiki/spaces/~other/pages/8822",
        ),
        (
            "/wiki/spaces/%7E712020abc/overview",
            "/wiki/spaces/~other/overview",
        ),
        (
            "/wiki/download/attachments/4711/a.png?version=1",
            "/wiki/download/attachments/8822/a.png?version=1",
        ),
        (
            "/wiki/download/thumbnails/4711/a.png",
            "/wiki/download/thumbnails/8822/a.png",
        ),
        (
            "/wiki/api/v2/attachments/att4714",
            "/wiki/api/v2/attachments/att8825",
        ),
        (
            "/wiki/spaces/TEAM/pages/4711/T?preview=%2F4711%2F4714%2Fa.png",
            "/wiki/spaces/TWO/pages/8822/T?preview=%2F8822%2F8825%2Fa.png",
        ),
        (
            "/wiki/spaces/TEAM/pages/4711/T?preview=/4711/4714/a.png",
            "/wiki/spaces/TWO/pages/8822/T?preview=/8822/8825/a.png",
        ),
        (
            "/wiki/search?cql=space%20%3D%20TEAM%20and%20ancestor%20in%20(4711)",
            "/wiki/search?cql=space%20%3D%20TWO%20and%20ancestor%20in%20(8822)",
        ),
        (
            "/wiki/api/v2/spaces/98306/pages",
            "/wiki/api/v2/spaces/98999/pages",
        ),
        (
            "ari:cloud:confluence:x:page/4711",
            "ari:cloud:confluence:x:page/8822",
        ),
        (
            "4711 TEAM /wiki/spaces/TEAMS/pages/04711",
            "4711 TEAM /wiki/spaces/TEAMS/pages/04711",
        ),
    ] {
        text(from, to);
    }
    text(
        &format!("/wiki/x/{} x", tiny(4711)),
        &format!("/wiki/x/{} x", tiny(8822)),
    );
    text(
        &format!("%2Fwiki%2Fx%2F{}", tiny(4711)),
        &format!("%2Fwiki%2Fx%2F{}", tiny(8822)),
    );
    text(
        &format!("/wiki/x/{}", tiny(99)),
        &format!("/wiki/x/{}", tiny(99)),
    );
}

#[test]
fn an_address_moves_to_the_other_site_only_with_what_it_leads_to() {
    for (from, to) in [
        (
            "https://acme.atlassian.net/browse/PROJ-1",
            "https://clone.atlassian.net/browse/CLO-7",
        ),
        (
            "https://acme.atlassian.net/browse/OTHER-1",
            "https://acme.atlassian.net/browse/OTHER-1",
        ),
        (
            "https://acme.atlassian.net/wiki/spaces/OPS/pages/1",
            "https://acme.atlassian.net/wiki/spaces/OPS/pages/1",
        ),
        (
            "https://acme.atlassian.net, https://acme.atlassian.net/wiki",
            "https://clone.atlassian.net, https://clone.atlassian.net/wiki",
        ),
        (
            "https://other.atlassian.net/browse/PROJ-1",
            "https://other.atlassian.net/browse/PROJ-1",
        ),
        (
            "http://127.0.0.1:4000/browse/PROJ-1",
            "http://127.0.0.1:4000/browse/CLO-7",
        ),
    ] {
        text(from, to);
    }
}

#[test]
fn queries_of_jira() {
    let rewriter = map().compile().unwrap();
    for (from, to) in [
        (
            "project = PROJ ORDER BY Rank ASC",
            "project = CLO ORDER BY Rank ASC",
        ),
        (
            "project in (PROJ, \"OTHER\", 10000)  AND  status!=Done",
            "project in (CLO, \"OTHER\", 20000)  AND  status!=Done",
        ),
        (
            "project = proj and \"Epic Link\" = proj-12",
            "project = CLO and \"Epic Link\" = CLO-3",
        ),
        ("project = \"The project\"", "project = \"The clone\""),
        (
            "key in (PROJ-1,PROJ-12) or issue = 10001 or parent = PROJ-12",
            "key in (CLO-7,CLO-3) or issue = 20101 or parent = CLO-3",
        ),
        (
            "issue in linkedIssues(PROJ-1, \"is blocked by\") OR issuekey >= PROJ-12",
            "issue in linkedIssues(CLO-7, \"is blocked by\") OR issuekey >= CLO-3",
        ),
        (
            "fixVersion in (10001, unreleasedVersions(PROJ)) AND component = 10001",
            "fixVersion in (20401, unreleasedVersions(CLO)) AND component = 20501",
        ),
        (
            "sprint = 5 AND sprint not in (openSprints(), 6)",
            "sprint = 55 AND sprint not in (openSprints(), 6)",
        ),
        (
            "filter = 10001 AND NOT (cf[10001] = 10001)",
            "filter = 20301 AND NOT (cf[10001] = 10001)",
        ),
        (
            "status was Open by \"712020:0a1b2c3d-example\" after -5d",
            "status was Open by \"557058:other\" after -5d",
        ),
        (
            "assignee = 712020:0a1b2c3d-example",
            "assignee = \"557058:other\"",
        ),
        (
            "fixVersion was 10001 and fixVersion changed from 10001 to 2",
            "fixVersion was 20401 and fixVersion changed from 20401 to 2",
        ),
        (
            "text ~ \"about PROJ-1 \\\"quoted\\\"\" and summary ~ '/browse/PROJ-12'",
            "text ~ \"about CLO-7 \\\"quoted\\\"\" and summary ~ '/browse/CLO-3'",
        ),
        (
            "priority = 5 and labels = PROJ and id = 5",
            "priority = 5 and labels = PROJ and id = 5",
        ),
        (
            "project = OTHER order by project, fixVersion desc",
            "project = OTHER order by project, fixVersion desc",
        ),
        ("((( = \"open", "((( = \"open"),
        ("", ""),
    ] {
        let out = rewriter.jql(from);
        assert_eq!(out.text, to);
        assert_eq!(rewriter.jql(to).text, to, "twice");
    }
    assert!(matches!(
        rewriter.jql("status = Done").text,
        std::borrow::Cow::Borrowed(_)
    ));
}

#[test]
fn queries_of_confluence() {
    let rewriter = map().compile().unwrap();
    for (from, to) in [
        (
            "space = TEAM and type = page",
            "space = TWO and type = page",
        ),
        (
            "space in (\"TEAM\", \"~712020abc\") and label = 4711",
            "space in (\"TWO\", \"~other\") and label = 4711",
        ),
        (
            "ancestor = 4711 or parent = \"4711\" or id in (4712, 9)",
            "ancestor = 8822 or parent = \"8822\" or id in (8823, 9)",
        ),
        (
            "content = 4711 and space.key = TEAM",
            "content = 8822 and space.key = TWO",
        ),
        (
            "mention in (currentUser(), \"712020:0a1b2c3d-example\")",
            "mention in (currentUser(), \"557058:other\")",
        ),
        (
            "title ~ \"PROJ-1\" order by created",
            "title ~ \"CLO-7\" order by created",
        ),
    ] {
        assert_eq!(rewriter.cql(from).text, to);
        assert_eq!(rewriter.cql(to).text, to, "twice");
    }
}

#[test]
fn documents() {
    let rewriter = map().compile().unwrap();
    let document = |site: &str, key: &str, project: &str, page: &str, media: &str, user: &str| {
        json!({"version": 1, "type": "doc", "content": [
            {"type": "paragraph", "attrs": {"localId": "PROJ-1"}, "content": [
                {"type": "text", "text": format!("See {key}, not APROJ-1 or PROJ-123: 4711.")},
                {"type": "text", "text": "link", "marks": [{"type": "link", "attrs": {
                    "href": format!("https://{site}/wiki/pages/viewpage.action?pageId={page}"),
                    "__confluenceMetadata": {"linkType": "page", "contentId": page}}}]},
                {"type": "inlineCard", "attrs": {"url": format!("https://{site}/browse/{key}")}},
                {"type": "mention", "attrs": {"id": user, "text": "@Somebody", "localId": "x"}},
            ]},
            {"type": "blockCard", "attrs": {"url": format!("https://{site}/issues/?jql=project%3D{project}"), "datasource": {
                "id": "d8b75300-dfda-4519-b6cd-e49abbd50401",
                "parameters": {"cloudId": "x", "jql": format!("project in ({project}) ORDER BY created")},
                "views": [{"type": "table"}]}}},
            {"type": "embedCard", "attrs": {"url": format!("https://{site}/wiki/spaces/OTHER/pages/{page}"), "layout": "wide"}},
            {"type": "extension", "attrs": {"extensionType": "com.atlassian.confluence.macro.core", "extensionKey": "jira",
                "parameters": {"macroParams": {"key": {"value": key}, "jqlQuery": {"value": format!("project in ({project})")}, "serverId": {"value": "s-1"}}}}},
            {"type": "extension", "attrs": {"extensionType": "com.atlassian.confluence.macro.core", "extensionKey": "contentbylabel",
                "parameters": {"macroParams": {"cql": {"value": format!("ancestor in ({page})")}}}}},
            {"type": "mediaSingle", "content": [{"type": "media", "attrs": {"type": "file", "id": media, "collection": format!("contentId-{page}"), "width": 4711}}]},
            {"type": "syncBlock", "attrs": {"resourceId": format!("confluence-page/{page}/b1"), "localId": "l"}},
            {"type": "codeBlock", "attrs": {"language": "sh"}, "content": [{"type": "text", "text": format!("git checkout {key}-x")}]},
        ]})
    };
    let old = document(
        "acme.atlassian.net",
        "PROJ-1",
        "PROJ",
        "4711",
        "6e7c7f2c-dd7a-499c-bceb-6f32bfbf30b5",
        ACCOUNT,
    );
    let new = document(
        "clone.atlassian.net",
        "CLO-7",
        "CLO",
        "8822",
        "00000000-1111-2222-3333-444444444444",
        "557058:other",
    );
    let (out, count) = rewriter.adf(&old);
    assert_eq!(
        serde_json::to_string_pretty(&out).unwrap(),
        serde_json::to_string_pretty(&new).unwrap()
    );
    assert_eq!(count, 19);
    assert_eq!(rewriter.adf(&out), (new.clone(), 0));
    assert_eq!(rewriter.residues_adf(&new), []);
    assert!(rewriter.residues_adf(&old).len() >= 18);
}

#[test]
fn a_mention_of_somebody_who_is_gone_becomes_the_name() {
    let rewriter = map().compile().unwrap();
    let document = json!({"type": "paragraph", "content": [
        {"type": "mention", "attrs": {"id": "gone-account", "text": ""}},
        {"type": "mention", "attrs": {"id": "5b10a2844c20165700ede21g", "text": "@Same"}},
    ]});
    let (out, count) = rewriter.adf(&document);
    assert_eq!(count, 1);
    assert_eq!(
        out["content"][0],
        json!({"type": "text", "text": "@Ana Example"})
    );
    assert_eq!(out["content"][1], document["content"][1]);
    assert_eq!(rewriter.adf(&out), (out.clone(), 0));
}

#[test]
fn code_is_kept_where_that_is_asked_for() {
    let mut map = map();
    map.keep_code(true);
    let rewriter = map.compile().unwrap();
    let document = json!({"type": "doc", "content": [
        {"type": "codeBlock", "content": [{"type": "text", "text": "PROJ-1"}]},
        {"type": "text", "text": "PROJ-1", "marks": [{"type": "code"}]},
        {"type": "text", "text": "PROJ-1"},
    ]});
    let (out, count) = rewriter.adf(&document);
    assert_eq!(count, 1);
    let reasons: Vec<_> = rewriter
        .residues_adf(&out)
        .into_iter()
        .map(|r| r.reason)
        .collect();
    assert_eq!(reasons, [Reason::Code, Reason::Code]);
    let body = "<ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[PROJ-1 ]]></ac:plain-text-body></ac:structured-macro><pre>PROJ-1</pre><p>PROJ-1</p>";
    let out = rewriter.storage(body);
    assert_eq!(out.count, 1);
    assert!(
        out.text.ends_with("<pre>PROJ-1</pre><p>CLO-7</p>"),
        "{}",
        out.text
    );
    let reasons: Vec<_> = rewriter
        .residues_storage(&out.text)
        .into_iter()
        .map(|r| r.reason)
        .collect();
    assert_eq!(reasons, [Reason::Code, Reason::Code]);
}

#[track_caller]
fn storage(from: &str, to: &str) {
    let rewriter = map().compile().unwrap();
    let out = rewriter.storage(from);
    assert_eq!(out.text, to);
    assert_eq!(out.malformed, None);
    assert_eq!(rewriter.storage(to).text, to, "applied twice");
    assert_eq!(rewriter.residues_storage(to), []);
    if from != to {
        assert!(!rewriter.residues_storage(from).is_empty(), "{from}");
    }
}

#[test]
fn storage_format() {
    for (from, to) in [
        (
            "<ac:link><ri:page ri:space-key=\"TEAM\" ri:content-title=\"TEAM &amp; more\" /></ac:link>",
            "<ac:link><ri:page ri:space-key=\"TWO\" ri:content-title=\"TEAM &amp; more\" /></ac:link>",
        ),
        (
            "<ac:link><ri:page ri:content-title='4711'/></ac:link>",
            "<ac:link><ri:page ri:content-title='4711'/></ac:link>",
        ),
        (
            "<ri:blog-post ri:space-key='TEAM' ri:content-title=\"x\"/>",
            "<ri:blog-post ri:space-key='TWO' ri:content-title=\"x\"/>",
        ),
        (
            "<ri:space ri:space-key=\"~712020abc\" />",
            "<ri:space ri:space-key=\"~other\" />",
        ),
        (
            "<ri:content-entity ri:content-id=\"4711\"/>",
            "<ri:content-entity ri:content-id=\"8822\"/>",
        ),
        (
            "<ac:image ac:width=\"4711\"><ri:attachment ri:filename=\"PROJ.png\"><ri:page ri:space-key=\"TEAM\" ri:content-title=\"P\"/></ri:attachment></ac:image>",
            "<ac:image ac:width=\"4711\"><ri:attachment ri:filename=\"PROJ.png\"><ri:page ri:space-key=\"TWO\" ri:content-title=\"P\"/></ri:attachment></ac:image>",
        ),
        (
            "<ac:link><ri:user ri:account-id=\"712020:0a1b2c3d-example\"/></ac:link>",
            "<ac:link><ri:user ri:account-id=\"557058:other\"/></ac:link>",
        ),
        (
            "<p><a href=\"https://acme.atlassian.net/wiki/pages/viewpage.action?a=b&amp;pageId=4711\" data-card-appearance=\"inline\">x &nbsp; PROJ-1&eacute; PROJ-1</a></p>",
            "<p><a href=\"https://clone.atlassian.net/wiki/pages/viewpage.action?a=b&amp;pageId=8822\" data-card-appearance=\"inline\">x &nbsp; PROJ-1&eacute; CLO-7</a></p>",
        ),
        (
            "<a href=\"#\" data-datasource=\"{ &quot;id&quot;:&quot;d&quot;,&quot;parameters&quot;:{&quot;jql&quot;:&quot;project in (PROJ)&quot;}}\">x</a>",
            "<a href=\"#\" data-datasource=\"{ &quot;id&quot;:&quot;d&quot;,&quot;parameters&quot;:{&quot;jql&quot;:&quot;project in (CLO)&quot;}}\">x</a>",
        ),
        (
            "<ac:structured-macro ac:name=\"jira\" ac:macro-id=\"PROJ-1\"><ac:parameter ac:name=\"key\">PROJ-1</ac:parameter><ac:parameter ac:name=\"serverId\">s</ac:parameter></ac:structured-macro>",
            "<ac:structured-macro ac:name=\"jira\" ac:macro-id=\"PROJ-1\"><ac:parameter ac:name=\"key\">CLO-7</ac:parameter><ac:parameter ac:name=\"serverId\">s</ac:parameter></ac:structured-macro>",
        ),
        (
            "<ac:structured-macro ac:name=\"jira\"><ac:parameter ac:name=\"jqlQuery\">project in (PROJ) AND text ~ &quot;a &amp; b&quot; and key=PROJ-12 </ac:parameter></ac:structured-macro>",
            "<ac:structured-macro ac:name=\"jira\"><ac:parameter ac:name=\"jqlQuery\">project in (CLO) AND text ~ &quot;a &amp; b&quot; and key=CLO-3 </ac:parameter></ac:structured-macro>",
        ),
        (
            "<ac:structured-macro ac:name=\"pagetree\"><ac:parameter ac:name=\"root\"><ac:link><ri:page ri:content-title=\"Home\" ri:space-key=\"TEAM\"/></ac:link></ac:parameter></ac:structured-macro>",
            "<ac:structured-macro ac:name=\"pagetree\"><ac:parameter ac:name=\"root\"><ac:link><ri:page ri:content-title=\"Home\" ri:space-key=\"TWO\"/></ac:link></ac:parameter></ac:structured-macro>",
        ),
        (
            "<ac:structured-macro ac:name=\"pagetree\"><ac:parameter ac:name=\"root\">4711</ac:parameter></ac:structured-macro>",
            "<ac:structured-macro ac:name=\"pagetree\"><ac:parameter ac:name=\"root\">8822</ac:parameter></ac:structured-macro>",
        ),
        (
            "<ac:structured-macro ac:name=\"include\"><ac:parameter ac:name=\"\">TEAM:Home</ac:parameter></ac:structured-macro>",
            "<ac:structured-macro ac:name=\"include\"><ac:parameter ac:name=\"\">TWO:Home</ac:parameter></ac:structured-macro>",
        ),
        (
            "<ac:structured-macro ac:name=\"contentbylabel\"><ac:parameter ac:name=\"cql\">label = &quot;x&quot; and space = &quot;TEAM&quot; and ancestor = &quot;4711&quot;</ac:parameter></ac:structured-macro>",
            "<ac:structured-macro ac:name=\"contentbylabel\"><ac:parameter ac:name=\"cql\">label = &quot;x&quot; and space = &quot;TWO&quot; and ancestor = &quot;8822&quot;</ac:parameter></ac:structured-macro>",
        ),
        (
            "<ac:structured-macro ac:name=\"recently-updated\"><ac:parameter ac:name=\"spaces\">OPS,TEAM, @self</ac:parameter></ac:structured-macro>",
            "<ac:structured-macro ac:name=\"recently-updated\"><ac:parameter ac:name=\"spaces\">OPS,TWO, @self</ac:parameter></ac:structured-macro>",
        ),
        (
            "<ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[ if (a && b < c) { \"PROJ-1\" } ]]></ac:plain-text-body></ac:structured-macro>",
            "<ac:structured-macro ac:name=\"code\"><ac:plain-text-body><![CDATA[ if (a && b < c) { \"CLO-7\" } ]]></ac:plain-text-body></ac:structured-macro>",
        ),
        (
            "<ac:adf-extension><ac:adf-node type=\"x\"><ac:adf-attribute key=\"jql\">project in (PROJ)</ac:adf-attribute></ac:adf-node></ac:adf-extension>",
            "<ac:adf-extension><ac:adf-node type=\"x\"><ac:adf-attribute key=\"jql\">project in (CLO)</ac:adf-attribute></ac:adf-node></ac:adf-extension>",
        ),
        (
            "<p>a & b PROJ-12</p><!-- PROJ-12 --><br/>x",
            "<p>a & b CLO-3</p><!-- PROJ-12 --><br/>x",
        ),
    ] {
        storage(from, to);
    }
}

#[test]
fn versions_go_and_links_to_people_who_are_gone_become_their_names() {
    let rewriter = map().compile().unwrap();
    for (from, to) in [
        (
            "<ri:attachment ri:filename=\"a.png\" ri:version-at-save=\"3\" />",
            "<ri:attachment ri:filename=\"a.png\" />",
        ),
        (
            "<p>Ask <ac:link><ri:user ri:account-id=\"gone-account\" /></ac:link>.</p>",
            "<p>Ask @Ana Example.</p>",
        ),
    ] {
        assert_eq!(rewriter.storage(from).text, to);
        assert_eq!(rewriter.residues_storage(from), []);
    }
}

#[test]
fn a_body_that_cant_be_read_is_rewritten_as_text() {
    let rewriter = map().compile().unwrap();
    for body in [
        "<p>PROJ-1",
        "<p>PROJ-1</b>",
        "PROJ-1 <a href=PROJ-1>x</a>",
        "PROJ-1 <![CDATA[",
    ] {
        let out = rewriter.storage(body);
        assert_eq!(out.text, body.replace("PROJ-1", "CLO-7"));
        assert!(out.malformed.is_some());
    }
}
