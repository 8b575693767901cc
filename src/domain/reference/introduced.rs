//! Tokens that count only after a word that says what they are.

use super::boundary;
use super::context::{self, CONTENT, CONTEXTS};
use super::form::Form;
use super::kind::ReferenceKind;
use super::leftover::{Reason, Residue};
use super::rewriter::Rewriter;
use super::span::Span;
use super::tiny;
use super::token;

impl Rewriter {
    /// The token after a word that says what it is; after a preview's page, also its attachment.
    pub(super) fn introduced(
        &self,
        n: usize,
        form: Form,
        text: &str,
        word: usize,
        start: usize,
    ) -> Vec<Span> {
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
                // the beginning of an issue's key, of a project that may be called as the space is
                let is_key_of_issue = matches!(
                    kind,
                    ReferenceKind::JiraProject | ReferenceKind::ConfluenceSpace
                ) && token::is_numbered(&text[end..]);
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
    pub(super) fn short_address(&self, text: &str, start: usize) -> Option<Span> {
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

    /// The page after such a word where nothing in the map stands for it although it's said to be in
    /// the target's space: it was left out of the clone, or is gone.
    pub(super) fn unresolved_page(&self, n: usize, text: &str, start: usize) -> Option<Residue> {
        let (_, kinds) = CONTEXTS.get(n)?;
        if *kinds != CONTENT {
            return None;
        }
        let token = text.get(start..start + token::digits(text, start))?;
        let known = |kind: &ReferenceKind| {
            self.index.get(*kind, token).is_some() || self.is_a_target(*kind, token)
        };
        if token.is_empty() || CONTENT.iter().any(known) {
            return None;
        }
        let address = boundary::word_before(&text[..start]);
        let space = address.rfind("/spaces/")? + "/spaces/".len();
        let (_, space) = token::candidates(address, space).into_iter().next()?;
        self.is_a_target(ReferenceKind::ConfluenceSpace, &space)
            .then(|| Residue {
                at: start,
                names: ReferenceKind::ConfluencePage.word().into(),
                reason: Reason::Unresolved,
            })
    }

    /// The key of an issue of the source's project that nothing in the map stands for.
    pub(super) fn unresolved_issue(&self, text: &str, start: usize, end: usize) -> Option<Residue> {
        let kind = ReferenceKind::JiraIssue;
        let token = text.get(start..end)?;
        let open = token.ends_with(|c: char| c.is_ascii_digit())
            && self.index.get(kind, token).is_none()
            && !self.is_a_target(kind, token)
            && boundary::stands_alone(kind, text, start, end)
            && self.is_at_home(&text[..start]);
        open.then(|| Residue {
            at: start,
            names: kind.word().into(),
            reason: Reason::Unresolved,
        })
    }
}
