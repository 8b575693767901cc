//! Which of a query's tokens are values, and of what.

use super::Language;
use super::fields::{of_field, of_function};
use super::lexer::{Kind, Token, tokens};
use crate::domain::reference::kind::ReferenceKind;

/// Where one is in a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    Field,
    Operator,
    Value,
}

/// All words, each with the kinds that it may be of as a value; no kinds: it's none.
pub(super) fn operands(language: Language, query: &str) -> Vec<(Token, &'static [ReferenceKind])> {
    let all = tokens(query);
    let mut out = Vec::new();
    let mut at = At::Field;
    let mut kinds: &'static [ReferenceKind] = &[];
    // a bracket that holds values or arguments, against one that holds clauses
    let mut lists: Vec<Option<&'static [ReferenceKind]>> = Vec::new();
    let mut after_order = false;
    const NONE: &[ReferenceKind] = &[];
    for (n, token) in all.iter().enumerate() {
        let text = &query[token.inside()];
        let word = match token.kind {
            Kind::Word => text.to_ascii_lowercase(),
            _ => String::new(),
        };
        let calls = token.kind == Kind::Word
            && opens(all.get(n + 1))
            && all.get(n + 1).is_some_and(|t| t.start == token.end);
        if let Some(Some(of)) = lists.last().copied() {
            match token.kind {
                Kind::Word if calls => {
                    kinds = of_function(language, text);
                    out.push((token.clone(), NONE));
                }
                Kind::Word | Kind::Quoted => out.push((token.clone(), of)),
                Kind::Open => lists.push(Some(kinds)),
                Kind::Close => {
                    lists.pop();
                    if !matches!(lists.last(), Some(Some(_))) {
                        at = At::Field;
                    }
                }
                Kind::Comma | Kind::Operator => {}
            }
            continue;
        }
        let value = at == At::Value && !calls && !matches!(word.as_str(), "not" | "in");
        if matches!(token.kind, Kind::Word | Kind::Quoted) {
            out.push((token.clone(), if value { kinds } else { NONE }));
        }
        match (token.kind, at) {
            (Kind::Close, _) => {
                lists.pop();
                at = At::Field;
            }
            (Kind::Open, At::Field) => lists.push(None),
            (Kind::Open, _) => lists.push(Some(kinds)),
            (Kind::Operator, _) => at = At::Value,
            (Kind::Comma, _) => {}
            (Kind::Quoted | Kind::Word, At::Field) => {
                let predicate = predicate(&word, after_order);
                after_order = word == "order" || (after_order && word == "by");
                if let Some(of) = predicate {
                    (kinds, at) = (of.unwrap_or(kinds), At::Value);
                } else if !is_connective(&word) {
                    kinds = of_field(language, text);
                    at = At::Operator;
                }
            }
            (Kind::Word, At::Operator) => match word.as_str() {
                "in" | "is" | "was" => at = At::Value,
                "not" => {}
                "changed" => at = At::Field,
                // a list of fields to sort by, or no query at all
                _ => {
                    kinds = of_field(language, text);
                    if is_connective(&word) {
                        at = At::Field;
                    }
                }
            },
            (Kind::Quoted, At::Operator) => kinds = of_field(language, text),
            (Kind::Word, At::Value) if calls => kinds = of_function(language, text),
            (Kind::Word | Kind::Quoted, At::Value) if value => at = At::Field,
            (Kind::Word | Kind::Quoted, At::Value) => {}
        }
    }
    out
}

fn opens(token: Option<&Token>) -> bool {
    token.is_some_and(|t| t.kind == Kind::Open)
}

fn is_connective(word: &str) -> bool {
    matches!(word, "and" | "or" | "not" | "order" | "by" | "asc" | "desc")
}

/// `WAS … BY … FROM … TO … DURING …`: what the value after such a word is of; `None` inside: the
/// same as the field's.
fn predicate(word: &str, after_order: bool) -> Option<Option<&'static [ReferenceKind]>> {
    match word {
        "by" if !after_order => Some(Some(&[ReferenceKind::Account])),
        "from" | "to" => Some(None),
        "after" | "before" | "during" | "on" => Some(Some(&[])),
        _ => None,
    }
}
