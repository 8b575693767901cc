//! Where a text names the source.

use super::boundary;
use super::context::{self, CONTEXTS};
use super::form::Form;
use super::kind::ReferenceKind;
use super::pattern::Pattern;
use super::rewriter::Rewriter;
use super::span::{Span, untangle};
use super::tiny;
use super::token;

impl Rewriter {
    /// Non-overlapping places from left to right; where two begin at one place, the longer wins.
    pub(super) fn find(&self, text: &str) -> Vec<Span> {
        let mut found: Vec<Span> = Vec::new();
        for hit in self.finder.find_overlapping_iter(text) {
            let (start, end) = (hit.start(), hit.end());
            match self.patterns.get(hit.pattern().as_usize()) {
                Some(Pattern::Token(n, form)) => {
                    found.extend(self.anywhere(*n, *form, text, start, end))
                }
                Some(Pattern::IssueKey) => {
                    let digits = text[end..].bytes().take_while(u8::is_ascii_digit).count();
                    let kinds = &[ReferenceKind::JiraIssue];
                    found.extend(self.at(kinds, Form::Plain, text, start, end + digits));
                }
                Some(Pattern::Uuid) => {
                    let end = start + token::UUID_LENGTH;
                    let kinds = &[ReferenceKind::JiraMedia, ReferenceKind::Cloud];
                    found.extend(self.at(kinds, Form::Plain, text, start, end));
                }
                Some(Pattern::Word(n, form)) => {
                    found.extend(self.introduced(*n, *form, text, start, end))
                }
                Some(Pattern::Tiny) => found.extend(self.short_address(text, end)),
                Some(Pattern::Query(language, depth))
                    if boundary::begins_word(text, start) && self.is_at_home(&text[..end]) =>
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
        self.leave_others(text, &mut found);
        found
    }

    /// A token that counts wherever it stands alone.
    fn anywhere(&self, n: usize, form: Form, text: &str, start: usize, end: usize) -> Option<Span> {
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
    fn at(
        &self,
        kinds: &[ReferenceKind],
        form: Form,
        text: &str,
        start: usize,
        end: usize,
    ) -> Option<Span> {
        let token = text.get(start..end)?;
        let n = kinds.iter().find_map(|kind| self.index.get(*kind, token))?;
        self.anywhere(n, form, text, start, end)
    }

    /// The token after a word that says what it is; after a preview's page, also its attachment.
    fn introduced(&self, n: usize, form: Form, text: &str, word: usize, start: usize) -> Vec<Span> {
        let Some((name, kinds)) = CONTEXTS.get(n) else {
            return Vec::new();
        };
        if !boundary::begins_word(text, word) {
            return Vec::new();
        }
        let start = match *name {
            "/blog/" => token::after_date(text, start),
            "preview=" => start + token::slash(text, start),
            _ => start,
        };
        let wiki = context::is_wiki(boundary::word_before(&text[..start]));
        let mut kinds = kinds.to_vec();
        kinds.sort_by_key(|kind| kind.is_of_confluence() != wiki);
        let mut found = self.of_kinds(&kinds, form, text, start);
        if *name == "preview=" {
            let page = start + token::digits(text, start);
            let file = page + token::slash(text, page);
            let kinds = [ReferenceKind::ConfluenceAttachment];
            if file > page {
                found.extend(self.of_kinds(&kinds, form, text, file));
            }
        }
        found
    }

    fn of_kinds(&self, kinds: &[ReferenceKind], form: Form, text: &str, start: usize) -> Vec<Span> {
        for (end, token) in token::candidates(text, start) {
            for kind in kinds {
                let is_key_of_issue =
                    *kind == ReferenceKind::JiraProject && token::is_numbered(&text[end..]);
                let found = self.numbered(*kind, &token).filter(|_| !is_key_of_issue);
                let span = found.and_then(|n| self.anywhere(n, form, text, start, end));
                let Some(mut span) = span else {
                    continue;
                };
                if !token.starts_with("att")
                    && let Some(number) = span.to.strip_prefix("att")
                    && *kind == ReferenceKind::ConfluenceAttachment
                {
                    span.to = number.to_owned();
                }
                return vec![span];
            }
        }
        Vec::new()
    }

    /// The entry of a token. An attachment's may be written without its prefix.
    fn numbered(&self, kind: ReferenceKind, token: &str) -> Option<usize> {
        let found = self.index.get(kind, token);
        match kind {
            ReferenceKind::ConfluenceAttachment => {
                found.or_else(|| self.index.get(kind, &format!("att{token}")))
            }
            _ => found,
        }
    }

    /// A page's short name, of a page or anything else below `/pages/`.
    fn short_address(&self, text: &str, start: usize) -> Option<Span> {
        let length = text[start..]
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
            .count();
        let end = start + length;
        let number = tiny::decode(text.get(start..end)?)?.to_string();
        let n = context::CONTENT
            .iter()
            .find_map(|kind| self.index.get(*kind, &number))?;
        let to = self.entries.get(n)?.to.parse().ok()?;
        self.is_at_home(&text[..start]).then(|| Span {
            start,
            end,
            to: tiny::encode(to),
            entry: Some(n),
        })
    }

    /// The site's address goes with what it's the address of: it stays where it leads to something
    /// that isn't in the map.
    fn leave_others(&self, text: &str, found: &mut Vec<Span>) {
        let is_site = |span: &Span| {
            let entry = span.entry.and_then(|n| self.entries.get(n));
            entry.is_some_and(|e| e.kind == ReferenceKind::Site)
        };
        if !self.index.has(ReferenceKind::Site) || !found.iter().any(is_site) {
            return;
        }
        let starts: Vec<usize> = found
            .iter()
            .filter(|f| !is_site(f))
            .map(|f| f.start)
            .collect();
        found.retain(|span| {
            let end = span.end + boundary::address_length(&text[span.end..]);
            let next = starts.partition_point(|start| *start < span.end);
            let names_ours = starts.get(next).is_some_and(|start| *start < end);
            !is_site(span) || names_ours || !self.leads_somewhere(&text[span.end..end])
        });
    }

    /// Whether the rest of an address names one thing of the site.
    fn leads_somewhere(&self, rest: &str) -> bool {
        CONTEXTS.iter().any(|(word, _)| {
            !word.contains(' ')
                && [Form::Plain, Form::PercentUpper, Form::Slashes]
                    .iter()
                    .any(|form| rest.contains(&form.write(word)))
        })
    }

    /// JSON web tokens of the source's projects.
    pub(super) fn tokens(&self, text: &str) -> Vec<super::jwt::Token> {
        if self.projects.is_empty() {
            return Vec::new();
        }
        super::jwt::find(text, |project| self.projects.contains(project))
    }

    /// Whether the address that runs up to here names a source's project.
    fn is_in_company(&self, head: &str) -> bool {
        let word = boundary::word_before(head);
        self.company.iter().any(|name| word.contains(name))
    }

    /// Whether this isn't in an address of somebody else's site.
    pub(super) fn is_at_home(&self, head: &str) -> bool {
        self.sites.is_empty()
            || boundary::host_around(head)
                .is_none_or(|host| self.sites.contains(&host) || boundary::is_this_machine(&host))
    }
}
