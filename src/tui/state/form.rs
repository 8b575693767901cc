//! A few fields to fill in: for a clone, a new instance, a key and its value.

use tui_input::Input;

use crate::domain::instance::InstanceView;
use crate::domain::name::InstanceName;
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::error::Result;
use crate::tui::backend::{NewInstance, Request};

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
        }
    }

    pub fn choice(label: &'static str, options: Vec<(String, String)>, at: usize) -> Self {
        Field {
            label,
            value: Value::Choice { options, at },
        }
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

    pub fn add_key() -> Self {
        Form::new(
            Purpose::AddKey,
            "Add a key".into(),
            "add",
            vec![
                Field::text("Key", "", "NAME_IN_CAPITALS"),
                Field::text("Value", "", "may be empty"),
            ],
        )
    }

    /// A secret's old value isn't put into the field: it would be on the screen.
    pub fn change_key(key: &str, value: &str, secret: bool) -> Self {
        let field = if secret {
            Field::secret("Value", "type or paste the new value")
        } else {
            Field::text("Value", value, "empty")
        };
        Form::new(
            Purpose::ChangeKey { key: key.into() },
            format!("Change {key}"),
            "change",
            vec![field],
        )
    }

    pub fn config(file: &str, path: Vec<String>, value: &str, hint: &str) -> Self {
        Form::new(
            Purpose::Config {
                file: file.into(),
                path: path.clone(),
            },
            format!("{} in {file}", path.join(".")),
            "save",
            vec![Field::text("Value", value, hint)],
        )
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
