//! The configuration files of an instance: their values, one a line, and how one is changed.

use serde_json::Value;
use toml_edit::DocumentMut;

use crate::domain::config::{AtlassianConfig, Manifest, SupabaseConfig};
use crate::domain::name::InstanceName;
use crate::domain::secret;
use crate::error::{Context, Error, Kind, Result};
use crate::tui::backend::Document;
use crate::tui::widget::window;

use super::notice::{Load, Notice};

#[derive(Default)]
pub struct ConfigPane {
    pub of: Option<InstanceName>,
    pub files: Load<Vec<ConfigFile>>,
    /// The value that the cursor is on, counted over all files.
    pub at: usize,
    pub offset: usize,
}

pub struct ConfigFile {
    pub document: Document,
    pub values: Result<Vec<ConfigValue>, Notice>,
}

/// One value, with the way to it.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigValue {
    pub path: Vec<String>,
    pub value: Value,
    pub secret: bool,
}

impl ConfigValue {
    pub fn name(&self) -> String {
        self.path.join(".")
    }

    /// As it is shown and typed: text without quotes, the rest as JSON.
    pub fn text(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// A line of the tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    Blank,
    Head(usize),
    Broken(usize),
    Value(usize, usize),
}

impl ConfigFile {
    pub fn new(document: Document) -> Self {
        let values = values(&document).map_err(|error| Notice::from(&error));
        ConfigFile { document, values }
    }
}

fn is_toml(name: &str) -> bool {
    name.ends_with(".toml")
}

fn parse(document: &Document) -> Result<Value> {
    let broken = || format!("{} can't be read", document.name);
    if is_toml(&document.name) {
        toml::from_str(&document.text).context(Kind::Parse, broken)
    } else {
        serde_json::from_str(&document.text).context(Kind::Parse, broken)
    }
}

fn values(document: &Document) -> Result<Vec<ConfigValue>> {
    let mut found = Vec::new();
    flatten(&parse(document)?, &mut Vec::new(), &mut found);
    Ok(found)
}

/// Every leaf; a list of plain values is one.
fn flatten(value: &Value, path: &mut Vec<String>, found: &mut Vec<ConfigValue>) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            for (key, value) in map {
                path.push(key.clone());
                flatten(value, path, found);
                path.pop();
            }
        }
        Value::Array(list) if list.iter().any(|v| v.is_object() || v.is_array()) => {
            for (i, value) in list.iter().enumerate() {
                path.push(i.to_string());
                flatten(value, path, found);
                path.pop();
            }
        }
        leaf => {
            let key = path.last().map_or("", String::as_str);
            let hidden = match leaf {
                // a name like accessTokenKey names a key of the environment, not a secret
                Value::String(text) if key.ends_with("Key") => secret::is_secret("", text),
                Value::String(text) => secret::is_secret(key, text),
                _ => false,
            };
            found.push(ConfigValue {
                path: path.clone(),
                value: leaf.clone(),
                secret: hidden,
            });
        }
    }
}

/// The document's text with another value at a place, checked against the file's shape.
pub fn change(document: &Document, path: &[String], typed: &str) -> Result<String> {
    let whole = parse(document)?;
    let old = find(&whole, path).ok_or_else(|| {
        Error::not_found(format!(
            "{} isn't in {} any more.",
            path.join("."),
            document.name
        ))
    })?;
    let new = value_like(old, typed)?;
    let text = match is_toml(&document.name) {
        true => change_toml(&document.text, path, &new)?,
        false => change_json(whole, path, new)?,
    };
    check(&document.name, &text)?;
    Ok(text)
}

fn find<'a>(value: &'a Value, path: &[String]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, key| match value {
        Value::Array(list) => list.get(key.parse::<usize>().ok()?),
        other => other.get(key),
    })
}

/// What was typed, as a value of the same sort as the old one.
fn value_like(old: &Value, typed: &str) -> Result<Value> {
    let expected = |what: &str| Error::usage(format!("This has to be {what}."));
    match old {
        Value::String(_) => Ok(Value::String(typed.to_owned())),
        Value::Bool(_) => match typed.trim() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            _ => Err(expected("true or false")),
        },
        Value::Number(_) => match serde_json::from_str(typed.trim()) {
            Ok(number @ Value::Number(_)) => Ok(number),
            _ => Err(expected("a number")),
        },
        Value::Array(_) => match serde_json::from_str(typed.trim()) {
            Ok(list @ Value::Array(_)) => Ok(list),
            _ => Err(expected("a list, for example [\"demo\", \"staging\"]")),
        },
        Value::Object(_) => match serde_json::from_str(typed.trim()) {
            Ok(map @ Value::Object(_)) => Ok(map),
            _ => Err(expected("a JSON object, for example {}")),
        },
        Value::Null => {
            let text = Value::String(typed.to_owned());
            Ok(serde_json::from_str(typed.trim()).unwrap_or(text))
        }
    }
}

fn change_json(mut whole: Value, path: &[String], new: Value) -> Result<String> {
    let place = path.iter().try_fold(&mut whole, |value, key| match value {
        Value::Array(list) => list.get_mut(key.parse::<usize>().ok()?),
        other => other.get_mut(key),
    });
    if let Some(place) = place {
        *place = new;
    }
    let text = serde_json::to_string_pretty(&whole).context(Kind::Internal, || {
        "The file can't be written as JSON".into()
    })?;
    Ok(text + "\n")
}

/// Comments, order and everything else stay as they are.
fn change_toml(text: &str, path: &[String], new: &Value) -> Result<String> {
    let mut whole: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| {
        Error::new(Kind::Parse, error.message().to_owned())
    })?;
    let mut new =
        toml_value(new).ok_or_else(|| Error::usage("A TOML file can't hold this value."))?;
    let mut place = whole.as_item_mut();
    for key in path {
        let next = match key.parse::<usize>() {
            Ok(index) if place.is_array_of_tables() || place.is_array() => place.get_mut(index),
            _ => place.get_mut(key.as_str()),
        };
        place = next
            .ok_or_else(|| Error::not_found(format!("{} isn't there any more.", path.join("."))))?;
    }
    if let Some(old) = place.as_value_mut() {
        *new.decor_mut() = old.decor().clone();
        *old = new;
    }
    Ok(whole.to_string())
}

fn toml_value(value: &Value) -> Option<toml_edit::Value> {
    Some(match value {
        Value::String(text) => text.as_str().into(),
        Value::Bool(yes) => (*yes).into(),
        Value::Number(n) => match n.as_i64() {
            Some(whole) => whole.into(),
            None => n.as_f64()?.into(),
        },
        Value::Array(list) => {
            let values: Option<Vec<toml_edit::Value>> = list.iter().map(toml_value).collect();
            values?.into_iter().collect::<toml_edit::Array>().into()
        }
        Value::Null | Value::Object(_) => return None,
    })
}

/// Whether the text still has the file's shape.
fn check(name: &str, text: &str) -> Result<()> {
    fn json<T: serde::de::DeserializeOwned>(text: &str) -> std::result::Result<(), String> {
        serde_json::from_str::<T>(text)
            .map(|_| ())
            .map_err(|e| e.to_string())
    }
    let result = match name {
        "supabase.config.json" => json::<SupabaseConfig>(text),
        "atlassian.config.json" => json::<AtlassianConfig>(text),
        "instance.toml" => toml::from_str::<Manifest>(text)
            .map(|_| ())
            .map_err(|error| error.message().to_owned()),
        _ => Ok(()),
    };
    result.map_err(|why| {
        // the place in the rewritten text means nothing to who typed one value
        let why = why
            .split(" at line ")
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned();
        Error::usage(format!("{name} wouldn't be valid: {why}."))
    })
}

impl ConfigPane {
    /// Turns to an instance; true where its files have to be read.
    pub fn show(&mut self, name: &InstanceName) -> bool {
        if self.of.as_ref() == Some(name) {
            return false;
        }
        *self = ConfigPane {
            of: Some(name.clone()),
            files: Load::Loading,
            ..ConfigPane::default()
        };
        true
    }

    pub fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for (n, file) in self.files.ready().into_iter().flatten().enumerate() {
            if n > 0 {
                lines.push(Line::Blank);
            }
            lines.push(Line::Head(n));
            match &file.values {
                Ok(values) => lines.extend((0..values.len()).map(|v| Line::Value(n, v))),
                Err(_) => lines.push(Line::Broken(n)),
            }
        }
        lines
    }

    /// What the cursor can stand on: values, and files that can't be read.
    fn stops(&self) -> Vec<Line> {
        let mut lines = self.lines();
        lines.retain(|line| matches!(line, Line::Value(..) | Line::Broken(_)));
        lines
    }

    pub fn selected(&self) -> Option<(&ConfigFile, Option<&ConfigValue>)> {
        let files = self.files.ready()?;
        match self.stops().get(self.at).copied()? {
            Line::Value(f, v) => {
                let file = files.get(f)?;
                Some((file, file.values.as_ref().ok().and_then(|v2| v2.get(v))))
            }
            Line::Broken(f) | Line::Head(f) => files.get(f).map(|file| (file, None)),
            Line::Blank => None,
        }
    }

    pub fn move_by(&mut self, by: isize) {
        let last = self.stops().len().saturating_sub(1);
        self.at = self.at.saturating_add_signed(by).min(last);
    }

    /// The position of the cursor among all lines.
    pub fn cursor(&self) -> Option<usize> {
        let stop = self.stops().get(self.at).copied()?;
        self.lines().iter().position(|line| *line == stop)
    }

    pub fn settle(&mut self, height: usize) {
        self.move_by(0);
        let len = self.lines().len();
        let line = if self.at == 0 {
            0
        } else {
            self.cursor().unwrap_or(0)
        };
        self.offset = window::offset(self.offset, line, len, height);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(name: &str, text: &str) -> Document {
        Document {
            name: name.into(),
            path: "/nowhere".into(),
            text: text.into(),
            stamp: String::new(),
        }
    }

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn a_value_in_toml_changes_and_nothing_else() {
        let text = "# who\nowner = \"ana\" # keep\nprotected = false\nlabels = [\"a\"]\n";
        let file = document("instance.toml", text);
        let changed = change(&file, &path("owner"), "rui").unwrap();
        assert_eq!(changed, text.replace("ana", "rui"));
        let changed = change(&file, &path("protected"), "true").unwrap();
        assert_eq!(changed, text.replace("false", "true"));
        assert!(change(&file, &path("protected"), "maybe").is_err());
        let changed = change(&file, &path("labels"), "[\"a\", \"b\"]").unwrap();
        assert!(changed.contains("labels = [\"a\", \"b\"]"), "{changed}");
    }

    #[test]
    fn json_keeps_its_order_and_unknown_keys() {
        let text =
            "{\n  \"zeta\": 1,\n  \"kind\": \"sandbox\",\n  \"more\": {\n    \"a\": null\n  }\n}\n";
        let file = document("supabase.config.json", text);
        let changed = change(&file, &path("zeta"), "2").unwrap();
        assert_eq!(changed, text.replace('1', "2"));
        let error = change(&file, &path("kind"), "moon").unwrap_err();
        assert!(
            error.message.contains("supabase.config.json"),
            "{}",
            error.message
        );
        assert!(change(&file, &path("gone"), "x").is_err());
    }

    #[test]
    fn a_broken_file_is_told_with_its_place() {
        let file = ConfigFile::new(document("mcp.json", "{\n  \"a\": \n}"));
        let notice = file.values.unwrap_err();
        assert!(notice.message.contains("mcp.json") && notice.message.contains("line"));
    }

    #[test]
    fn secrets_in_configs_are_known() {
        let text =
            r#"{"accessTokenKey":"SUPABASE_ACCESS_TOKEN","env":{"ACCESS_TOKEN":"example-secret"}}"#;
        let file = ConfigFile::new(document("mcp.json", text));
        let values = file.values.unwrap();
        assert_eq!(
            values.iter().map(|v| v.secret).collect::<Vec<_>>(),
            [false, true]
        );
    }
}
