use super::map;

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
            "<p>a & b CLO-3</p><!-- CLO-3 --><br/>x",
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
