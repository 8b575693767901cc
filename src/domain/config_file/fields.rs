//! The keys of an instance's configuration files that the program knows: what each is, and how it is
//! added or removed. The shapes themselves are those of [`crate::domain::config`]; a test holds the
//! two together.

use serde_json::Value as Json;

use super::{expected, is_toml, json_edit, shape, toml_edits};
use crate::domain::config::Expiry;
use crate::error::{Error, Result};

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    Text,
    OneOf(&'static [&'static str]),
    Boolean,
    /// `never`, a day, or `14d idle`.
    Expiry,
    /// A list of texts.
    List,
    /// `2026-03-01T12:00:00Z`, or a day.
    Moment,
}

/// A key outside of every table or object of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    pub key: &'static str,
    pub kind: FieldType,
    /// What it is for, in a sentence.
    pub help: &'static str,
}

const fn field(key: &'static str, kind: FieldType, help: &'static str) -> Field {
    Field { key, kind, help }
}

use FieldType::{Boolean, Expiry as Ends, List, Moment, OneOf, Text};

#[rustfmt::skip]
const SUPABASE: &[Field] = &[
    field("kind", OneOf(&["sandbox", "cloud"]), "Where its project lives: on this machine, or at Supabase."),
    field("apiUrl", Text, "The address of the Management API, where it isn't Supabase's own."),
    field("organization", Text, "The organization that projects are created in."),
    field("region", Text, "Where projects are created, for example sa-east-1."),
    field("projectRef", Text, "The project's reference; setting the instance up writes it."),
    field("schema", Text, "The database schema that the instance lives in."),
    field("accessTokenKey", Text, "The key of the environment that holds the account's token."),
    field("dbPasswordKey", Text, "The key of the environment that holds the database's password."),
];

#[rustfmt::skip]
const ATLASSIAN: &[Field] = &[
    field("kind", OneOf(&["none", "sandbox", "cloud"]), "Where its Jira project and Confluence space live."),
    field("site", Text, "The site's host, for example example.atlassian.net."),
    field("jiraProjectKey", Text, "The key of its Jira project."),
    field("confluenceSpaceKey", Text, "The key of its Confluence space."),
    field("emailKey", Text, "The key of the environment that holds the account's e-mail address."),
    field("tokenKey", Text, "The key of the environment that holds the account's token."),
];

#[rustfmt::skip]
const MANIFEST: &[Field] = &[
    field("strategy", OneOf(&["complete", "schema", "hybrid"]), "How isolated the instance is from the others."),
    field("purpose", Text, "What the instance is for."),
    field("owner", Text, "Who answers for it."),
    field("labels", List, "Words to find it by."),
    field("protected", Boolean, "A protected instance refuses to be deleted."),
    field("expiry", Ends, "When it may go: never, a day, or after days without activity."),
    field("created", Moment, "When it was made."),
    field("cloned_from", Text, "The instance that it is a copy of."),
];

/// The keys that are known of a file; `None` for one whose keys are anyone's.
pub fn fields(file: &str) -> Option<&'static [Field]> {
    match file {
        "supabase.config.json" => Some(SUPABASE),
        "atlassian.config.json" => Some(ATLASSIAN),
        "instance.toml" => Some(MANIFEST),
        _ => None,
    }
}

/// What is known of a value's key.
pub fn known(file: &str, path: &[String]) -> Option<&'static Field> {
    match path {
        [key] => fields(file)?.iter().find(|field| field.key == key),
        _ => None,
    }
}

/// A key that the program doesn't know in a file whose keys it knows. It is kept, and does nothing.
pub fn is_unknown(file: &str, path: &[String]) -> bool {
    let first = path.first();
    fields(file).is_some_and(|all| {
        all.iter()
            .all(|field| Some(field.key) != first.map(|k| &**k))
    })
}

impl FieldType {
    /// Checks a value as it is shown and typed.
    ///
    /// # Errors
    /// One sentence without the value.
    pub fn check(self, value: &str) -> std::result::Result<(), String> {
        let trimmed = value.trim();
        let right = match self {
            Text => true,
            OneOf(words) => words.contains(&trimmed),
            Boolean => matches!(trimmed, "true" | "false"),
            Ends => Expiry::parse(trimmed).is_ok(),
            List => {
                serde_json::from_str::<Vec<String>>(trimmed).is_ok()
                    || format!("v = {trimmed}")
                        .parse::<toml::Table>()
                        .is_ok_and(|t| {
                            t.get("v")
                                .and_then(toml::Value::as_array)
                                .is_some_and(|list| list.iter().all(toml::Value::is_str))
                        })
            }
            Moment => {
                trimmed.parse::<jiff::Timestamp>().is_ok()
                    || trimmed.parse::<jiff::civil::Date>().is_ok()
            }
        };
        match right {
            true => Ok(()),
            false => Err(format!("It should be {}.", self.words())),
        }
    }

    /// The type as people say it.
    pub fn words(self) -> String {
        match self {
            Text => "text".into(),
            OneOf(words) => format!("one of {}", words.join(", ")),
            Boolean => "true or false".into(),
            Ends => "\"never\", a day like \"2026-12-31\", or \"14d idle\"".into(),
            List => "a list of texts, for example [\"demo\"]".into(),
            Moment => "a moment, for example \"2026-03-01T12:00:00Z\"".into(),
        }
    }
}

/// The text with a known key added.
///
/// # Errors
/// `Refused` for a key that is there or isn't known, `Usage` for a value of another sort.
pub fn add(file: &str, text: &str, key: &str, typed: &str) -> Result<String> {
    let path = [key.to_owned()];
    let Some(field) = known(file, &path) else {
        return Err(Error::refused(format!("{key} isn't a key of {file}.")));
    };
    if super::values(file, text)?
        .iter()
        .any(|v| v.path.first() == path.first())
    {
        return Err(Error::refused(format!("{key} is in {file} already.")));
    }
    field
        .kind
        .check(typed)
        .map_err(|_| expected(&field.kind.words()))?;
    let typed = typed.trim();
    let changed = if is_toml(file) {
        let value = match field.kind {
            Boolean | List => typed.parse::<toml_edit::Value>().ok(),
            _ => Some(toml_edit::Value::from(typed)),
        };
        let value = value.ok_or_else(|| expected(&field.kind.words()))?;
        toml_edits::set(file, text, key, Some(&value))?
    } else {
        let value = match field.kind {
            Boolean | List => serde_json::from_str(typed).ok(),
            _ => Some(Json::from(typed)),
        };
        let value = value.ok_or_else(|| expected(&field.kind.words()))?;
        json_edit::set(file, text, &[key], &value)?
    };
    shape::keeps(file, &changed)?;
    Ok(changed)
}

/// The text without a key that stands outside of every table or object.
///
/// # Errors
/// `Refused` where the key stands within another, or the file needs it.
pub fn remove(file: &str, text: &str, path: &[String]) -> Result<String> {
    let [key] = path else {
        return Err(
            Error::refused(format!("{} stands within another key.", path.join(".")))
                .hint("E opens the file in your editor."),
        );
    };
    super::values(file, text)?;
    let changed = match is_toml(file) {
        true => toml_edits::set(file, text, key, None)?,
        false => json_edit::remove_from(text, &[], key),
    };
    shape::keeps(file, &changed)?;
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::{AtlassianConfig, Manifest, SupabaseConfig};

    fn path(key: &str) -> Vec<String> {
        vec![key.to_owned()]
    }

    /// The keys that a shape writes when everything is set.
    fn keys(value: Json) -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    }

    #[test]
    fn the_fields_are_those_of_the_shapes() {
        let word = || Some("x".to_owned());
        let supabase = SupabaseConfig {
            api_url: word(),
            project_ref: word(),
            ..SupabaseConfig::default()
        };
        let atlassian = AtlassianConfig {
            site: word(),
            jira_project_key: word(),
            confluence_space_key: word(),
            ..AtlassianConfig::default()
        };
        let manifest = Manifest {
            created: Some(jiff::Timestamp::UNIX_EPOCH),
            cloned_from: word(),
            ..Manifest::default()
        };
        for (file, value) in [
            (
                "supabase.config.json",
                serde_json::to_value(supabase).unwrap(),
            ),
            (
                "atlassian.config.json",
                serde_json::to_value(atlassian).unwrap(),
            ),
            ("instance.toml", serde_json::to_value(manifest).unwrap()),
        ] {
            let known: Vec<&str> = fields(file).unwrap().iter().map(|f| f.key).collect();
            assert_eq!(keys(value), known, "{file}");
        }
        for word in ["none", "sandbox", "cloud"] {
            let text = format!("{{\"kind\":\"{word}\"}}");
            assert!(misfits("atlassian.config.json", &text).is_none(), "{word}");
        }
    }

    fn misfits(file: &str, text: &str) -> Option<shape::Misfit> {
        shape::misfit(file, text)
    }

    #[test]
    fn a_key_is_added_and_removed_and_every_other_byte_stays() {
        let toml = "# mine\r\nstrategy = \"hybrid\"\r\nodd = 1\r\n";
        let with = add("instance.toml", toml, "protected", "true").unwrap();
        assert!(with.contains("protected = true\r\n"), "{with:?}");
        let with = add("instance.toml", &with, "labels", "[\"a\", \"b\"]").unwrap();
        let without = remove("instance.toml", &with, &path("labels")).unwrap();
        assert_eq!(
            remove("instance.toml", &without, &path("protected")).unwrap(),
            toml
        );
        let json = "{\n  \"kind\": \"sandbox\",\n  \"mine\": [1]\n}\n";
        let with = add("supabase.config.json", json, "region", "sa-east-1").unwrap();
        assert!(with.contains("\"region\": \"sa-east-1\""), "{with}");
        assert_eq!(
            remove("supabase.config.json", &with, &path("region")).unwrap(),
            json
        );
    }

    #[test]
    fn what_cannot_be_added_or_removed_says_why() {
        let toml = "strategy = \"hybrid\"\n[mine]\na = 1\n";
        assert!(add("instance.toml", toml, "strategy", "schema").is_err());
        assert!(add("instance.toml", toml, "other", "x").is_err());
        let error = add("instance.toml", toml, "expiry", "soon").unwrap_err();
        assert!(error.message.contains("never"), "{}", error.message);
        let inner = vec!["mine".to_owned(), "a".to_owned()];
        assert!(remove("instance.toml", toml, &inner).is_err());
    }

    #[test]
    fn values_are_checked_by_their_field() {
        assert!(Ends.check("14d idle").is_ok() && Ends.check("soon").is_err());
        assert!(List.check("['a', \"b\"]").is_ok() && List.check("[1]").is_err());
        assert!(Boolean.check("yes").is_err() && Moment.check("2026-03-01").is_ok());
        assert!(is_unknown("instance.toml", &path("odd")));
        assert!(!is_unknown("mcp.json", &path("odd")));
        assert!(!is_unknown("instance.toml", &path("labels")));
    }
}
