//! What an instance's entries keep apart, and what they can't: said wherever they are written.

use super::target::{Options, Targets};

/// One sentence a line. `shared_schemas`: the project has other instances' schemas in it.
pub fn isolation(targets: &Targets, options: &Options, shared_schemas: bool) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(server) = &targets.supabase {
        let access = access(options.writable);
        lines.push(format!(
            "supabase: limited by the server to the project {}, {access}.",
            server.project_ref
        ));
        if shared_schemas {
            lines.push(
                "supabase: the server can't be limited to a schema; it reaches those of the instances that share the project, too."
                    .to_owned(),
            );
        }
    }
    let Some(server) = &targets.atlassian else {
        return lines;
    };
    if options.hosted_atlassian {
        lines.push(
            "atlassian: Atlassian's own server can't be limited to a project or a space; it reaches all that the account may see, and may change it."
                .to_owned(),
        );
        return lines;
    }
    let places = [
        server
            .jira_project
            .as_ref()
            .map(|key| format!("the Jira project {key}")),
        server.space.as_ref().map(|key| format!("the space {key}")),
    ];
    let places: Vec<String> = places.into_iter().flatten().collect();
    lines.push(format!(
        "atlassian: mcp-atlassian limits its searches to {}, {}; the token itself reaches all that its account may see.",
        places.join(" and "),
        access(options.writable)
    ));
    if server.site.starts_with("http://") {
        lines.push(
            "atlassian: for an address on this machine mcp-atlassian speaks as to a server of one's own, not as to the cloud; the sandbox answers the cloud's calls, so not every tool works."
                .to_owned(),
        );
    }
    lines
}

fn access(writable: bool) -> &'static str {
    match writable {
        true => "and may change it",
        false => "read-only",
    }
}
