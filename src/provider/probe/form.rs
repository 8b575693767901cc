//! The form of an answer: which fields it has, and of what type.

use serde_json::Value;

/// The type of a field.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text,
    /// A number without a fraction, 0 or more.
    Whole,
    /// The same, or below 0.
    Integer,
    Flag,
    List,
    Object,
    /// A number or a text: an id that isn't always written in the same way.
    Id,
    /// `true`: a right that the account needs.
    Yes,
    /// A text of a form, which stands first in words.
    Like(&'static str, fn(&str) -> bool),
}

/// A field by its path: `name`, `lead.accountId`, `values[].id` for that of every entry, `[].id`
/// where the answer itself is a list, and nothing for the answer itself.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    pub path: &'static str,
    pub kind: Kind,
    /// The program can't do without it. Else it may be missing or null.
    pub needed: bool,
}

/// A field that has to be there.
pub const fn must(path: &'static str, kind: Kind) -> Field {
    Field {
        path,
        kind,
        needed: true,
    }
}

/// A field that has this type where it's there.
pub const fn may(path: &'static str, kind: Kind) -> Field {
    Field {
        path,
        kind,
        needed: false,
    }
}

impl Kind {
    fn words(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Whole | Kind::Integer => "a whole number",
            Kind::Flag => "true or false",
            Kind::List => "a list",
            Kind::Object => "an object",
            Kind::Id => "a text or a whole number",
            Kind::Yes => "true",
            Kind::Like(words, _) => words,
        }
    }

    fn fits(self, value: &Value) -> bool {
        match self {
            Kind::Text => value.is_string(),
            Kind::Whole => value.is_u64(),
            Kind::Integer => value.is_i64() || value.is_u64(),
            Kind::Flag => value.is_boolean(),
            Kind::List => value.is_array(),
            Kind::Object => value.is_object(),
            Kind::Id => value.is_string() || value.is_u64(),
            Kind::Yes => value.as_bool() == Some(true),
            Kind::Like(_, is) => value.as_str().is_some_and(is),
        }
    }
}

/// What a value is, in words; never the value itself, which may be anybody's.
fn words_for(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(true) => "true",
        Value::Bool(false) => "false",
        Value::Number(n) if n.is_u64() => "a whole number",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

impl Field {
    /// `lead.accountId: text`, with "if there" where it may be missing.
    pub fn words(&self) -> String {
        let path = if self.path.is_empty() {
            "answer"
        } else {
            self.path
        };
        let rest = if self.needed { "" } else { ", if there" };
        format!("{path}: {}{rest}", self.kind.words())
    }
}

/// What was seen of one field.
#[derive(Default)]
struct Seen {
    places: usize,
    missing: usize,
    /// How many are of another type, and what the first of them is.
    other: usize,
    first: Option<&'static str>,
    /// Wrong in form, not in type.
    misshapen: usize,
}

/// How an answer differs from its form, and which fields it had no place for.
pub fn compare(answer: &Value, fields: &[Field]) -> (Vec<String>, Vec<String>) {
    let (mut differences, mut unseen) = (Vec::new(), Vec::new());
    for field in fields {
        let mut seen = Seen::default();
        let path: Vec<&str> = field.path.split('.').filter(|p| !p.is_empty()).collect();
        visit(Some(answer), &path, field, &mut seen);
        match said(field, &seen) {
            Some(difference) => differences.push(difference),
            None if seen.places == 0 && field.needed => unseen.push(field.path.to_owned()),
            None => {}
        }
    }
    (differences, unseen)
}

/// Goes along the path, into every entry of the lists on it.
fn visit(at: Option<&Value>, path: &[&str], field: &Field, seen: &mut Seen) {
    let Some((step, rest)) = path.split_first() else {
        return look(at, field, seen);
    };
    let (name, list) = match step.strip_suffix("[]") {
        Some(name) => (name, true),
        None => (*step, false),
    };
    let below = match name {
        "" => at,
        name => at.and_then(|value| value.get(name)),
    };
    if !list {
        // where what would hold it isn't there, it's missing all the same
        return match below {
            None if !rest.is_empty() && !field.needed => {}
            None => look(None, field, seen),
            below => visit(below, rest, field, seen),
        };
    }
    for entry in below.and_then(Value::as_array).into_iter().flatten() {
        visit(Some(entry), rest, field, seen);
    }
}

fn look(value: Option<&Value>, field: &Field, seen: &mut Seen) {
    seen.places += 1;
    match value {
        None | Some(Value::Null) if !field.needed => {}
        None => seen.missing += 1,
        Some(value) if field.kind.fits(value) => {}
        Some(Value::String(_)) if matches!(field.kind, Kind::Like(..)) => seen.misshapen += 1,
        Some(value) => {
            seen.other += 1;
            seen.first.get_or_insert(words_for(value));
        }
    }
}

fn said(field: &Field, seen: &Seen) -> Option<String> {
    let path = if field.path.is_empty() {
        "the answer"
    } else {
        field.path
    };
    let of = |count: usize| match (count, seen.places) {
        (1, 1) => String::new(),
        (count, places) => format!(" in {count} of {places}"),
    };
    let expected = field.kind.words();
    if seen.missing > 0 {
        return Some(format!(
            "{path} is missing{}; {expected} is expected",
            of(seen.missing)
        ));
    }
    if let Some(first) = seen.first {
        return Some(format!(
            "{path} is {first}{}; {expected} is expected",
            of(seen.other)
        ));
    }
    (seen.misshapen > 0).then(|| format!("{path} isn't {expected}{}", of(seen.misshapen)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const FIELDS: [Field; 6] = [
        must("values", Kind::List),
        must("values[].id", Kind::Text),
        must("values[].lead.accountId", Kind::Text),
        may("values[].count", Kind::Whole),
        must("ref", Kind::Like("20 small letters", |t| t.len() == 20)),
        may("isLast", Kind::Flag),
    ];

    fn answer() -> Value {
        json!({
            "values": [
                {"id": "1", "lead": {"accountId": "a"}, "count": 3},
                {"id": "2", "lead": {"accountId": "b"}, "count": null},
            ],
            "ref": "abcdefghijklmnopqrst",
        })
    }

    fn differences(change: impl Fn(&mut Value)) -> Vec<String> {
        let mut answer = answer();
        change(&mut answer);
        compare(&answer, &FIELDS).0
    }

    #[test]
    fn what_fits_says_nothing() {
        assert_eq!(compare(&answer(), &FIELDS), (Vec::new(), Vec::new()));
    }

    #[test]
    fn every_difference_is_named() {
        let one = |change: fn(&mut Value)| differences(change).join("|");
        assert_eq!(
            one(|a| a["values"][1]["id"] = json!(2)),
            "values[].id is a whole number in 1 of 2; text is expected"
        );
        assert_eq!(
            one(|a| {
                a["values"][0]["lead"].as_object_mut().unwrap().clear();
            }),
            "values[].lead.accountId is missing in 1 of 2; text is expected"
        );
        assert_eq!(
            one(|a| a["values"] = json!({})),
            "values is an object; a list is expected"
        );
        assert_eq!(
            one(|a| a["values"][0]["count"] = json!("3")),
            "values[].count is text in 1 of 2; a whole number is expected"
        );
        assert_eq!(
            one(|a| a["ref"] = json!("short")),
            "ref isn't 20 small letters"
        );
        assert_eq!(
            one(|a| a["isLast"] = json!("yes")),
            "isLast is text; true or false is expected"
        );
    }

    #[test]
    fn an_empty_list_shows_none_of_its_entries() {
        let mut answer = answer();
        answer["values"] = json!([]);
        let (differences, unseen) = compare(&answer, &FIELDS);
        assert!(differences.is_empty());
        assert_eq!(unseen, ["values[].id", "values[].lead.accountId"]);
    }

    #[test]
    fn a_value_is_never_repeated() {
        let said = differences(|a| a["ref"] = json!("example-secret")).join(" ");
        assert!(!said.contains("example-secret"));
    }

    proptest! {
        #[test]
        fn any_answer_is_compared_without_harm(text in "[\\[\\]{}\":,a-z0-9]{0,60}") {
            if let Ok(value) = serde_json::from_str::<Value>(&text) {
                let _ = compare(&value, &FIELDS);
            }
        }
    }
}
