//! Whether an entry is one that Matriz writes: read for its parts, and made again from them.

use serde_json::Value;

use super::client::Client;
use super::entry::{self, SUPABASE_URL};
use super::target::{AtlassianServer, Options, SupabaseServer, is_ref};

/// How an entry found under `name` was written, where it is what Matriz writes for some instance. An
/// entry that a person made in the very same form is as good.
pub(super) fn options(client: Client, name: &str, value: &Value) -> Option<Options> {
    match name {
        "supabase" => supabase(client, value),
        "atlassian" => atlassian(client, value),
        _ => None,
    }
}

fn supabase(client: Client, value: &Value) -> Option<Options> {
    let (server, options) = match address(value) {
        Some(url) => hosted(client, url, value)?,
        None => package(client, value)?,
    };
    (entry::supabase(&server, &options) == *value).then_some(options)
}

fn address(value: &Value) -> Option<&str> {
    let url = value.get("url").or_else(|| value.get("serverUrl"))?;
    url.as_str()
}

fn hosted(client: Client, url: &str, value: &Value) -> Option<(SupabaseServer, Options)> {
    let query = url.strip_prefix(SUPABASE_URL)?.strip_prefix('?')?;
    let (mut project, mut features, mut writable) = (None, Vec::new(), true);
    for pair in query.split('&') {
        match pair.split_once('=')? {
            ("project_ref", text) => project = Some(text),
            ("features", text) => features = list(text),
            ("read_only", "true") => writable = false,
            _ => return None,
        }
    }
    let header = value.pointer("/headers/Authorization");
    let token = header.and_then(Value::as_str);
    let token = token.and_then(|text| client.referred(text.strip_prefix("Bearer ")?));
    let options = Options {
        writable,
        features,
        headless: token.is_some(),
        ..Options::of(client)
    };
    Some((server(project?, None, token.unwrap_or_default())?, options))
}

fn package(client: Client, value: &Value) -> Option<(SupabaseServer, Options)> {
    let args: Vec<&str> = value
        .get("args")?
        .as_array()?
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let flag = |name: &str| args.iter().find_map(|arg| arg.strip_prefix(name));
    let token = value.pointer("/env/SUPABASE_ACCESS_TOKEN")?.as_str()?;
    let options = Options {
        writable: !args.contains(&"--read-only"),
        features: list(flag("--features=")?),
        ..Options::of(client)
    };
    let api_url = flag("--api-url=")?;
    let server = server(
        flag("--project-ref=")?,
        Some(api_url),
        client.referred(token)?,
    )?;
    Some((server, options))
}

fn server(project: &str, api_url: Option<&str>, token_key: &str) -> Option<SupabaseServer> {
    is_ref(project).then(|| SupabaseServer {
        project_ref: project.to_owned(),
        api_url: api_url.map(str::to_owned),
        token_key: token_key.to_owned(),
    })
}

fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::to_owned).collect()
}

fn atlassian(client: Client, value: &Value) -> Option<Options> {
    let hosted = address(value).is_some();
    let text = |key: &str| value.get("env")?.get(key)?.as_str();
    let either = |key: &str| {
        let found = text(&format!("JIRA_{key}")).or_else(|| text(&format!("CONFLUENCE_{key}")));
        client
            .referred(found.unwrap_or_default())
            .map(str::to_owned)
    };
    let site = text("JIRA_URL").or_else(|| text("CONFLUENCE_URL")?.strip_suffix("/wiki"));
    let server = AtlassianServer {
        site: site.unwrap_or_default().to_owned(),
        jira_project: text("JIRA_PROJECTS_FILTER").map(str::to_owned),
        space: text("CONFLUENCE_SPACES_FILTER").map(str::to_owned),
        email_key: either("USERNAME").unwrap_or_default(),
        token_key: either("API_TOKEN").unwrap_or_default(),
    };
    let args = value.get("args").and_then(Value::as_array);
    let options = Options {
        writable: !args.is_some_and(|args| args.iter().any(|arg| arg == "--read-only")),
        hosted_atlassian: hosted,
        ..Options::of(client)
    };
    (entry::atlassian(&server, &options) == *value).then_some(options)
}
