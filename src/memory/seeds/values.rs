//! A YAML value in the text form that Postgres reads for a column's type.
//!
//! Everything travels as text and is cast by the server: it knows every type that a column can have.

use serde_json::Value;

use super::columns::{Column, Form};
use super::parse::SeedValue;

/// The text to cast to the column's type; `None` is null. An error says why the value can't be one.
pub fn text_form(column: &Column, value: &SeedValue) -> Result<Option<String>, String> {
    let misfit = |what: &str| {
        Err(format!(
            "{what} can't go into the column {}, which is {}",
            column.name, column.full_type
        ))
    };
    Ok(Some(match (column.form, value) {
        (_, SeedValue::Null) => return Ok(None),
        (Form::Json, SeedValue::Text(text)) => json_text(text),
        (Form::Json, value) => to_json(value).to_string(),
        (Form::Array, SeedValue::List(items)) => array(items),
        (Form::Vector(_), SeedValue::List(_)) => to_json(value).to_string(),
        (_, SeedValue::List(_)) => return misfit("a list"),
        (_, SeedValue::Map(_)) => return misfit("a group of names and values"),
        (_, SeedValue::Bool(value)) => value.to_string(),
        (_, SeedValue::Number(text) | SeedValue::Text(text)) => text.clone(),
    }))
}

/// A text in a JSON column: JSON where it is an object or a list, else a JSON string.
fn json_text(text: &str) -> String {
    let looks = text.trim_start().starts_with(['{', '[']);
    if looks && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        return text.to_owned();
    }
    Value::String(text.to_owned()).to_string()
}

fn to_json(value: &SeedValue) -> Value {
    match value {
        SeedValue::Null => Value::Null,
        SeedValue::Bool(value) => Value::Bool(*value),
        // A number that JSON's reader refuses (beyond its range) stays what was written, as text.
        SeedValue::Number(text) => match serde_json::from_str(text) {
            Ok(number @ Value::Number(_)) => number,
            _ => Value::String(text.clone()),
        },
        SeedValue::Text(text) => Value::String(text.clone()),
        SeedValue::List(items) => Value::Array(items.iter().map(to_json).collect()),
        SeedValue::Map(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, value)| (key.clone(), to_json(value)))
                .collect(),
        ),
    }
}

/// An array literal: <https://www.postgresql.org/docs/current/arrays.html#ARRAYS-INPUT>.
fn array(items: &[SeedValue]) -> String {
    let parts = items.iter().map(|item| match item {
        SeedValue::Null => "NULL".to_owned(),
        SeedValue::Bool(value) => value.to_string(),
        SeedValue::Number(text) | SeedValue::Text(text) => quoted(text),
        SeedValue::List(inner) => array(inner),
        SeedValue::Map(_) => quoted(&to_json(item).to_string()),
    });
    format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(form: Form) -> Column {
        Column {
            name: "c".into(),
            base_type: "x".into(),
            full_type: "x(3)".into(),
            form,
            identity_always: false,
            sequence: None,
        }
    }

    fn text(text: &str) -> SeedValue {
        SeedValue::Text(text.into())
    }

    fn form(form: Form, value: SeedValue) -> String {
        text_form(&column(form), &value).unwrap().unwrap()
    }

    #[test]
    fn arrays_are_quoted() {
        let list = SeedValue::List(vec![
            text("a,b"),
            text("say \"hi\" \\ bye"),
            SeedValue::Null,
            text("null"),
            text(""),
            SeedValue::Number("7".into()),
        ]);
        assert_eq!(
            form(Form::Array, list),
            r#"{"a,b","say \"hi\" \\ bye",NULL,"null","","7"}"#
        );
        assert_eq!(form(Form::Array, SeedValue::List(vec![])), "{}");
    }

    #[test]
    fn json_columns_take_everything() {
        let map = SeedValue::Map(vec![
            ("z".into(), SeedValue::Number("1.5".into())),
            (
                "a".into(),
                SeedValue::List(vec![SeedValue::Bool(true), SeedValue::Null]),
            ),
        ]);
        assert_eq!(form(Form::Json, map), r#"{"z":1.5,"a":[true,null]}"#);
        assert_eq!(form(Form::Json, text("{\"a\":1}")), "{\"a\":1}");
        assert_eq!(form(Form::Json, text("[broken")), "\"[broken\"");
        assert_eq!(form(Form::Json, text("olá")), "\"olá\"");
        assert_eq!(
            form(Form::Json, SeedValue::Number("1e999".into())),
            "\"1e999\""
        );
    }

    #[test]
    fn what_does_not_fit_says_why() {
        let error = text_form(&column(Form::Text), &SeedValue::List(vec![])).unwrap_err();
        assert_eq!(error, "a list can't go into the column c, which is x(3)");
        assert!(text_form(&column(Form::Other), &SeedValue::Map(vec![])).is_err());
        assert_eq!(text_form(&column(Form::Text), &SeedValue::Null), Ok(None));
    }
}
