//! The first instance's configuration, as its `.env` has it.

use jiff::Timestamp;

use super::survey::FIRST;
use crate::domain::config::{AtlassianConfig, AtlassianKind, Manifest, SupabaseConfig};
use crate::domain::config_file::json_edit;
use crate::domain::env_file::EnvFile;
use crate::domain::strategy::ProviderKind;
use crate::error::Result;
use crate::workspace::{manifest, template};

/// Name and text of every file that the instance gets beside its `.env`; and what is to be known.
pub(super) struct Derived {
    pub files: Vec<(&'static str, String)>,
    pub notes: Vec<String>,
}

pub(super) fn derive(env: &EnvFile, region: &str) -> Result<Derived> {
    let mut notes = Vec::new();
    let supabase = supabase(env, region, &mut notes);
    let atlassian = atlassian(env);
    let manifest = Manifest {
        purpose: "The original".to_owned(),
        created: Some(Timestamp::now()),
        ..Manifest::default()
    };
    let json =
        |name, template, config: &SupabaseConfig| json_edit::update(name, template, config, &[]);
    Ok(Derived {
        files: vec![
            (
                "supabase.config.json",
                json("supabase.config.json", template::SUPABASE, &supabase)?,
            ),
            (
                "atlassian.config.json",
                json_edit::update(
                    "atlassian.config.json",
                    template::ATLASSIAN,
                    &atlassian,
                    &[],
                )?,
            ),
            (
                "instance.toml",
                manifest::update("instance.toml", template::MANIFEST, &manifest)?,
            ),
        ],
        notes,
    })
}

fn value<'e>(env: &'e EnvFile, key: &str) -> Option<&'e str> {
    env.get(key)
        .map(str::trim)
        .filter(|value| !value.is_empty())
}

fn supabase(env: &EnvFile, region: &str, notes: &mut Vec<String>) -> SupabaseConfig {
    let host = value(env, "SUPABASE_URL").map(host);
    let cloud = host.and_then(|host| host.strip_suffix(".supabase.co"));
    let named = ["SUPABASE_PROJECT_REF", "MCP_SUPABASE_PROJECT_REF"];
    let named = named.iter().find_map(|key| value(env, key));
    let project = named.or(cloud).filter(|text| is_ref(text));
    let local = host.is_some_and(|host| host == "localhost" || host.starts_with("127."));
    if local {
        notes.push(format!(
            "SUPABASE_URL names a project on this machine; \"matriz init {FIRST}\" gives it one of the sandbox's, and new keys."
        ));
    }
    let kind = match (local, host.is_some() || project.is_some()) {
        (false, true) => ProviderKind::Cloud,
        _ => ProviderKind::Sandbox,
    };
    SupabaseConfig {
        kind,
        project_ref: project.filter(|_| !local).map(str::to_owned),
        region: region.to_owned(),
        schema: value(env, "MCP_SUPABASE_SCHEMA")
            .unwrap_or("public")
            .to_owned(),
        ..SupabaseConfig::default()
    }
}

fn atlassian(env: &EnvFile) -> AtlassianConfig {
    let site = value(env, "ATLASSIAN_SITE").map(|site| {
        let site = site.trim_end_matches('/');
        site.strip_prefix("https://").unwrap_or(site).to_owned()
    });
    AtlassianConfig {
        kind: match site {
            Some(_) => AtlassianKind::Cloud,
            None => AtlassianKind::None,
        },
        site,
        jira_project_key: value(env, "JIRA_PROJECT_KEY").map(str::to_owned),
        confluence_space_key: value(env, "CONFLUENCE_SPACE_KEY").map(str::to_owned),
        ..AtlassianConfig::default()
    }
}

fn is_ref(text: &str) -> bool {
    text.len() == 20 && text.bytes().all(|b| b.is_ascii_lowercase())
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':', '?']).next().unwrap_or(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> (SupabaseConfig, AtlassianConfig) {
        let derived = derive(&EnvFile::parse(text).unwrap(), "sa-east-1").unwrap();
        (
            serde_json::from_str(&derived.files[0].1).unwrap(),
            serde_json::from_str(&derived.files[1].1).unwrap(),
        )
    }

    #[test]
    fn the_configuration_says_what_the_values_say() {
        let (supabase, atlassian) = of(
            "SUPABASE_URL=https://abcdefghijklmnopqrst.supabase.co\nATLASSIAN_SITE=https://example.atlassian.net/\nJIRA_PROJECT_KEY=ACME\n",
        );
        assert_eq!(supabase.kind, ProviderKind::Cloud);
        assert_eq!(
            supabase.project_ref.as_deref(),
            Some("abcdefghijklmnopqrst")
        );
        assert_eq!(atlassian.kind, AtlassianKind::Cloud);
        assert_eq!(atlassian.site.as_deref(), Some("example.atlassian.net"));
        assert_eq!(atlassian.jira_project_key.as_deref(), Some("ACME"));
        let (supabase, atlassian) = of("SUPABASE_URL=http://127.0.0.1:54321\n");
        assert_eq!(supabase.kind, ProviderKind::Sandbox);
        assert_eq!(supabase.project_ref, None);
        assert_eq!(atlassian.kind, AtlassianKind::None);
    }
}
