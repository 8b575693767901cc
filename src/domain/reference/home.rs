//! Whose address a token stands in.

use super::boundary;
use super::kind::ReferenceKind;
use super::leftover::{Reason, Residue};
use super::rewriter::Rewriter;
use super::span::Span;

impl Rewriter {
    /// The site's address goes with what it's the address of: it stays where it leads to something
    /// that isn't in the map. Gives what stays.
    pub(super) fn leave_others(&self, text: &str, found: &mut Vec<Span>) -> Vec<Residue> {
        let mut left = Vec::new();
        let is_site = |span: &Span| {
            let entry = span.entry.and_then(|n| self.entries.get(n));
            entry.is_some_and(|e| e.kind == ReferenceKind::Site)
        };
        if !self.index.has(ReferenceKind::Site) || !found.iter().any(is_site) {
            return left;
        }
        let starts: Vec<usize> = found
            .iter()
            .filter(|f| !is_site(f))
            .map(|f| f.start)
            .collect();
        found.retain(|span| {
            if !is_site(span) {
                return true;
            }
            let end = span.end + boundary::address_length(&text[span.end..]);
            let next = starts.partition_point(|start| *start < span.end);
            let names_ours = starts.get(next).is_some_and(|start| *start < end);
            let goes = names_ours || !self.somewhere.is_match(&text[span.end..end]);
            if !goes {
                left.push(Residue {
                    at: span.start,
                    names: self.names(span),
                    reason: Reason::External,
                });
            }
            goes
        });
        left
    }

    /// Whether the address that runs up to here names a source's project.
    pub(super) fn is_in_company(&self, head: &str) -> bool {
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
