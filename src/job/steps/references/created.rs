//! What a clone's steps created in Jira and Confluence, as pairs for the map.

use crate::domain::reference::{ReferenceKind, ReferenceMap};
use crate::job::steps::sites;
use crate::registry::journal::{JournalEntry, JournalState};

/// Adds every pair that the journal knows. What was only planned, or undone, has no name yet.
pub fn add(map: &mut ReferenceMap, journal: &[JournalEntry]) {
    for entry in journal {
        let Some(kind) = kind(&entry.provider, &entry.kind) else {
            continue;
        };
        if let (JournalState::Created, Some(target)) = (entry.state, &entry.target_id) {
            map.add(kind, &entry.source_id, target);
        }
    }
}

/// Whether the journal's entry says what something of the source is in the target.
pub fn is_pair(entry: &JournalEntry) -> bool {
    entry.state == JournalState::Created
        && entry.target_id.is_some()
        && kind(&entry.provider, &entry.kind).is_some()
}

/// What a journal's word for a thing means in the map.
fn kind(provider: &str, kind: &str) -> Option<ReferenceKind> {
    Some(match (provider, kind) {
        ("jira", "project") => ReferenceKind::JiraProject,
        ("jira", "project-id") => ReferenceKind::JiraProjectId,
        ("jira", "project-name") => ReferenceKind::JiraProjectName,
        ("jira", "issue") => ReferenceKind::JiraIssueId,
        ("jira", "issue-key") => ReferenceKind::JiraIssue,
        ("jira", "attachment") => ReferenceKind::JiraAttachment,
        ("jira", "media") => ReferenceKind::JiraMedia,
        ("jira", "board") => ReferenceKind::JiraBoard,
        ("jira", "filter") => ReferenceKind::JiraFilter,
        ("jira", "sprint") => ReferenceKind::JiraSprint,
        ("jira", "version") => ReferenceKind::JiraVersion,
        ("jira", "component") => ReferenceKind::JiraComponent,
        ("jira", "comment") => ReferenceKind::JiraComment,
        ("jira", "worklog") => ReferenceKind::JiraWorklog,
        ("confluence", "space") => ReferenceKind::ConfluenceSpace,
        ("confluence", "space-id") => ReferenceKind::ConfluenceSpaceId,
        ("confluence", "page") => ReferenceKind::ConfluencePage,
        ("confluence", "blogpost") => ReferenceKind::ConfluenceBlogpost,
        ("confluence", "folder") => ReferenceKind::ConfluenceFolder,
        ("confluence", "attachment") => ReferenceKind::ConfluenceAttachment,
        // one service keeps the files of both
        ("confluence", "media") => ReferenceKind::JiraMedia,
        ("confluence", "comment") => ReferenceKind::ConfluenceComment,
        (sites::PROVIDER, sites::CLOUD) => ReferenceKind::Cloud,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(provider: &str, kind: &str, source: &str, target: Option<&str>) -> JournalEntry {
        JournalEntry {
            seq: 1,
            provider: provider.into(),
            kind: kind.into(),
            source_id: source.into(),
            target_id: target.map(str::to_owned),
            state: JournalState::Created,
        }
    }

    #[test]
    fn every_kind_keeps_its_own_numbers() {
        let mut undone = entry("jira", "issue-key", "PROJ-9", Some("CLO-9"));
        undone.state = JournalState::Undone;
        let journal = [
            entry("jira", "project", "PROJ", Some("CLO")),
            entry("jira", "issue", "10001", Some("10501")),
            entry("jira", "issue-key", "PROJ-1", Some("CLO-4")),
            entry("jira", "attachment", "10001", Some("10601")),
            entry("confluence", "page", "10001", Some("10701")),
            entry("supabase", "project", "10001", Some("10801")),
            entry("jira", "issue-key", "PROJ-2", None),
            undone,
        ];
        let mut map = ReferenceMap::default();
        add(&mut map, &journal);
        assert_eq!(map.len(), 5);
        let rewriter = map.compile().unwrap();
        for (text, expected) in [
            ("PROJ-1 PROJ-2 PROJ-9", "CLO-4 PROJ-2 PROJ-9"),
            ("/rest/api/3/issue/10001", "/rest/api/3/issue/10501"),
            (
                "/secure/attachment/10001/a.png",
                "/secure/attachment/10601/a.png",
            ),
            ("/wiki/spaces/X/pages/10001", "/wiki/spaces/X/pages/10701"),
            ("10001", "10001"),
        ] {
            assert_eq!(rewriter.text(text).text, expected);
        }
    }
}
