//! The project's settings of its sign-in, as far as they count here.

use serde_json::{Map, Value};

use super::refusal::{Answer, Refusal};
use crate::sandbox::api::{Project, auth_settings};

/// The longest password in bytes: bcrypt sees no more.
const LONGEST: usize = 72;

pub struct Rules(Map<String, Value>);

impl Rules {
    pub fn of(project: &Project) -> Rules {
        Rules(auth_settings(project))
    }

    pub fn all(&self) -> &Map<String, Value> {
        &self.0
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }

    fn number(&self, name: &str) -> i64 {
        self.0.get(name).and_then(Value::as_i64).unwrap_or_default()
    }

    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// How long an access token lasts, in seconds.
    pub fn token_seconds(&self) -> i64 {
        self.number("jwt_exp")
    }

    /// How long a refresh token that was used may be used again, in seconds.
    pub fn reuse_seconds(&self) -> i64 {
        self.number("security_refresh_token_reuse_interval")
    }

    pub fn rotates(&self) -> bool {
        self.is_on("refresh_token_rotation_enabled")
    }

    /// Whether a password is good enough for the project.
    pub fn check_password(&self, password: &str) -> Answer<()> {
        if password.len() > LONGEST {
            return Err(Refusal::bad(
                "validation_failed",
                format!("Password cannot be longer than {LONGEST} characters"),
            ));
        }
        let shortest = usize::try_from(self.number("password_min_length")).unwrap_or(0);
        let (mut says, mut reasons) = (Vec::new(), Vec::new());
        if password.chars().count() < shortest {
            says.push(format!(
                "Password should be at least {shortest} characters."
            ));
            reasons.push("length");
        }
        let groups = character_groups(self.text("password_required_characters"));
        let has = |group: &String| password.contains(|c| group.contains(c));
        if !groups.iter().all(has) {
            says.push(format!(
                "Password should contain at least one character of each: {}.",
                groups.join(", ")
            ));
            reasons.push("characters");
        }
        match reasons.is_empty() {
            true => Ok(()),
            false => Err(Refusal::weak(says.join(" "), reasons)),
        }
    }
}

/// Groups of characters with colons between them; a colon behind a backslash is one of them.
fn character_groups(setting: &str) -> Vec<String> {
    let mut groups = vec![String::new()];
    let mut escaped = false;
    for c in setting.chars() {
        match (c, escaped) {
            ('\\', false) => {
                escaped = true;
                continue;
            }
            (':', false) => groups.push(String::new()),
            _ => {
                if let Some(last) = groups.last_mut() {
                    last.push(c);
                }
            }
        }
        escaped = false;
    }
    groups.retain(|group| !group.is_empty());
    groups
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_password_has_length_and_a_character_of_each_group() {
        let settings = json!({
            "password_min_length": 8,
            "password_required_characters": "abcdef:ABCDEF:0123456789:!\\:",
        });
        let rules = Rules(settings.as_object().unwrap().clone());
        rules.check_password("abcDEF1!").unwrap();
        rules.check_password("abcDEF1:").unwrap();
        for weak in ["aD1!", "abcdef1!", "ABCDEF1!", "abcDEF!!", "abcDEF11"] {
            assert!(rules.check_password(weak).is_err(), "{weak}");
        }
        assert!(
            rules.check_password(&"aD1!".repeat(19)).is_err(),
            "too long"
        );
        assert!(character_groups("").is_empty());
    }
}
