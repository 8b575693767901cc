//! Confluence's storage format (<https://confluence.atlassian.com/doc/confluence-storage-format-790796544.html>):
//! a fragment of XHTML with Confluence's own elements, `ac:*` for macros and links and `ri:*` for
//! what they lead to.
//!
//! It's read as a stream of events; what isn't a reference keeps its bytes, also inside a tag.
//! Attributes and macro parameters are rewritten by their name, text as text. So is what stands in
//! `CDATA`, byte by byte (the bodies of code macros only where the map doesn't keep code). A page of
//! the same space, without `ri:space-key`, stays. `ri:version-at-save` goes: versions in the target
//! begin anew; each counts as replaced. A body that can't be read is rewritten as plain text, and the result says why.

mod element;
mod walk;

use super::leftover::{Reason, Residue};
use super::rewriter::Rewriter;
use super::span::{apply, untangle};
use super::text::Rewritten;

impl Rewriter {
    /// A body with every reference to the source replaced.
    pub fn storage<'t>(&self, body: &'t str) -> Rewritten<'t> {
        if self.is_empty() {
            return Rewritten::unchanged(body);
        }
        match walk::walk(self, body) {
            Ok(mut found) => {
                untangle(&mut found.spans);
                apply(body, &found.spans)
            }
            Err(why) => Rewritten {
                malformed: Some(why),
                ..self.text(body)
            },
        }
    }

    /// What in a body, which was rewritten, still names the source.
    pub fn residues_storage(&self, body: &str) -> Vec<Residue> {
        let Ok(found) = walk::walk(self, body) else {
            return self.residues(body);
        };
        let spans = found.spans.iter().filter(|span| !found.is_absent(span));
        let mut out: Vec<Residue> = spans.filter_map(|span| self.missed(span)).collect();
        out.extend(found.kept.iter().map(|span| Residue {
            at: span.start,
            names: self.names(span),
            reason: Reason::Code,
        }));
        let others = self.residues(body).into_iter();
        out.extend(others.filter(|r| r.reason != Reason::NotRewritten));
        out.sort_by_key(|residue| residue.at);
        out
    }
}
