//! Whether a piece of content is what a query asks for.

use crate::sandbox::confluence::cql::{Expression, Field, Operator};

/// What a query may ask about a piece of content.
pub struct Subject<'a> {
    pub id: &'a str,
    pub space: &'a str,
    /// `page`, `blogpost`, `comment`, `attachment`, `folder` or `space`.
    pub kind: &'a str,
    pub title: &'a str,
    pub text: &'a str,
    /// The ids of the contents above it, the nearest first.
    pub ancestors: &'a [String],
    pub labels: &'a [String],
    pub creator: &'a str,
    /// As `2026-11-25T10:00:00.000Z`.
    pub created: &'a str,
    pub modified: &'a str,
}

pub fn matches(expression: &Expression, subject: &Subject<'_>) -> bool {
    match expression {
        Expression::All(parts) => parts.iter().all(|part| matches(part, subject)),
        Expression::Any(parts) => parts.iter().any(|part| matches(part, subject)),
        Expression::Not(part) => !matches(part, subject),
        Expression::Is {
            field,
            operator,
            values,
        } => compare(*field, *operator, values, subject),
    }
}

fn compare(field: Field, operator: Operator, values: &[String], subject: &Subject<'_>) -> bool {
    let has = |value: &String| has(field, value, subject);
    let first = values.first().map(String::as_str).unwrap_or_default();
    match operator {
        Operator::Equal | Operator::In => values.iter().any(has),
        Operator::NotEqual | Operator::NotIn => !values.iter().any(has),
        Operator::Like => contains(text_of(field, subject), first),
        Operator::NotLike => !contains(text_of(field, subject), first),
        Operator::Greater => date(field, subject, first) > date_of(first),
        Operator::GreaterOrEqual => date(field, subject, first) >= date_of(first),
        Operator::Less => date(field, subject, first) < date_of(first),
        Operator::LessOrEqual => date(field, subject, first) <= date_of(first),
    }
}

fn has(field: Field, value: &str, subject: &Subject<'_>) -> bool {
    match field {
        Field::Space => subject.space.eq_ignore_ascii_case(value),
        Field::Type => subject.kind.eq_ignore_ascii_case(value),
        Field::Title => subject.title.eq_ignore_ascii_case(value),
        Field::Ancestor => subject.ancestors.iter().any(|id| id == value),
        Field::Parent => subject.ancestors.first().is_some_and(|id| id == value),
        Field::Label => subject.labels.iter().any(|l| l.eq_ignore_ascii_case(value)),
        Field::Id => subject.id == value,
        Field::Creator => subject.creator == value,
        Field::Created | Field::Modified => date(field, subject, value) == date_of(value),
        Field::Text => contains(subject.text, value),
    }
}

fn text_of<'a>(field: Field, subject: &Subject<'a>) -> &'a str {
    match field {
        Field::Title => subject.title,
        _ => subject.text,
    }
}

/// Every word is among the text's words, in any case; `*` at a word's end stands for the rest of it.
/// What stands between double quotes within the value is looked for as it is.
fn contains(text: &str, wanted: &str) -> bool {
    let text = text.to_lowercase();
    let wanted = wanted.to_lowercase();
    if let Some(phrase) = wanted.strip_prefix('"').and_then(|w| w.strip_suffix('"')) {
        return words(&text).join(" ").contains(&words(phrase).join(" "));
    }
    let there = words(&text);
    let mut asked = wanted
        .split(|c: char| !c.is_alphanumeric() && c != '*')
        .filter(|word| !word.is_empty())
        .peekable();
    asked.peek().is_some()
        && asked.all(|word| match word.strip_suffix('*') {
            Some(start) => there.iter().any(|t| t.starts_with(start)),
            None => there.contains(&word),
        })
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect()
}

/// A date as the query writes it (`2026-11-25`, `2026/11/25 10:00`), in the form of timestamps.
fn date_of(value: &str) -> String {
    value.replace('/', "-").replace(' ', "T")
}

/// The subject's date, as exact as the query's.
fn date(field: Field, subject: &Subject<'_>, value: &str) -> String {
    let date = match field {
        Field::Modified => subject.modified,
        _ => subject.created,
    };
    date.chars().take(date_of(value).chars().count()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::confluence::cql::parse;

    fn found(query: &str) -> bool {
        let subject = Subject {
            id: "7",
            space: "DOC",
            kind: "page",
            title: "Guia de implantação",
            text: "Guia de implantação O pedido PROJ-12 entra na fila",
            ancestors: &["5".into(), "1".into()],
            labels: &["guia".into(), "rascunho".into()],
            creator: "account-1",
            created: "2026-11-20T10:00:00.000Z",
            modified: "2026-11-25T10:00:00.000Z",
        };
        matches(&parse(query).unwrap().filter.unwrap(), &subject)
    }

    #[test]
    fn every_field_is_asked() {
        for yes in [
            "space = doc and type = page",
            "space in (A, DOC)",
            "title = \"guia de implantação\"",
            "title ~ implantação",
            "text ~ \"fila pedido\"",
            "text ~ \"impl*\"",
            "text ~ \"\\\"entra na fila\\\"\"",
            "ancestor = 1 and parent = 5",
            "label = guia and label = rascunho",
            "id = 7 or id = 8",
            "creator = account-1",
            "created >= 2026-11-20 and created < \"2026/11/21\"",
            "lastmodified = 2026-11-25",
            "not space = X",
            "label not in (x, y)",
        ] {
            assert!(found(yes), "{yes}");
        }
        for no in [
            "space = do",
            "type = blogpost",
            "text ~ \"\\\"fila entra\\\"\"",
            "text ~ pedi",
            "text ~ \"\"",
            "parent = 1",
            "label = gui",
            "label != guia",
            "created > 2026-11-20",
            "title !~ guia",
        ] {
            assert!(!found(no), "{no}");
        }
    }
}
