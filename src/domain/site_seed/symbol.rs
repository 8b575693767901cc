//! Names in a seed's text that stand for what doesn't exist yet.
//!
//! | symbol | becomes |
//! |---|---|
//! | `{issue:cold-chain}` | the issue's key |
//! | `{issue-id:cold-chain}` | its id |
//! | `{issue-url:cold-chain}` | its address |
//! | `{page:Manual de campo}` | the page's id |
//! | `{page-url:Manual de campo}` | its address |
//! | `{media:mapa.svg}` | the medium of a file on the same issue |
//! | `{file-url:fotos/mapa.png}` | the address of a file in a public bucket |
//! | `{project}` `{space}` `{site}` `{me}` | the project's key, the space's key, the site's address, the account's id |
//!
//! Any other braces are text.

/// What a symbol asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Asks {
    IssueKey,
    IssueId,
    IssueUrl,
    PageId,
    PageUrl,
    Media,
    FileUrl,
    Project,
    Space,
    Site,
    Me,
}

impl Asks {
    fn of(word: &str, named: bool) -> Option<Asks> {
        Some(match (word, named) {
            ("issue", true) => Asks::IssueKey,
            ("issue-id", true) => Asks::IssueId,
            ("issue-url", true) => Asks::IssueUrl,
            ("page", true) => Asks::PageId,
            ("page-url", true) => Asks::PageUrl,
            ("media", true) => Asks::Media,
            ("file-url", true) => Asks::FileUrl,
            ("project", false) => Asks::Project,
            ("space", false) => Asks::Space,
            ("site", false) => Asks::Site,
            ("me", false) => Asks::Me,
            _ => return None,
        })
    }

    pub fn is_issue(self) -> bool {
        matches!(self, Asks::IssueKey | Asks::IssueId | Asks::IssueUrl)
    }

    pub fn is_page(self) -> bool {
        matches!(self, Asks::PageId | Asks::PageUrl)
    }
}

/// A symbol in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Symbol<'a> {
    pub asks: Asks,
    /// Empty where it needs none.
    pub name: &'a str,
    start: usize,
    end: usize,
}

/// The symbols of a text, in order.
pub fn symbols(text: &str) -> impl Iterator<Item = Symbol<'_>> {
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(open) = text.get(from..)?.find('{').map(|at| from + at) {
            from = open + 1;
            let close = from + text.get(from..)?.find('}')?;
            let inside = text.get(from..close)?;
            let (word, name) = match inside.split_once(':') {
                Some((word, name)) => (word, Some(name)),
                None => (inside, None),
            };
            if name.is_some_and(|name| name.is_empty() || name.contains(['{', '\n'])) {
                continue;
            }
            if let Some(asks) = Asks::of(word, name.is_some()) {
                from = close + 1;
                return Some(Symbol {
                    asks,
                    name: name.unwrap_or_default(),
                    start: open,
                    end: close + 1,
                });
            }
        }
        None
    })
}

pub fn has_symbols(text: &str) -> bool {
    symbols(text).next().is_some()
}

/// The text with every symbol that `find` knows replaced; the others stay as they are.
pub fn resolve(text: &str, find: impl Fn(Asks, &str) -> Option<String>) -> String {
    let mut done = String::with_capacity(text.len());
    let mut from = 0;
    for symbol in symbols(text) {
        let Some(value) = find(symbol.asks, symbol.name) else {
            continue;
        };
        done.push_str(text.get(from..symbol.start).unwrap_or_default());
        done.push_str(&value);
        from = symbol.end;
    }
    done.push_str(text.get(from..).unwrap_or_default());
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn known(asks: Asks, name: &str) -> Option<String> {
        (name != "unknown").then(|| format!("<{asks:?} {name}>"))
    }

    #[test]
    fn symbols_are_replaced_and_other_braces_stay() {
        assert_eq!(
            resolve("a {issue:x-1}, {page:Manual: campo} {project} {me}", known),
            "a <IssueKey x-1>, <PageId Manual: campo> <Project > <Me >"
        );
        for text in [
            "{}",
            "{issue}",
            "{issue:}",
            "{project:x}",
            "{other:x}",
            "{{",
            "}{",
            "{issue:a\nb}",
            "{issue:unknown}",
            "{\"a\": {\"b\": 1}}",
        ] {
            assert_eq!(resolve(text, known), text);
        }
        assert_eq!(resolve("{ {issue:a}", known), "{ <IssueKey a>");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fall(text in ".{0,80}") {
            let kept = resolve(&text, |_, _| None);
            prop_assert_eq!(kept, text);
        }

        #[test]
        fn what_stands_around_symbols_stays(before in "[^{}]{0,20}", name in "[a-z0-9 -]{1,20}", after in "[^{}]{0,20}") {
            let text = format!("{before}{{page-url:{name}}}{after}");
            prop_assert!(has_symbols(&text));
            prop_assert_eq!(resolve(&text, |_, n| Some(n.to_uppercase())), format!("{before}{}{after}", name.to_uppercase()));
        }
    }
}
