//! One value of the source, as the target's field takes it.

use serde_json::{Map, Value, json};

use crate::job::steps::jira::adf;
use crate::job::steps::jira::made::Made;
use crate::provider::jira::CreateField;

/// What values may name.
pub struct Known<'a> {
    pub made: &'a Made,
    /// Who an account is on the target's site, where that knows it.
    pub account: &'a dyn Fn(&str) -> Option<String>,
}

/// What becomes of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Carried {
    Whole(Value),
    /// Some of it; the rest has no counterpart.
    Partly(Value),
    Nothing,
}

/// The value for the field.
pub fn carry(value: &Value, field: &CreateField, known: &Known<'_>) -> Carried {
    let schema = field.schema.as_ref();
    let kind = schema.map_or("", |s| s.kind.as_str());
    if kind != "array" {
        return match one(value, kind, field, known) {
            Some(value) => Carried::Whole(value),
            None => Carried::Nothing,
        };
    }
    let kind = schema.and_then(|s| s.items.as_deref()).unwrap_or_default();
    let Some(all) = value.as_array() else {
        return Carried::Nothing;
    };
    let carried: Vec<Value> = all
        .iter()
        .filter_map(|value| one(value, kind, field, known))
        .collect();
    match carried.len() {
        0 => Carried::Nothing,
        n if n == all.len() => Carried::Whole(carried.into()),
        _ => Carried::Partly(carried.into()),
    }
}

fn one(value: &Value, kind: &str, field: &CreateField, known: &Known<'_>) -> Option<Value> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let made = |kind: &str| {
        let id = known.made.target(kind, text("id")?)?;
        Some(json!({ "id": id }))
    };
    match kind {
        "string" if adf::is_document(value) => Some(adf::without_files(value)),
        "string" | "date" | "datetime" => value.is_string().then(|| value.clone()),
        "number" => value.is_number().then(|| value.clone()),
        "user" => {
            let account = (known.account)(text("accountId")?)?;
            Some(json!({ "accountId": account }))
        }
        "option" | "priority" | "securitylevel" | "resolution" => chosen(value, field),
        "option-with-child" => cascade(value, field),
        "component" => made("component"),
        "version" => made("version"),
        "group" => Some(json!({ "name": text("name")? })),
        "timetracking" => estimates(value),
        _ => None,
    }
}

/// The choice that the field offers for this one: the same id and name, else the same name.
fn chosen(value: &Value, field: &CreateField) -> Option<Value> {
    let found = offered(value, &field.allowed_values)?;
    Some(json!({ "id": found.get("id")? }))
}

fn offered<'a>(value: &Value, offered: &'a [Value]) -> Option<&'a Value> {
    let name = |one: &Value| {
        let named = one.get("value").or_else(|| one.get("name"));
        named.and_then(Value::as_str).map(str::to_lowercase)
    };
    let wanted = name(value)?;
    let alike = || {
        offered
            .iter()
            .filter(|one| name(one).as_ref() == Some(&wanted))
    };
    let same = alike().find(|one| one.get("id") == value.get("id"));
    same.or_else(|| alike().next())
}

/// An option and the one below it.
fn cascade(value: &Value, field: &CreateField) -> Option<Value> {
    let parent = offered(value, &field.allowed_values)?;
    let mut given = json!({ "id": parent.get("id")? });
    if let (Some(child), Some(fields)) = (value.get("child"), given.as_object_mut()) {
        let children = parent.get("children").and_then(Value::as_array);
        let found = offered(child, children.map_or(&[], Vec::as_slice))?;
        fields.insert("child".into(), json!({ "id": found.get("id")? }));
    }
    Some(given)
}

fn estimates(value: &Value) -> Option<Value> {
    let named = ["originalEstimate", "remainingEstimate"].into_iter();
    let given: Map<String, Value> = named
        .filter_map(|name| Some((name.to_owned(), value.get(name)?.clone())))
        .filter(|(_, value)| value.is_string())
        .collect();
    (!given.is_empty()).then(|| Value::Object(given))
}

/// Something for a field that an issue can't be created without, where the source says nothing.
pub fn filled(field: &CreateField, me: &str) -> Option<Value> {
    let schema = field.schema.as_ref()?;
    let first = || Some(json!({ "id": field.allowed_values.first()?.get("id")? }));
    let of = |kind: &str| match kind {
        "string"
            if schema
                .custom
                .as_deref()
                .is_some_and(|c| c.ends_with(":textarea"))
                || ["description", "environment"].contains(&&*field.field_id) =>
        {
            Some(adf::prepended(
                &Value::Null,
                adf::paragraph(vec![adf::text(NOTHING)]),
            ))
        }
        "string" => Some(NOTHING.into()),
        "number" => Some(0.into()),
        "user" => Some(json!({ "accountId": me })),
        _ => first(),
    };
    match schema.kind.as_str() {
        "array" => Some(json!([of(schema.items.as_deref().unwrap_or_default())?])),
        kind => of(kind),
    }
}

/// What a text says where the source says nothing.
const NOTHING: &str = "-";

#[cfg(test)]
mod tests {
    use super::*;

    fn field(kind: &str, items: &str, allowed: Value) -> CreateField {
        serde_json::from_value(json!({
            "fieldId": "customfield_1", "name": "A field", "allowedValues": allowed,
            "schema": { "type": kind, "items": items },
        }))
        .unwrap()
    }

    fn carried(value: Value, field: &CreateField) -> Carried {
        let mut made = Made::default();
        made.put("version", "1", "7");
        let known = Known {
            made: &made,
            account: &|account| match account {
                "a-1" => Some(account.to_owned()),
                "old" => Some("new".to_owned()),
                _ => None,
            },
        };
        carry(&value, field, &known)
    }

    #[test]
    fn choices_are_found_by_their_value() {
        let choices = json!([{ "id": "10", "value": "Low" }, { "id": "11", "value": "High" }]);
        let single = field("option", "", choices.clone());
        let whole = |value| Carried::Whole(value);
        assert_eq!(
            carried(json!({ "id": "99", "value": "high" }), &single),
            whole(json!({ "id": "11" }))
        );
        // another site may have the same id for something else
        assert_eq!(
            carried(json!({ "id": "10", "value": "Other" }), &single),
            Carried::Nothing
        );
        let several = field("array", "option", choices);
        let value = json!([{ "value": "Low" }, { "value": "Other" }]);
        assert_eq!(
            carried(value, &several),
            Carried::Partly(json!([{ "id": "10" }]))
        );
    }

    #[test]
    fn a_choice_below_another_is_found_below_it() {
        let choices = json!([{ "id": "1", "value": "Brazil", "children": [{ "id": "2", "value": "Bahia" }] }]);
        let field = field("option-with-child", "", choices);
        let value = json!({ "value": "Brazil", "child": { "value": "Bahia" } });
        let expected = json!({ "id": "1", "child": { "id": "2" } });
        assert_eq!(carried(value, &field), Carried::Whole(expected));
        let value = json!({ "value": "Brazil", "child": { "value": "Acre" } });
        assert_eq!(carried(value, &field), Carried::Nothing);
    }

    #[test]
    fn what_has_to_be_said_is_said() {
        let choices = json!([{ "id": "10", "value": "Low" }]);
        let filled = |kind, items| filled(&field(kind, items, choices.clone()), "a-1");
        assert_eq!(filled("option", ""), Some(json!({ "id": "10" })));
        assert_eq!(filled("array", "option"), Some(json!([{ "id": "10" }])));
        assert_eq!(
            filled("array", "user"),
            Some(json!([{ "accountId": "a-1" }]))
        );
        assert_eq!(filled("string", ""), Some(json!("-")));
        assert_eq!(super::filled(&field("any", "", json!([])), "a-1"), None);
    }

    #[test]
    fn what_the_target_does_not_know_is_not_carried() {
        let users = field("array", "user", json!([]));
        let value = json!([{ "accountId": "a-1" }, { "accountId": "a-2" }]);
        assert_eq!(
            carried(value, &users),
            Carried::Partly(json!([{ "accountId": "a-1" }]))
        );
        let user = field("user", "", json!([]));
        assert_eq!(
            carried(json!({ "accountId": "old" }), &user),
            Carried::Whole(json!({ "accountId": "new" }))
        );
        let versions = field("array", "version", json!([]));
        assert_eq!(
            carried(json!([{ "id": "1" }]), &versions),
            Carried::Whole(json!([{ "id": "7" }]))
        );
        assert_eq!(carried(json!([{ "id": "2" }]), &versions), Carried::Nothing);
        assert_eq!(
            carried(json!({}), &field("any", "", json!([]))),
            Carried::Nothing
        );
        assert_eq!(
            carried(json!({}), &field("timetracking", "", json!([]))),
            Carried::Nothing
        );
    }
}
