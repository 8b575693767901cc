//! `link NAME`: connect what exists; nothing is created.

use std::process::ExitCode;

use super::Call;
use super::args::Link;
use crate::error::{Error, Result};
use crate::service::{LinkRequest, Linked};

pub async fn link(call: &Call<'_>, args: &Link) -> Result<ExitCode> {
    let name = call
        .service
        .resolve(args.name.as_deref(), call.global.instance.as_deref())?;
    let linked = call.service.link(&name, &request(args)?).await?;
    call.out
        .result(&serde_json::json!(linked), &text(&linked))?;
    Ok(ExitCode::SUCCESS)
}

fn request(args: &Link) -> Result<LinkRequest> {
    let database = args.database_url.as_deref();
    if args.token.as_deref().is_some_and(|token| token != "-") {
        return Err(Error::usage("--token takes only \"-\": a token on the command line is seen by everybody on this machine.")
            .hint("Give it on standard input: matriz link NAME --token - < file"));
    }
    if args.token.is_some() && database == Some("-") {
        return Err(Error::usage(
            "Standard input holds one value: the token, or the database's address.",
        )
        .hint(
            "Connect them one after the other, or put the token into the instance's .env first.",
        ));
    }
    let database_url = match database {
        Some("-") => Some(super::env::read_stdin()?),
        other => other.map(str::to_owned),
    };
    let token = match &args.token {
        Some(_) => Some(super::env::read_stdin()?),
        None => None,
    };
    if token
        .as_deref()
        .is_some_and(|token| token.trim().is_empty())
    {
        return Err(Error::usage("No token came on standard input."));
    }
    Ok(LinkRequest {
        project: args.project_ref.clone(),
        database_url,
        site: args.site.clone(),
        email: args.email.clone(),
        token,
        jira_project: args.jira_project.clone(),
        space: args.space.clone(),
    })
}

fn text(linked: &Linked) -> String {
    let name = &linked.instance.name;
    let link = &linked.link;
    let mut lines = Vec::new();
    if let Some(project) = &link.project {
        lines.push(format!("{name} is connected to project {project}."));
    }
    if let Some(site) = &link.site {
        let site = match site.as_str() {
            "sandbox" => "the sandbox's site",
            site => site,
        };
        let account = link.account.as_deref().unwrap_or_default();
        lines.push(format!("{name} is connected to {site} as {account}."));
    }
    let places = [
        ("Jira project", &link.jira_project),
        ("Confluence space", &link.space),
    ];
    for (what, key) in places {
        if let Some(key) = key {
            lines.push(format!("{name} is connected to the {what} {key}."));
        }
    }
    lines.extend(link.remarks.iter().map(|remark| format!("▲ {remark}")));
    lines.join("\n")
}
