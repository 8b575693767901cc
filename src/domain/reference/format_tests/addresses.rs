//! What stands in running text.

use super::map;
use crate::domain::reference::{Reason, ReferenceKind, ReferenceMap, tiny};

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
        ("/browse/PROJ-99 key=TEAM-4", "/browse/PROJ-99 key=TEAM-4"),
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
    let tiny = |id| tiny::encode(id);
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
        ("appId=x-y&pageId=4711", "appId=x-y&pageId=8822"),
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
fn what_nothing_stands_for_is_said() {
    let rewriter = map().compile().unwrap();
    for (text, reasons) in [
        ("see PROJ-99 and XPROJ-98 PROJ-", vec![Reason::Unresolved]),
        ("/wiki/spaces/TWO/pages/99", vec![Reason::Unresolved]),
        (
            "/wiki/spaces/TWO/pages/8822 /wiki/spaces/OPS/pages/99",
            vec![],
        ),
        (
            "https://acme.atlassian.net/browse/OTHER-1",
            vec![Reason::External],
        ),
        ("https://other.example/browse/PROJ-99", vec![]),
    ] {
        let left: Vec<Reason> = rewriter
            .residues(text)
            .into_iter()
            .map(|r| r.reason)
            .collect();
        assert_eq!(left, reasons, "{text}");
    }
}

#[test]
fn the_same_names_on_two_sites() {
    let mut map = ReferenceMap::default();
    map.add(
        ReferenceKind::Site,
        "acme.atlassian.net",
        "clone.atlassian.net",
    );
    map.add(ReferenceKind::JiraProject, "PROJ", "PROJ");
    map.add(ReferenceKind::JiraIssue, "PROJ-1", "PROJ-1");
    let rewriter = map.compile().unwrap();
    let out =
        rewriter.text("https://acme.atlassian.net/browse/PROJ-1 acme.atlassian.net/browse/X-1");
    assert_eq!(
        out.text,
        "https://clone.atlassian.net/browse/PROJ-1 acme.atlassian.net/browse/X-1"
    );
    assert_eq!((out.count, rewriter.chained()), (1, 0));
    assert!(rewriter.residues("PROJ-1 /projects/PROJ").is_empty());
    assert_eq!(rewriter.jql("project in (PROJ)").count, 0);
}
