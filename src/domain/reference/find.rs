//! Where a text names the source.

use super::boundary;
use super::form::Form;
use super::kind::ReferenceKind;
use super::leftover::Residue;
use super::pattern::Pattern;
use super::rewriter::Rewriter;
use super::span::{Span, untangle};
use super::token;

/// What a text has in it.
pub(super) struct Searched {
    /// Non-overlapping places from left to right.
    pub spans: Vec<Span>,
    /// What is of the source, and stays, because there is nothing to put in its place.
    pub stays: Vec<Residue>,
}

impl Rewriter {
    /// Non-overlapping places from left to right; where two begin at one place, the longer wins.
    pub(super) fn find(&self, text: &str) -> Vec<Span> {
        self.search(text, true).spans
    }

    /// With or without queries inside addresses: a query's own texts are looked through without, so
    /// that none can be nested endlessly.
    pub(super) fn search(&self, text: &str, queries: bool) -> Searched {
        let mut found: Vec<Span> = Vec::new();
        let mut stays: Vec<Residue> = Vec::new();
        for hit in self.finder.find_overlapping_iter(text) {
            let (start, end) = (hit.start(), hit.end());
            match self.patterns.get(hit.pattern().as_usize()) {
                Some(Pattern::Token(n, form)) => {
                    found.extend(self.anywhere(*n, *form, text, start, end));
                }
                Some(Pattern::IssueKey) => {
                    let end = end + token::digits(text, end);
                    let kinds = &[ReferenceKind::JiraIssue];
                    found.extend(self.at(kinds, text, start, end));
                    stays.extend(self.unresolved_issue(text, start, end));
                }
                Some(Pattern::Uuid) => {
                    let end = start + token::UUID_LENGTH;
                    let kinds = &[ReferenceKind::JiraMedia, ReferenceKind::Cloud];
                    found.extend(self.at(kinds, text, start, end));
                }
                Some(Pattern::Word(n, form)) => {
                    found.extend(self.introduced(*n, *form, text, start, end));
                    stays.extend(self.unresolved_page(*n, text, end));
                }
                Some(Pattern::Tiny) => found.extend(self.short_address(text, end)),
                Some(Pattern::Query(language, depth))
                    if queries
                        && boundary::begins_word(text, start)
                        && self.is_at_home(&text[..end]) =>
                {
                    found.extend(self.query_in_address(*language, *depth, text, end));
                }
                Some(Pattern::Query(..)) | None => {}
            }
        }
        for token in self.tokens(text) {
            if let Some(key) = token.role.and_then(|role| self.legacy.get(&role)) {
                found.push(Span {
                    start: token.start,
                    end: token.end,
                    to: key.clone(),
                    entry: None,
                });
            }
        }
        untangle(&mut found);
        stays.extend(self.leave_others(text, &mut found));
        // what has the same name on both sites only says whose address it is
        found.retain(|span| text.get(span.start..span.end) != Some(span.to.as_str()));
        Searched {
            spans: found,
            stays,
        }
    }

    /// A token that counts wherever it stands alone.
    pub(super) fn anywhere(
        &self,
        n: usize,
        form: Form,
        text: &str,
        start: usize,
        end: usize,
    ) -> Option<Span> {
        let entry = self.entries.get(n)?;
        let (head, tail) = (&text[..start], &text[end..]);
        let counts = boundary::stands_alone(entry.kind, text, start, end)
            && (entry.kind != ReferenceKind::Schema || boundary::qualifies(head, tail))
            && (!entry.kind.needs_company(&entry.from) || self.is_in_company(head))
            && (!entry.kind.is_of_a_site() || entry.kind.is_uuid() || self.is_at_home(head));
        counts.then(|| Span {
            start,
            end,
            to: form.write(&entry.to),
            entry: Some(n),
        })
    }

    /// The token in these bytes, if it's one of these kinds.
    fn at(&self, kinds: &[ReferenceKind], text: &str, start: usize, end: usize) -> Option<Span> {
        let token = text.get(start..end)?;
        let n = kinds.iter().find_map(|kind| self.index.get(*kind, token))?;
        self.anywhere(n, Form::Plain, text, start, end)
    }

    /// JSON web tokens of the source's projects.
    pub(super) fn tokens(&self, text: &str) -> Vec<super::jwt::Token> {
        if self.projects.is_empty() {
            return Vec::new();
        }
        super::jwt::find(text, |project| self.projects.contains(project))
    }
}
