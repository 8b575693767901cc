//! Users that an instance's sign-in begins with: `seeds/auth/*.yaml`.
//!
//! ```yaml
//! users:
//!   - email: marina.prado@example.com
//!     password: example-mar-aberto
//!     name: Marina Prado
//!     metadata: {papel: capitã}
//! ```

use std::collections::HashSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::yaml::{self, Item};
use crate::domain::secret::Secret;
use crate::error::Result;

/// Everybody, in the order of the files.
#[derive(Debug, Clone, Default)]
pub struct UserSeeds {
    pub users: Vec<Item<UserSeed>>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSeed {
    pub email: String,
    /// A UUID, for rows that name the user. Else the service chooses one.
    pub id: Option<String>,
    /// Either a password or its bcrypt hash.
    pub password: Option<Secret>,
    pub password_hash: Option<Secret>,
    /// Goes into the user's metadata as `name`.
    pub name: Option<String>,
    /// What the user may change.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// What only the company may.
    #[serde(default)]
    pub app_metadata: Map<String, Value>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    users: Vec<Spanned<UserSeed>>,
}

impl UserSeeds {
    /// Adds what the text of one more file holds; `path` is for messages.
    pub fn add(&mut self, path: &Path, text: &str) -> Result<()> {
        let file: File = yaml::parse(path, text)?;
        self.users.extend(Item::all(path, file.users));
        Ok(())
    }

    /// Errors: `Parse`, with file and line.
    pub fn check(&self) -> Result<()> {
        let mut seen = HashSet::new();
        for item in &self.users {
            let user = &item.value;
            if user.password.is_some() == user.password_hash.is_some() {
                return Err(item.wrong("a user has either a password or a password_hash"));
            }
            let is_bcrypt = |hash: &Secret| hash.reveal().starts_with("$2");
            if user.password_hash.as_ref().is_some_and(|h| !is_bcrypt(h)) {
                return Err(item.wrong("password_hash isn't a bcrypt hash"));
            }
            if !user.email.contains('@') {
                return Err(item.wrong(format_args!("\"{}\" isn't an address", user.email)));
            }
            if !seen.insert(user.email.to_lowercase()) {
                return Err(item.wrong(format_args!("{} is there twice", user.email)));
            }
        }
        Ok(())
    }
}

impl UserSeed {
    pub fn user_metadata(&self) -> Map<String, Value> {
        let mut all = self.metadata.clone();
        if let Some(name) = &self.name {
            all.insert("name".into(), name.clone().into());
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<UserSeeds> {
        let mut seeds = UserSeeds::default();
        seeds.add(Path::new("seeds/auth/users.yaml"), text)?;
        seeds.check()?;
        Ok(seeds)
    }

    #[test]
    fn users_are_read_and_their_names_are_metadata() {
        let text = "users:\n  - email: a@example.com\n    password: example-1\n    name: Ana\n    metadata: {papel: capitã}\n";
        let seeds = read(text).unwrap();
        let metadata = Value::Object(seeds.users[0].value.user_metadata());
        assert_eq!(
            metadata,
            serde_json::json!({"papel": "capitã", "name": "Ana"})
        );
        assert!(!format!("{seeds:?}").contains("example-1"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        let user = "users:\n  - email: a@example.com\n    password: example-1\n";
        for (text, words) in [
            (
                "users:\n  - email: a@example.com\n",
                "users.yaml:2: a user has either",
            ),
            (
                "users:\n  - {email: a, password: example-1}\n",
                "isn't an address",
            ),
            (
                "users:\n  - {email: a@example.com, password_hash: example-1}\n",
                "isn't a bcrypt hash",
            ),
            (
                "users:\n  - {email: a@example.com, pass: x}\n",
                "users.yaml:2",
            ),
            (
                &format!("{user}  - {{email: A@example.com, password: example-2}}\n"),
                "users.yaml:4: A@example.com is there twice",
            ),
        ] {
            let error = read(text).unwrap_err().message;
            assert!(error.contains(words), "{error}");
            assert!(!error.contains("example-1"), "{error}");
        }
    }
}
