//! The keys of an environment in groups, with what is to be said about each.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::env_file::LintCode;
use crate::domain::instance::InstanceView;
use crate::domain::secret;

use super::State;
use super::env::EnvEditor;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Row {
    Head(&'static str),
    Key(Key),
}

/// A key and what there is to know about it, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    pub name: String,
    /// False for a key that is expected and isn't there.
    pub present: bool,
    pub secret: bool,
    pub changed: bool,
    pub lints: Vec<LintCode>,
}

const GROUPS: [&str; 4] = ["Supabase", "Atlassian", "Models", "Other"];

/// Keys that an instance with a project of its own has.
const EXPECTED: [&str; 5] = [
    "SUPABASE_URL",
    "SUPABASE_PROJECT_REF",
    "SUPABASE_ANON_KEY",
    "SUPABASE_SERVICE_ROLE_KEY",
    "DATABASE_URL",
];

fn group(key: &str) -> usize {
    let any = |heads: &[&str]| heads.iter().any(|h| key.starts_with(h));
    if any(&["SUPABASE_", "MCP_SUPABASE_"]) || key == "DATABASE_URL" {
        0
    } else if any(&["ATLASSIAN_", "JIRA_", "CONFLUENCE_"]) {
        1
    } else if any(&["EMBEDDING_"]) || key.ends_with("_API_KEY") || key.ends_with("_MODEL") {
        2
    } else {
        3
    }
}

/// The lines of the tab: groups with their keys in the file's order, then what is expected and
/// missing.
pub fn rows(editor: &EnvEditor) -> Vec<Row> {
    let mut groups: [Vec<Key>; 4] = Default::default();
    for entry in editor.file.entries().filter(|e| e.effective) {
        let mut lints = entry.lints.to_vec();
        let doubled = editor
            .file
            .entries()
            .any(|e| e.key == entry.key && !e.effective);
        if doubled {
            lints.push(LintCode::Duplicate);
        }
        groups[group(entry.key)].push(Key {
            name: entry.key.to_owned(),
            present: true,
            secret: secret::is_secret(entry.key, entry.value),
            changed: editor.disk_value(entry.key) != Some(entry.value),
            lints,
        });
    }
    let missing = |name: &str| Key {
        name: name.to_owned(),
        present: false,
        secret: false,
        changed: editor.disk_value(name).is_some(),
        lints: Vec::new(),
    };
    for name in EXPECTED {
        if !editor.file.contains(name) {
            groups[0].push(missing(name));
        }
    }
    // what was removed stays in sight until it's saved
    for (name, before, after) in editor.changes() {
        let listed = EXPECTED.contains(&name.as_str());
        if before.is_some() && after.is_none() && !listed {
            groups[group(&name)].push(missing(&name));
        }
    }
    let mut rows = Vec::new();
    for (title, keys) in GROUPS.into_iter().zip(groups) {
        if !keys.is_empty() {
            rows.push(Row::Head(title));
            rows.extend(keys.into_iter().map(Row::Key));
        }
    }
    rows
}

/// The same without the heads: what the cursor goes through.
pub fn keys(editor: &EnvEditor) -> Vec<Row> {
    let mut rows = rows(editor);
    rows.retain(|row| matches!(row, Row::Key(_)));
    rows
}

/// Lines for the keys, in a pane of so many: two at the bottom explain the selected one.
pub fn list_height(height: usize) -> usize {
    height.saturating_sub(3)
}

/// The other instance whose project a value opens, where it does.
pub fn opens_another(state: &State, own: &InstanceView, value: &str) -> Option<String> {
    let names = |reference: &str| value.contains(reference) || token_names(value, reference);
    state
        .instances
        .rows
        .iter()
        .filter(|other| other.name != own.name)
        .filter_map(|other| Some((other, other.project_ref.as_deref()?)))
        .filter(|(_, reference)| reference.len() >= 8)
        .filter(|(_, reference)| own.project_ref.as_deref() != Some(*reference))
        .find(|(_, reference)| names(reference))
        .map(|(other, _)| other.name.to_string())
}

/// Whether a JSON Web Token's claims name a project.
fn token_names(value: &str, reference: &str) -> bool {
    let mut parts = value.split('.');
    let (Some(_), Some(claims), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    URL_SAFE_NO_PAD
        .decode(claims)
        .is_ok_and(|claims| String::from_utf8_lossy(&claims).contains(reference))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::backend::Document;

    fn editor(text: &str) -> EnvEditor {
        EnvEditor::new(Document {
            name: ".env".into(),
            path: "/nowhere/.env".into(),
            text: text.into(),
            stamp: String::new(),
        })
    }

    #[test]
    fn keys_stand_in_their_groups_and_missing_ones_are_named() {
        let editor =
            editor("PORT=1\nJIRA_PROJECT_KEY=CLN\nSUPABASE_URL=http://x\nGEMINI_API_KEY=a$b\n");
        let rows = rows(&editor);
        let heads: Vec<&Row> = rows.iter().filter(|r| matches!(r, Row::Head(_))).collect();
        assert_eq!(heads.len(), 4);
        let Some(Row::Key(gemini)) = rows
            .iter()
            .find(|r| matches!(r, Row::Key(k) if k.name == "GEMINI_API_KEY"))
        else {
            panic!("no GEMINI_API_KEY");
        };
        assert!(gemini.secret && gemini.lints.contains(&LintCode::DollarAmbiguous));
        assert!(
            rows.iter()
                .any(|r| matches!(r, Row::Key(k) if k.name == "DATABASE_URL" && !k.present))
        );
    }

    #[test]
    fn a_token_of_another_project_is_found_by_its_claims() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"ref":"sbxabcdefghijklmnopq","role":"anon"}"#);
        let token = format!("head.{claims}.tail");
        assert!(token_names(&token, "sbxabcdefghijklmnopq"));
        assert!(!token_names(&token, "sbxzzzzzzzzzzzzzzzzz"));
        assert!(!token_names("a.b", "b"));
    }
}
