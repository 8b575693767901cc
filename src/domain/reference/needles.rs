//! What a server has to look for to find all that a map may change.

use std::collections::BTreeSet;

use super::context::{CONTEXTS, QUERIES};
use super::form::{Form, forms};
use super::jwt;
use super::kind::ReferenceKind;
use super::leftover::SIGNED_OBJECT;
use super::map::Entry;
use super::pattern::{Index, begins};

/// So many search words at the most are worth a server's while.
const MOST: usize = 64;
/// So many tokens of one kind are looked for one by one; of more, the words that introduce them.
const FEW: usize = 4;
/// Shorter tokens are in nearly every text.
const TELLING: usize = 3;

/// See [`Rewriter::needles`](super::Rewriter::needles).
pub(super) fn needles(entries: &[Entry], index: &Index) -> Option<Vec<String>> {
    let mut all: BTreeSet<String> = BTreeSet::new();
    if index.has(ReferenceKind::ProjectRef) {
        all.insert(jwt::INSIDE.to_owned());
        all.insert(SIGNED_OBJECT.to_owned());
        all.insert(Form::Slashes.write(SIGNED_OBJECT));
    }
    let mut introduced = BTreeSet::new();
    let two_sites = index.has(ReferenceKind::Site);
    for entry in entries.iter().filter(|e| two_sites || e.from != e.to) {
        if entry.kind.is_introduced() {
            introduced.insert(entry.kind);
        } else if let Some(head) = begins(entry) {
            all.insert(head.to_owned());
        } else {
            all.extend(forms(&entry.from).into_iter().map(|(_, text)| text));
        }
        if all.len() > MOST * 8 {
            return None;
        }
    }
    for kind in introduced {
        introducing(kind, index, &mut all);
    }
    // what holds another needle is found by that, in whatever case of letters
    let words: Vec<String> = all.iter().map(|word| word.to_ascii_lowercase()).collect();
    let mut seen = BTreeSet::new();
    all.retain(|word| {
        let lower = word.to_ascii_lowercase();
        let held = words
            .iter()
            .any(|other| *other != lower && lower.contains(other.as_str()));
        !held && seen.insert(lower)
    });
    (all.len() <= MOST).then(|| all.into_iter().collect())
}

fn introducing(kind: ReferenceKind, index: &Index, all: &mut BTreeSet<String>) {
    let few = index.count(kind) <= FEW;
    // a page's short address doesn't show its number, and a personal space's key may be encoded
    let shown = index
        .tokens(kind)
        .all(|token| token.len() >= TELLING && token.bytes().all(|b| b.is_ascii_alphanumeric()));
    let is_content = super::context::CONTENT.contains(&kind);
    if few && shown && !is_content {
        let folded = index.tokens(kind).map(str::to_owned);
        all.extend(folded);
        return;
    }
    for (word, kinds) in CONTEXTS {
        if kinds.contains(&kind) {
            all.insert(core(word).to_owned());
        }
    }
    if is_content {
        all.extend(
            forms(super::context::TINY)
                .into_iter()
                .map(|(_, text)| text),
        );
    }
    all.extend(QUERIES.iter().map(|word| core(word).to_owned()));
}

/// The longest part of a word that is the same in all forms.
fn core(word: &'static str) -> &'static str {
    let parts = word.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    parts.max_by_key(|part| part.len()).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_words_core_is_the_same_in_all_forms() {
        for (word, _) in CONTEXTS {
            let core = core(word);
            assert!(core.len() >= TELLING, "{word}");
            assert!(
                forms(word).iter().all(|(_, text)| text.contains(core)),
                "{word}"
            );
        }
    }

    #[test]
    fn a_whole_clone_has_few_enough_needles() {
        use crate::domain::reference::ReferenceMap;
        use ReferenceKind::*;
        let mut map = ReferenceMap::default();
        map.add(ProjectRef, "abcdefghijklmnopqrst", "zyxwvutsrqponmlkjihg");
        map.add(ProjectUrl, "https://api.acme.example", "https://b.example");
        map.add(Key, "sb_secret_example_1", "sb_secret_example_2");
        map.add(Key, "sb_publishable_example_1", "sb_publishable_example_2");
        map.add(Site, "acme.atlassian.net", "clone.atlassian.net");
        map.add(JiraProject, "PROJ", "CLO");
        map.add(ConfluenceSpace, "TEAM", "TWO");
        for n in 1..=100 {
            let (from, to) = (n.to_string(), (n + 100).to_string());
            map.add(JiraIssue, &format!("PROJ-{n}"), &format!("CLO-{n}"));
            for kind in [
                JiraIssueId,
                JiraAttachment,
                JiraBoard,
                JiraFilter,
                JiraSprint,
                JiraVersion,
                JiraComponent,
                JiraComment,
                JiraWorklog,
                ConfluencePage,
                ConfluenceBlogpost,
                ConfluenceFolder,
                ConfluenceAttachment,
                ConfluenceComment,
                Account,
            ] {
                map.add(kind, &from, &to);
            }
        }
        let rewriter = map.compile().unwrap();
        let needles = rewriter.needles().expect("few enough");
        assert!(needles.len() > 30, "{needles:?}");
    }
}
