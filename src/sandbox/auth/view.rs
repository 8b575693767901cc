//! A user as the API shows it.

use serde_json::{Map, Value, json};

/// A user's row and the rows of the identities, as the database gave them.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    row: Value,
    identities: Vec<Value>,
}

/// Moments that are shown where there is one: what they're called, and their column.
const MOMENTS: [&str; 9] = [
    "email_confirmed_at",
    "invited_at",
    "phone_confirmed_at",
    "confirmation_sent_at",
    "confirmed_at",
    "recovery_sent_at",
    "last_sign_in_at",
    "banned_until",
    "deleted_at",
];

impl Person {
    /// From a row with `person` and `identities`.
    pub fn read(mut row: Value) -> Person {
        let mut take = |name: &str| row.get_mut(name).map(Value::take).unwrap_or_default();
        let identities = match take("identities") {
            Value::Array(all) => all,
            _ => Vec::new(),
        };
        Person {
            row: take("person"),
            identities,
        }
    }

    pub fn text(&self, column: &str) -> &str {
        self.row.get(column).and_then(Value::as_str).unwrap_or("")
    }

    /// A row that somebody wrote by hand may have none: then the service's first of all moments.
    fn moment(&self, column: &str) -> &str {
        match self.text(column) {
            "" => "0001-01-01T00:00:00Z",
            moment => moment,
        }
    }

    pub fn id(&self) -> &str {
        self.text("id")
    }

    pub fn hash(&self) -> &str {
        self.text("encrypted_password")
    }

    pub fn is_confirmed(&self) -> bool {
        !self.text("confirmed_at").is_empty()
    }

    pub fn is_anonymous(&self) -> bool {
        self.row.get("is_anonymous") == Some(&json!(true))
    }

    /// Metadata, by the column.
    pub fn object(&self, column: &str) -> Value {
        match self.row.get(column) {
            Some(Value::Object(all)) => Value::Object(all.clone()),
            _ => json!({}),
        }
    }

    pub fn show(&self) -> Value {
        let mut shown = Map::new();
        shown.insert("id".into(), json!(self.id()));
        shown.insert("aud".into(), json!(self.text("aud")));
        shown.insert("role".into(), json!(self.text("role")));
        shown.insert("email".into(), json!(self.text("email")));
        shown.insert("phone".into(), json!(self.text("phone")));
        for moment in MOMENTS {
            if let Some(value) = self.row.get(moment).filter(|value| !value.is_null()) {
                shown.insert(moment.into(), value.clone());
            }
        }
        if !self.text("email_change").is_empty() {
            shown.insert("new_email".into(), json!(self.text("email_change")));
        }
        shown.insert("app_metadata".into(), self.object("raw_app_meta_data"));
        shown.insert("user_metadata".into(), self.object("raw_user_meta_data"));
        let identities = self.identities.iter().map(identity).collect();
        shown.insert("identities".into(), Value::Array(identities));
        shown.insert("created_at".into(), json!(self.moment("created_at")));
        shown.insert("updated_at".into(), json!(self.moment("updated_at")));
        shown.insert("is_anonymous".into(), json!(self.is_anonymous()));
        Value::Object(shown)
    }
}

fn identity(row: &Value) -> Value {
    let mut shown = Map::new();
    for (name, column) in [
        ("identity_id", "id"),
        ("id", "provider_id"),
        ("user_id", "user_id"),
        ("identity_data", "identity_data"),
        ("provider", "provider"),
        ("last_sign_in_at", "last_sign_in_at"),
        ("created_at", "created_at"),
        ("updated_at", "updated_at"),
        ("email", "email"),
    ] {
        if let Some(value) = row.get(column).filter(|value| !value.is_null()) {
            shown.insert(name.into(), value.clone());
        }
    }
    Value::Object(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_is_shown_without_what_is_secret() {
        let person = Person::read(json!({
            "person": {
                "id": "u", "email": "ana@example.com", "encrypted_password": "example-hash",
                "confirmation_token": "example-token", "banned_until": null,
                "raw_user_meta_data": { "name": "Ana" }, "email_change": "",
            },
            "identities": [{ "id": "i", "provider_id": "u", "provider": "email" }],
        }));
        let shown = person.show();
        assert!(!shown.to_string().contains("example-hash"));
        assert!(!shown.to_string().contains("example-token"));
        assert_eq!(shown["user_metadata"]["name"], "Ana");
        assert_eq!(shown["identities"][0]["identity_id"], "i");
        assert!(shown.get("banned_until").is_none() && shown.get("new_email").is_none());
    }
}
