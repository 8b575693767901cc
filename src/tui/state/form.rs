//! A few fields to fill in: for a clone, a new instance, a key and its value.

use tui_input::Input;

use crate::domain::config_file::fields::{self, FieldType};
use crate::domain::env_schema::KeyType;
use crate::domain::instance::InstanceView;
use crate::domain::name::InstanceName;
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::error::Result;
use crate::tui::backend::{NewInstance, Request};

use super::choices;
use super::notice::Notice;

/// What a form is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    Clone {
        source: InstanceName,
    },
    New,
    /// Whose project an instance is to share.
    Init {
        instance: InstanceName,
    },
    /// Accounts and places that exist.
    Connect {
        instance: InstanceName,
    },
    /// Another instance beside one.
    Compare {
        left: InstanceName,
    },
    /// A new key in the environment.
    AddKey,
    /// Another value for a key of the environment.
    ChangeKey {
        key: String,
    },
    /// Another value at a place in a configuration file.
    Config {
        file: String,
        path: Vec<String>,
    },
    /// A known key that a configuration file hasn't yet.
    AddConfig {
        file: String,
    },
}

#[derive(Debug)]
pub struct Form {
    pub purpose: Purpose,
    pub title: String,
    /// The word on the button.
    pub verb: &'static str,
    pub fields: Vec<Field>,
    pub at: usize,
    /// What is wrong, and with which field.
    pub error: Option<(usize, Notice)>,
    /// Sent, and not answered yet.
    pub busy: bool,
}

#[derive(Debug)]
pub struct Field {
    pub label: &'static str,
    pub value: Value,
    /// It may hold several lines.
    pub lines: bool,
}

#[derive(Debug)]
pub enum Value {
    Text {
        input: Input,
        placeholder: String,
        secret: bool,
        revealed: bool,
    },
    Choice {
        /// A word, and what it means.
        options: Vec<(String, String)>,
        at: usize,
    },
}

impl Field {
    pub fn text(label: &'static str, value: &str, placeholder: &str) -> Self {
        Field {
            label,
            value: Value::Text {
                input: Input::new(value.to_owned()),
                placeholder: placeholder.to_owned(),
                secret: false,
                revealed: false,
            },
            lines: false,
        }
    }

    pub fn secret(label: &'static str, placeholder: &str) -> Self {
        Field {
            label,
            value: Value::Text {
                input: Input::default(),
                placeholder: placeholder.to_owned(),
                secret: true,
                revealed: false,
            },
            lines: false,
        }
    }

    pub fn choice(label: &'static str, options: Vec<(String, String)>, at: usize) -> Self {
        Field {
            label,
            value: Value::Choice { options, at },
            lines: false,
        }
    }

    /// The same, for a text of several lines.
    #[must_use]
    pub fn of_lines(mut self) -> Self {
        self.lines = true;
        self
    }

    pub fn word(&self) -> &str {
        match &self.value {
            Value::Text { input, .. } => input.value(),
            Value::Choice { options, at } => options.get(*at).map_or("", |(word, _)| word),
        }
    }
}

fn strategies() -> Vec<(String, String)> {
    Strategy::ALL
        .iter()
        .map(|s| (s.word().to_owned(), s.explain().to_owned()))
        .collect()
}

fn strategy_of(word: &str) -> Strategy {
    Strategy::ALL
        .into_iter()
        .find(|s| s.word() == word)
        .unwrap_or_default()
}

impl Form {
    pub(super) fn new(
        purpose: Purpose,
        title: String,
        verb: &'static str,
        fields: Vec<Field>,
    ) -> Self {
        Form {
            purpose,
            title,
            verb,
            fields,
            at: 0,
            error: None,
            busy: false,
        }
    }

    /// Asks what a clone is to be called and how isolated it is to be. `owners` are the instances
    /// whose project could be shared.
    pub fn clone_of(source: &InstanceView, name: &str, owners: Vec<String>) -> Self {
        let at = Strategy::ALL
            .iter()
            .position(|s| *s == source.strategy)
            .unwrap_or(0);
        let from = owners.iter().position(|o| o == source.name.as_str());
        let owners = owners.into_iter().map(|o| (o, String::new())).collect();
        Form::new(
            Purpose::Clone {
                source: source.name.clone(),
            },
            format!("Clone {}", source.name),
            "show the plan",
            vec![
                Field::text("Name", name, "a name for the clone"),
                Field::choice("Strategy", strategies(), at),
                Field::choice("In project of", owners, from.unwrap_or(0)),
            ],
        )
    }

    pub fn new_instance(name: &str) -> Self {
        let kinds = vec![
            (
                ProviderKind::Sandbox.word().to_owned(),
                "on this machine, free".to_owned(),
            ),
            (
                ProviderKind::Cloud.word().to_owned(),
                "a Supabase account".to_owned(),
            ),
        ];
        let at = Strategy::ALL
            .iter()
            .position(|s| *s == Strategy::default())
            .unwrap_or(0);
        Form::new(
            Purpose::New,
            "New instance".into(),
            "create",
            vec![
                Field::text("Name", name, "lower-case letters, digits, hyphens"),
                Field::text("Purpose", "", "what it is for"),
                Field::choice("Strategy", strategies(), at),
                Field::choice("Project", kinds, 0),
            ],
        )
    }

    /// Asks in whose project an instance is to get its schema.
    pub fn shared_project(instance: &InstanceName, owners: Vec<String>) -> Self {
        let owners = owners.into_iter().map(|o| (o, String::new())).collect();
        Form::new(
            Purpose::Init {
                instance: instance.clone(),
            },
            format!("Set {instance} up"),
            "show the plan",
            vec![Field::choice("In project of", owners, 0)],
        )
    }

    /// Asks which instance to compare with; the one that it was cloned from comes first.
    pub fn compare(left: &InstanceView, others: Vec<String>) -> Self {
        let from = left.cloned_from.as_deref();
        let at = others.iter().position(|name| Some(name.as_str()) == from);
        let options = others.into_iter().map(|name| (name, String::new()));
        Form::new(
            Purpose::Compare {
                left: left.name.clone(),
            },
            format!("Compare {}", left.name),
            "compare",
            vec![Field::choice("With", options.collect(), at.unwrap_or(0))],
        )
    }

    pub fn add_key() -> Self {
        Form::new(
            Purpose::AddKey,
            "Add a key".into(),
            "add",
            vec![
                Field::text("Key", "", "NAME_IN_CAPITALS"),
                Field::text("Value", "", "may be empty").of_lines(),
            ],
        )
    }

    /// A secret's old value isn't put into the field: it would be on the screen. `value` is `None`
    /// for a key that isn't there yet.
    pub fn change_key(
        key: &str,
        value: Option<&str>,
        secret: bool,
        kind: Option<&KeyType>,
        example: Option<&str>,
    ) -> Self {
        let now = value.unwrap_or_default();
        let example = example.map(|example| format!("for example {example}"));
        let hint = example.unwrap_or_else(|| "empty".to_owned());
        let field = match kind.and_then(|kind| choices::of_key(kind, now)) {
            _ if secret => Field::secret("Value", "type or paste the new value").of_lines(),
            Some((options, at)) => Field::choice("Value", options, at),
            None => Field::text("Value", now, &hint).of_lines(),
        };
        let (title, verb) = match value {
            Some(_) => (format!("Change {key}"), "change"),
            None => (format!("Set {key}"), "set"),
        };
        Form::new(
            Purpose::ChangeKey { key: key.into() },
            title,
            verb,
            vec![field],
        )
    }

    pub fn config(file: &str, path: Vec<String>, value: &str, kind: Option<FieldType>) -> Self {
        let field = match kind.and_then(|kind| choices::of_file(kind, value)) {
            Some((options, at)) => Field::choice("Value", options, at),
            None => Field::text("Value", value, "empty"),
        };
        let title = format!("{} in {file}", path.join("."));
        let file = file.into();
        Form::new(Purpose::Config { file, path }, title, "save", vec![field])
    }

    /// Asks which of the missing keys to add, and its value.
    pub fn add_config(file: &str, missing: &[&'static fields::Field]) -> Self {
        let keys = missing
            .iter()
            .map(|field| (field.key.to_owned(), field.help.to_owned()))
            .collect();
        Form::new(
            Purpose::AddConfig { file: file.into() },
            format!("Add to {file}"),
            "add",
            vec![
                Field::choice("Key", keys, 0),
                Field::text("Value", "", "as the key asks for"),
            ],
        )
    }

    /// What is known of the value of a configuration file that is filled in.
    pub fn field_of_file(&self) -> Option<&'static fields::Field> {
        match &self.purpose {
            Purpose::Config { file, path } => fields::known(file, path),
            Purpose::AddConfig { file } => fields::known(file, &[self.word(0).to_owned()]),
            _ => None,
        }
    }

    /// The value that is typed, where this is about a key of the environment.
    pub fn typed_value(&self) -> Option<&str> {
        match self.purpose {
            Purpose::ChangeKey { .. } => Some(self.word(0)),
            Purpose::AddKey => Some(self.word(1)),
            _ => None,
        }
    }

    /// The key that is filled in.
    pub fn key(&self) -> Option<&str> {
        match &self.purpose {
            Purpose::ChangeKey { key } => Some(key),
            Purpose::AddKey => Some(self.word(0).trim()),
            _ => None,
        }
    }

    /// Moves the cursor to the line above or below, within a field of several; false at its ends.
    pub fn line_step(&mut self, by: isize) -> bool {
        let lines = self.fields.get(self.at).is_some_and(|field| field.lines);
        let Some(input) = self.input().filter(|_| lines) else {
            return false;
        };
        let rows: Vec<usize> = input
            .value()
            .split('\n')
            .map(|r| r.chars().count())
            .collect();
        let mut column = input.cursor();
        let mut row = 0;
        while let Some(length) = rows.get(row).filter(|length| column > **length) {
            column -= length + 1;
            row += 1;
        }
        let Some(target) = row.checked_add_signed(by).filter(|row| *row < rows.len()) else {
            return false;
        };
        let before: usize = rows.iter().take(target).map(|length| length + 1).sum();
        let column = column.min(rows.get(target).copied().unwrap_or(0));
        input.handle(tui_input::InputRequest::SetCursor(before + column));
        true
    }

    /// The fields that matter now, by position.
    pub fn visible(&self) -> Vec<usize> {
        let shared = matches!(self.purpose, Purpose::Clone { .. })
            && self.word(1) != Strategy::Schema.word();
        (0..self.fields.len())
            .filter(|i| !(shared && *i == 2))
            .collect()
    }

    pub fn word(&self, field: usize) -> &str {
        self.fields.get(field).map_or("", Field::word)
    }

    pub fn step(&mut self, by: isize) {
        let visible = self.visible();
        let n = visible.len() as isize;
        if n == 0 {
            return;
        }
        let here = visible.iter().position(|i| *i == self.at).unwrap_or(0) as isize;
        if let Some(next) = visible.get((here + by).rem_euclid(n) as usize) {
            self.at = *next;
        }
    }

    /// The next or previous option of a choice; false where the field isn't one.
    pub fn choose(&mut self, by: isize) -> bool {
        let Some(Field {
            value: Value::Choice { options, at },
            ..
        }) = self.fields.get_mut(self.at)
        else {
            return false;
        };
        if !options.is_empty() {
            *at = (*at as isize + by).rem_euclid(options.len() as isize) as usize;
        }
        true
    }

    pub fn input(&mut self) -> Option<&mut Input> {
        match self.fields.get_mut(self.at).map(|f| &mut f.value) {
            Some(Value::Text { input, .. }) => Some(input),
            _ => None,
        }
    }

    /// What a filled-in clone form asks for.
    pub fn clone_request(&self, source: &InstanceName) -> Result<Request> {
        let strategy = strategy_of(self.word(1));
        let project_of = match strategy {
            Strategy::Schema => Some(InstanceName::parse(self.word(2))?),
            _ => None,
        };
        Ok(Request::Clone {
            source: source.clone(),
            target: InstanceName::parse(self.word(0).trim())?,
            strategy,
            project_of,
        })
    }

    pub fn new_request(&self) -> Result<NewInstance> {
        let kind = match self.word(3) == ProviderKind::Cloud.word() {
            true => ProviderKind::Cloud,
            false => ProviderKind::Sandbox,
        };
        Ok(NewInstance {
            name: InstanceName::parse(self.word(0).trim())?,
            purpose: self.word(1).trim().to_owned(),
            strategy: strategy_of(self.word(2)),
            kind,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_goes_from_line_to_line() {
        let mut form = Form::change_key("K", Some("abc\n\nlonger"), false, None, None);
        let at = |form: &mut Form| form.input().unwrap().cursor();
        assert_eq!(at(&mut form), 11);
        assert!(form.line_step(-1));
        assert_eq!(at(&mut form), 4);
        assert!(form.line_step(-1));
        assert_eq!(at(&mut form), 0);
        assert!(!form.line_step(-1));
        form.input()
            .unwrap()
            .handle(tui_input::InputRequest::SetCursor(3));
        assert!(form.line_step(1) && form.line_step(1));
        assert_eq!(at(&mut form), 5);
        assert!(!form.line_step(1));
    }
}
