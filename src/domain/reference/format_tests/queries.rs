use super::map;

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
