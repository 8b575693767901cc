//! An entry's value in a client's shape.

use serde_json::{Map, Value, json};

use super::client::Client;
use super::target::{AtlassianServer, Options, SupabaseServer};

/// Supabase's own server, reached over HTTP.
pub(super) const SUPABASE_URL: &str = "https://mcp.supabase.com/mcp";
/// The same as a package of npm, for an API at another address.
pub(super) const SUPABASE_PACKAGE: &str = "@supabase/mcp-server-supabase@latest";
/// Atlassian's own server.
pub(super) const ATLASSIAN_URL: &str = "https://mcp.atlassian.com/v2/mcp";
/// The community's, a package of PyPI.
pub(super) const ATLASSIAN_PACKAGE: &str = "mcp-atlassian@latest";

pub(super) fn supabase(server: &SupabaseServer, options: &Options) -> Value {
    let client = options.client;
    let features = options.features.join(",");
    let token = client.reference(&server.token_key);
    let Some(api_url) = &server.api_url else {
        let read_only = if options.writable {
            ""
        } else {
            "&read_only=true"
        };
        let project = &server.project_ref;
        let url = format!("{SUPABASE_URL}?project_ref={project}{read_only}&features={features}");
        let mut entry = client.remote(&url);
        if options.headless {
            entry["headers"] = json!({"Authorization": format!("Bearer {token}")});
        }
        return entry;
    };
    let mut args = vec!["-y".to_owned(), SUPABASE_PACKAGE.to_owned()];
    if !options.writable {
        args.push("--read-only".to_owned());
    }
    args.push(format!("--project-ref={}", server.project_ref));
    args.push(format!("--features={features}"));
    args.push(format!("--api-url={api_url}"));
    client.local("npx", &args, json!({"SUPABASE_ACCESS_TOKEN": token}))
}

pub(super) fn atlassian(server: &AtlassianServer, options: &Options) -> Value {
    let client = options.client;
    if options.hosted_atlassian {
        return client.remote(ATLASSIAN_URL);
    }
    let mut args = vec![ATLASSIAN_PACKAGE.to_owned()];
    if !options.writable {
        args.push("--read-only".to_owned());
    }
    let (email, token) = (
        client.reference(&server.email_key),
        client.reference(&server.token_key),
    );
    let mut env = Map::new();
    // a product without a filter would reach the whole site: it's left out altogether
    if let Some(project) = &server.jira_project {
        env.insert("JIRA_URL".into(), json!(server.site));
        env.insert("JIRA_USERNAME".into(), json!(email));
        env.insert("JIRA_API_TOKEN".into(), json!(token));
        env.insert("JIRA_PROJECTS_FILTER".into(), json!(project));
    }
    if let Some(space) = &server.space {
        let url = format!("{}/wiki", server.site);
        env.insert("CONFLUENCE_URL".into(), json!(url));
        env.insert("CONFLUENCE_USERNAME".into(), json!(email));
        env.insert("CONFLUENCE_API_TOKEN".into(), json!(token));
        env.insert("CONFLUENCE_SPACES_FILTER".into(), json!(space));
    }
    client.local("uvx", &args, Value::Object(env))
}

/// What VS Code has to ask for: one input for every variable that an entry refers to.
pub(super) fn inputs(client: Client, entries: &[&Value]) -> Vec<Value> {
    if client != Client::VsCode {
        return Vec::new();
    }
    let mut names: Vec<String> = Vec::new();
    for text in entries.iter().flat_map(|entry| texts(entry)) {
        let text = text.strip_prefix("Bearer ").unwrap_or(&text).to_owned();
        if let Some(name) = client.referred(&text)
            && !names.iter().any(|n| n == name)
        {
            names.push(name.to_owned());
        }
    }
    let input = |name: &String| {
        let secret = crate::domain::secret::is_secret_key(name);
        json!({"type": "promptString", "id": name, "description": name, "password": secret})
    };
    names.iter().map(input).collect()
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Object(map) => map.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}
