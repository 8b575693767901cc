//! What still names the source after the second pass, and why.

use serde::{Deserialize, Serialize};

use super::boundary;
use super::rewriter::Rewriter;
use super::span::Span;

/// In the address of every stored object that was signed for a while.
pub(super) const SIGNED_OBJECT: &str = "/object/sign/";

/// Why something still names the source.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "why", content = "detail")]
pub enum Reason {
    /// It could have been replaced, and wasn't: nothing explains it.
    NotRewritten,
    LongerWord,
    OtherCase,
    /// A token that the source's project signed for a person or a purpose of its own.
    SignedToken,
    /// An address with a signature that only the source accepts.
    SignedAddress,
    /// Bytes, not text.
    Binary,
    /// A column type that Matriz doesn't rewrite, by its name.
    ColumnType(String),
    /// Computed by the database from other columns.
    Computed,
    /// Code and comments are people's to change; the kind of object.
    Definition(String),
    /// It leads to something of the source's site that isn't a part of the clone.
    External,
    /// It's of the source, and nothing in the clone stands for it.
    Unresolved,
    /// Code in a page or an issue, which stays as it is where that was asked for.
    Code,
    /// A record of what was done, which stays as it was.
    History,
    /// It couldn't be looked through, in the database's words: nobody knows what it names.
    Unreadable(String),
    /// The login may not change it.
    NotAllowed,
    /// The database refused the new value, in its own words.
    Refused(String),
}

impl Reason {
    /// A few words after "because".
    pub fn words(&self) -> String {
        match self {
            Reason::NotRewritten => "it wasn't rewritten".into(),
            Reason::LongerWord => "it's inside a longer word".into(),
            Reason::OtherCase => "it's written in another case".into(),
            Reason::SignedToken => {
                "a token that the source signed can't be made here: ask the clone for a new one"
                    .into()
            }
            Reason::SignedAddress => {
                "its signature is the source's: sign the object's address anew".into()
            }
            Reason::Binary => "binary column".into(),
            Reason::ColumnType(name) => format!("column of type {name}"),
            Reason::Computed => "computed by the database".into(),
            Reason::Definition(kind) => format!("{kind}: change it yourself"),
            Reason::External => "it leads to something outside of what was cloned".into(),
            Reason::Unresolved => "nothing in the clone stands for it".into(),
            Reason::Code => "code stays as it was written".into(),
            Reason::History => "a record of what was done stays as it was".into(),
            Reason::Unreadable(why) => format!("it can't be looked through: {why}"),
            Reason::NotAllowed => "the login may not change it".into(),
            Reason::Refused(why) => format!("the value can't be changed: {why}"),
        }
    }

    pub fn is_explained(&self) -> bool {
        *self != Reason::NotRewritten
    }
}

/// A place inside one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Residue {
    /// In bytes.
    pub at: usize,
    /// Which of the source's names stands there, by its label: never the value of a secret.
    pub names: String,
    pub reason: Reason,
}

/// A place in the target that still names the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// `.env:12`, `public.posts.body`, `function public.notify()`.
    pub place: String,
    /// The row's primary key, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    pub names: String,
    #[serde(flatten)]
    pub reason: Reason,
}

impl Leftover {
    /// One line for a person.
    pub fn line(&self) -> String {
        if let Reason::Unreadable(why) = &self.reason {
            return format!("{} can't be looked through: {why}", self.place);
        }
        let row = self
            .row
            .as_ref()
            .map_or(String::new(), |r| format!(" ({r})"));
        format!(
            "{}{row} names the source's {}: {}",
            self.place,
            self.names,
            self.reason.words()
        )
    }
}

impl Rewriter {
    /// Where `text`, which was rewritten, still names the source; at most one for each token.
    pub fn residues(&self, text: &str) -> Vec<Residue> {
        let searched = self.search(text, true);
        let found = searched.spans;
        let mut out: Vec<Residue> = found.iter().filter_map(|f| self.missed(f)).collect();
        let inside = |at: usize| {
            let before = found.partition_point(|f| f.start <= at);
            let last = before.checked_sub(1).and_then(|n| found.get(n));
            last.is_some_and(|f| at < f.end)
        };
        for hit in self.telling.find_iter(text) {
            let n = self.telling_entries.get(hit.pattern().as_usize());
            let Some(entry) = n.and_then(|n| self.entries.get(*n)) else {
                continue;
            };
            if inside(hit.start()) {
                continue;
            }
            let same = text.get(hit.range()) == Some(entry.from.as_str());
            out.push(Residue {
                at: hit.start(),
                names: entry.label.clone(),
                reason: if same {
                    Reason::LongerWord
                } else {
                    Reason::OtherCase
                },
            });
        }
        for token in self.tokens(text) {
            if !inside(token.start) {
                out.push(Residue {
                    at: token.start,
                    names: "project ref".into(),
                    reason: Reason::SignedToken,
                });
            }
        }
        out.extend(searched.stays);
        out.extend(self.signed_addresses(text));
        out.sort_by_key(|residue| residue.at);
        out
    }

    /// What could have been replaced; a name that is the target's as well says nothing.
    pub(super) fn missed(&self, span: &Span) -> Option<Residue> {
        if span.entry.is_some_and(|n| self.is_targets(n)) {
            return None;
        }
        Some(Residue {
            at: span.start,
            names: self.names(span),
            reason: Reason::NotRewritten,
        })
    }

    /// Addresses of stored objects that were signed by the source, now on the target's host.
    fn signed_addresses<'a>(&'a self, text: &'a str) -> impl Iterator<Item = Residue> + 'a {
        let ours = |word: &str| self.owners.iter().any(|name| word.contains(name));
        text.match_indices(SIGNED_OBJECT)
            .filter(move |(at, _)| {
                let tail = &text[*at..];
                let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | ')');
                let address = &tail[..tail.find(ends).unwrap_or(tail.len())];
                address.contains("token=") && ours(boundary::word_before(&text[..*at]))
            })
            .map(|(at, _)| Residue {
                at,
                names: "signature".into(),
                reason: Reason::SignedAddress,
            })
    }
}
