//! What becomes of a file: which entries come, change, stay or are somebody else's, and its text.

use serde::Serialize;
use serde_json::{Map, Value};

use super::client::Client;
use super::entry;
use super::recognise;
use super::target::{Options, Targets};
use crate::domain::config_file::{json_edit, jsonc};
use crate::error::Result;

/// The names of the entries that are Matriz's own.
pub const ENTRIES: [&str; 2] = ["supabase", "atlassian"];

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// There was none of that name.
    New,
    Changed,
    Same,
    /// The instance has no such place any more.
    Gone,
    /// There is one of that name that Matriz didn't write, and that is different.
    Foreign,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub name: &'static str,
    pub kind: ChangeKind,
    /// What is there; secrets in it are the file's own.
    #[serde(skip)]
    pub old: Option<Value>,
    #[serde(rename = "entry")]
    pub new: Option<Value>,
}

/// What would be written.
#[derive(Debug, Clone, PartialEq)]
pub struct FilePlan {
    pub changes: Vec<Change>,
    /// The whole file.
    pub text: String,
    /// False where the file is as it's to be.
    pub differs: bool,
}

impl FilePlan {
    /// Entries that somebody else made stand in the way.
    pub fn foreign(&self) -> impl Iterator<Item = &Change> {
        let all = self.changes.iter();
        all.filter(|change| change.kind == ChangeKind::Foreign)
    }
}

/// The file with the instance's entries. `file` names it in an error; `text` is `None` where there is
/// none yet; `replace`: entries of these names that Matriz didn't write give way.
///
/// # Errors
/// `Parse`, with its place, where the file can't be read.
pub fn plan(
    file: &str,
    text: Option<&str>,
    targets: &Targets,
    options: &Options,
    replace: bool,
) -> Result<FilePlan> {
    planned(
        file,
        text,
        targets,
        &|_, _| options.clone(),
        options.client,
        replace,
    )
}

/// The same for the places of an instance that changed: what was chosen for its entries (writable,
/// features) stays, and so does what Matriz didn't write. As Claude Code reads it.
///
/// # Errors
/// As [`plan`].
pub fn follow(file: &str, text: Option<&str>, targets: &Targets) -> Result<FilePlan> {
    let client = Client::Claude;
    let chosen = |name: &str, found: Option<&Value>| {
        let found = found.and_then(|value| recognise::options(client, name, value));
        found.unwrap_or_default()
    };
    planned(file, text, targets, &chosen, client, false)
}

fn planned(
    file: &str,
    text: Option<&str>,
    targets: &Targets,
    options: &dyn Fn(&str, Option<&Value>) -> Options,
    client: Client,
    replace: bool,
) -> Result<FilePlan> {
    let old = text
        .filter(|text| !text.trim().is_empty())
        .unwrap_or("{}\n");
    let there = servers(file, old, client)?;
    let [supabase, atlassian] = ENTRIES.map(|name| options(name, there.get(name)));
    let wanted = [
        targets
            .supabase
            .as_ref()
            .map(|s| entry::supabase(s, &supabase)),
        targets
            .atlassian
            .as_ref()
            .map(|s| entry::atlassian(s, &atlassian)),
    ];
    let (mut new, mut changes) = (old.to_owned(), Vec::new());
    for (name, wanted) in ENTRIES.into_iter().zip(wanted) {
        let found = there.get(name).cloned();
        let ours = found
            .as_ref()
            .is_some_and(|v| recognise::options(client, name, v).is_some());
        let kind = match (&found, &wanted) {
            (None, None) => continue,
            (None, Some(_)) => ChangeKind::New,
            (Some(a), Some(b)) if a == b => ChangeKind::Same,
            // one of theirs that nobody asked about
            (Some(_), None) if !ours => continue,
            (Some(_), None) => ChangeKind::Gone,
            (Some(_), Some(_)) if ours || replace => ChangeKind::Changed,
            (Some(_), Some(_)) => ChangeKind::Foreign,
        };
        match (kind, &wanted) {
            (ChangeKind::New | ChangeKind::Changed, Some(value)) => {
                new = set(file, &new, client, name, value)?;
            }
            (ChangeKind::Gone, _) => new = take(&new, client, name),
            _ => {}
        }
        changes.push(Change {
            name,
            kind,
            old: found,
            new: wanted,
        });
    }
    new = with_inputs(file, new, client, &changes)?;
    Ok(FilePlan {
        differs: text != Some(&new) && !(text.is_none() && changes.is_empty()),
        changes,
        text: new,
    })
}

/// What VS Code needs to ask for; an input of that name that is there stays.
fn with_inputs(file: &str, text: String, client: Client, changes: &[Change]) -> Result<String> {
    let written = |c: &&Change| {
        matches!(
            c.kind,
            ChangeKind::New | ChangeKind::Changed | ChangeKind::Same
        )
    };
    let entries: Vec<&Value> = changes
        .iter()
        .filter(written)
        .filter_map(|c| c.new.as_ref())
        .collect();
    let mut text = text;
    for input in entry::inputs(client, &entries) {
        let all: Map<String, Value> = jsonc::read(file, &text)?;
        let there = all.get("inputs").and_then(Value::as_array);
        if !there.is_some_and(|list| list.iter().any(|i| i.get("id") == input.get("id"))) {
            text = jsonc::append(file, &text, "inputs", &input)?;
        }
    }
    Ok(text)
}

/// Whether the file has an entry of that name.
pub fn has(file: &str, text: &str, client: Client, name: &str) -> Result<bool> {
    Ok(servers(file, text, client)?.contains_key(name))
}

/// The file without these entries of Matriz's own; what else stands in it stays as it is.
pub fn remove(file: &str, text: &str, client: Client, names: &[&str]) -> Result<String> {
    let there = servers(file, text, client)?;
    let mut new = text.to_owned();
    for name in names {
        if there
            .get(*name)
            .is_some_and(|v| recognise::options(client, name, v).is_some())
        {
            new = take(&new, client, name);
        }
    }
    Ok(new)
}

/// The file without any entry of Matriz's own.
pub fn take_out(file: &str, text: &str, client: Client) -> Result<String> {
    remove(file, text, client, &ENTRIES)
}

fn servers(file: &str, text: &str, client: Client) -> Result<Map<String, Value>> {
    let all: Map<String, Value> = match client.allows_comments() {
        true => jsonc::read(file, text)?,
        false => json_edit::read(file, text)?,
    };
    let servers = all.get(client.servers());
    Ok(servers
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default())
}

fn set(file: &str, text: &str, client: Client, name: &str, value: &Value) -> Result<String> {
    jsonc::set(file, text, &[client.servers(), name], value)
}

fn take(text: &str, client: Client, name: &str) -> String {
    jsonc::remove(text, &[client.servers()], name)
}
