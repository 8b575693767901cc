//! What a file says by itself, and beside the instance's configurations.

use super::EnvFinding;
use crate::domain::config::{AtlassianConfig, AtlassianKind, SupabaseConfig};
use crate::domain::env_file::EnvFile;
use crate::domain::env_schema::SchemaFinding;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::workspace::Workspace;

const JIRA: &str = "JIRA_PROJECT_KEY";
const SPACE: &str = "CONFLUENCE_SPACE_KEY";

pub fn check(workspace: &Workspace, name: &InstanceName) -> Result<Vec<EnvFinding>> {
    let dir = workspace.instance(name)?;
    let (env, _) = dir.read_env()?;
    let schema = workspace.env_schema()?;
    let wanted = dir.wanted_keys()?;
    let (supabase, atlassian) = (dir.supabase_config()?, dir.atlassian_config()?);
    let file = format!("instances/{name}/.env");
    let shared = workspace.shared_env()?;
    let elsewhere = |key: &str| {
        let set = shared.get(key).is_some_and(|value| !value.is_empty());
        set || std::env::var(key).is_ok_and(|value| !value.is_empty())
    };
    let mut of_schema = schema.check(&env, &wanted);
    of_schema.retain(|found| {
        let missing = found.code == "E301";
        // the account's own values may stand in the workspace's .env, as everywhere in the program
        let account = [
            supabase.access_token_key.as_str(),
            &atlassian.email_key,
            &atlassian.token_key,
            "ATLASSIAN_SITE",
        ];
        let given = account.contains(&found.key.as_str()) && elsewhere(&found.key);
        !(missing && (given || is_left_out(&found.key, &atlassian)))
    });
    let unmade = not_yet(&of_schema, |key| {
        let made = schema.key(key).is_some_and(|spec| spec.is_made(&wanted));
        made && !is_set_up(key, &supabase, &atlassian)
    });
    if !unmade.is_empty() {
        of_schema.retain(|found| found.code != "E301" || !unmade.contains(&found.key));
        of_schema.push(SchemaFinding {
            key: String::new(),
            line: None,
            code: "W301",
            text: format!(
                "{name} isn't set up yet: \"matriz init {name}\" writes {}.",
                unmade.join(", ")
            ),
            error: false,
        });
    }
    of_schema.extend(schema.expired(&env, jiff::Timestamp::now().as_second()));
    of_schema.extend(otherwise(&env, &supabase, &atlassian));
    let of_lints = env.lints().iter().map(|lint| SchemaFinding {
        key: String::new(),
        line: Some(lint.line),
        code: lint.code.code(),
        text: lint.code.explain().to_owned(),
        error: false,
    });
    let mut all: Vec<SchemaFinding> = of_schema.into_iter().chain(of_lints).collect();
    all.sort_by_key(|found| (found.line, !found.error));
    Ok(all
        .into_iter()
        .map(|found| EnvFinding {
            file: file.clone(),
            line: found.line,
            key: Some(found.key).filter(|key| !key.is_empty()),
            code: found.code.to_owned(),
            text: found.text,
            error: found.error,
        })
        .collect())
}

/// The missing keys that something will still be made for.
fn not_yet(found: &[SchemaFinding], unmade: impl Fn(&str) -> bool) -> Vec<String> {
    let missing = found.iter().filter(|found| found.code == "E301");
    missing
        .map(|found| found.key.clone())
        .filter(|key| unmade(key))
        .collect()
}

/// Whether what a key belongs to was made or connected, as the configurations have it.
fn is_set_up(key: &str, supabase: &SupabaseConfig, atlassian: &AtlassianConfig) -> bool {
    let has = |key: &Option<String>| key.as_ref().is_some_and(|key| !key.is_empty());
    match key == JIRA || key == SPACE || key.starts_with("ATLASSIAN_") {
        true => has(&atlassian.jira_project_key) || has(&atlassian.confluence_space_key),
        false => has(&supabase.project_ref),
    }
}

/// An instance may have a Jira project alone, or a space alone.
fn is_left_out(key: &str, config: &AtlassianConfig) -> bool {
    let has = |key: &Option<String>| key.as_ref().is_some_and(|key| !key.is_empty());
    let (jira, space) = (
        has(&config.jira_project_key),
        has(&config.confluence_space_key),
    );
    match key {
        JIRA => space && !jira,
        SPACE => jira && !space,
        _ => false,
    }
}

/// What a configuration file says otherwise. `E305`.
fn otherwise(
    env: &EnvFile,
    supabase: &SupabaseConfig,
    atlassian: &AtlassianConfig,
) -> Vec<SchemaFinding> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let on_site = atlassian.kind != AtlassianKind::None;
    let site = |value: &Option<String>| if on_site { text(value) } else { String::new() };
    let (sup, atl) = ("supabase.config.json", "atlassian.config.json");
    let pairs = [
        (
            "SUPABASE_PROJECT_REF",
            sup,
            "projectRef",
            text(&supabase.project_ref),
        ),
        (
            "MCP_SUPABASE_SCHEMA",
            sup,
            "schema",
            supabase.schema.clone(),
        ),
        (
            JIRA,
            atl,
            "jiraProjectKey",
            site(&atlassian.jira_project_key),
        ),
        (
            SPACE,
            atl,
            "confluenceSpaceKey",
            site(&atlassian.confluence_space_key),
        ),
    ];
    let mut found = Vec::new();
    for (key, file, field, said) in pairs {
        let entry = env.entries().find(|e| e.effective && e.key == key);
        let Some(entry) = entry.filter(|e| !e.value.is_empty()) else {
            continue;
        };
        if !said.is_empty() && entry.value != said {
            found.push(SchemaFinding {
                key: key.to_owned(),
                line: Some(entry.line),
                code: "E305",
                text: format!(
                    "{key} isn't the {field} of {file}: one of them is another instance's, or old."
                ),
                error: true,
            });
        }
    }
    found
}
