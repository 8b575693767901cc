//! What a named value is: an attribute, a macro's parameter, a member of a smart link's data.

use super::context::{CONTENT, ISSUE, PROJECT, SPACE};
use super::decoded::Decoded;
use super::kind::ReferenceKind::{self, *};
use super::query::Language;
use super::rewriter::Rewriter;
use super::span::{Span, untangle};

/// How a value is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Text,
    Query(Language),
    /// The whole value is one token of these kinds.
    One(&'static [ReferenceKind]),
    /// Tokens of these kinds with commas or blanks between.
    List(&'static [ReferenceKind]),
    /// `SPACE:Title`, or a number.
    Page,
    /// A resource's name that has a page's number in it.
    Resource,
    /// JSON, as text.
    Json,
}

impl How {
    /// A value by its name: of an attribute, a member, or a macro's parameter.
    pub fn named(name: &str) -> How {
        let plain: String = name
            .rsplit(':')
            .next()
            .unwrap_or(name)
            .chars()
            .filter(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        match plain.as_str() {
            "jql" | "jqlquery" => How::Query(Language::Jql),
            "cql" => How::Query(Language::Cql),
            "spaces" | "spacekeys" => How::List(SPACE),
            "space" | "spacekey" | "spaceid" => How::One(SPACE),
            "contentid" | "pageid" | "ancestorid" | "parentid" | "parentpageid" | "blogpostid"
            | "folderid" | "rootid" | "entityid" | "contextid" | "containerid" => How::One(CONTENT),
            "page" | "root" | "parent" => How::Page,
            "issuekey" | "issueid" | "issue" => How::One(ISSUE),
            "projectkey" | "projectid" => How::One(PROJECT),
            "boardid" | "rapidviewid" => How::One(&[JiraBoard]),
            "filterid" => How::One(&[JiraFilter]),
            "sprintid" => How::One(&[JiraSprint]),
            "versionid" => How::One(&[JiraVersion]),
            "componentid" => How::One(&[JiraComponent]),
            "attachmentid" => How::One(&[JiraAttachment, ConfluenceAttachment]),
            "commentid" => How::One(&[JiraComment, ConfluenceComment]),
            "accountid" | "userkey" => How::One(&[Account]),
            "resourceid" => How::Resource,
            "datadatasource" => How::Json,
            _ => How::Text,
        }
    }

    /// A parameter of a macro.
    pub fn parameter(of: &str, name: &str) -> How {
        match (of, name) {
            ("jira" | "jiraissues", "key") => How::One(ISSUE),
            ("include" | "excerpt-include", "") => How::Page,
            _ => How::named(name),
        }
    }
}

impl Rewriter {
    /// What in a value is to be replaced, read in its way.
    pub(super) fn read(&self, how: How, value: &str) -> Vec<Span> {
        let mut spans = match how {
            How::Text => return self.find(value),
            How::Query(language) => return self.query(language, value),
            How::Json => return self.in_json(value),
            How::One(kinds) => self
                .whole(kinds, value, 0, value.len())
                .into_iter()
                .collect(),
            How::List(kinds) => self.each(kinds, value, [',', ';', ' ', '\n']),
            How::Page => self.page(value),
            How::Resource => self.each(CONTENT, value, ['/', ':', '-', '#']),
        };
        spans.extend(self.find(value));
        untangle(&mut spans);
        spans
    }

    /// A token that is all of these bytes but for the blanks around it.
    fn whole(
        &self,
        kinds: &[ReferenceKind],
        value: &str,
        start: usize,
        end: usize,
    ) -> Option<Span> {
        let part = value.get(start..end)?;
        let token = part.trim();
        let start = start + (part.len() - part.trim_start().len());
        let n = kinds.iter().find_map(|kind| self.index.get(*kind, token))?;
        let to = self.entries.get(n)?.to.clone();
        (to != token).then(|| Span {
            start,
            end: start + token.len(),
            to,
            entry: Some(n),
        })
    }

    fn each<const N: usize>(
        &self,
        kinds: &[ReferenceKind],
        value: &str,
        between: [char; N],
    ) -> Vec<Span> {
        let mut out = Vec::new();
        let mut start = 0;
        for part in value.split(between) {
            out.extend(self.whole(kinds, value, start, start + part.len()));
            start += part.len() + 1;
        }
        out
    }

    fn page(&self, value: &str) -> Vec<Span> {
        if let Some(span) = self.whole(CONTENT, value, 0, value.len()) {
            return vec![span];
        }
        let colon = value.find(':').unwrap_or_default();
        self.whole(SPACE, value, 0, colon).into_iter().collect()
    }

    /// JSON's strings, each read by its member's name.
    fn in_json(&self, json: &str) -> Vec<Span> {
        let mut out = Vec::new();
        let mut name = String::new();
        let mut at = 0;
        while let Some(open) = json.get(at..).and_then(|rest| rest.find('"')) {
            let start = at + open + 1;
            let end = start + super::json::literal_length(&json[start..], '"');
            let decoded = Decoded::of(&json[start..end], &['\\'], super::json::json_escape);
            at = end + 1;
            if json
                .get(at..)
                .is_some_and(|rest| rest.trim_start().starts_with(':'))
            {
                name.clone_from(&decoded.text);
                continue;
            }
            for mut span in self.read(How::named(&name), &decoded.text) {
                span.start = start + decoded.written(span.start);
                span.end = start + decoded.written(span.end);
                span.to = super::json::escaped(&span.to);
                out.push(span);
            }
        }
        out
    }
}
