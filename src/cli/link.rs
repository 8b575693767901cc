//! `link NAME`: connect what exists; nothing is created.

use std::process::ExitCode;

use super::Call;
use super::args::Link;
use crate::error::{Error, Result};
use crate::service::LinkRequest;

pub async fn link(call: &Call<'_>, args: &Link) -> Result<ExitCode> {
    let name = call
        .service
        .resolve(args.name.as_deref(), call.global.instance.as_deref())?;
    let linked = call.service.link(&name, &request(args)?).await?;
    call.out
        .result(&serde_json::json!(linked), &linked.lines().join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

fn request(args: &Link) -> Result<LinkRequest> {
    let secrets = [
        ("--access-token", &args.access_token),
        ("--db-password", &args.db_password),
        ("--token", &args.token),
    ];
    for (flag, given) in secrets {
        if given.as_deref().is_some_and(|given| given != "-") {
            return Err(Error::usage(format!("{flag} takes only \"-\": a secret on the command line is seen by everybody on this machine."))
                .hint(format!("Give it on standard input: matriz link NAME {flag} - < file")));
        }
    }
    let asked = secrets.iter().filter(|(_, given)| given.is_some()).count();
    let address = args.database_url.as_deref() == Some("-");
    if asked + usize::from(address) > 1 {
        return Err(Error::usage(
            "Standard input holds one value, and several were asked from it.",
        )
        .hint(
            "Connect them one after the other, or put the others into the instance's .env first.",
        ));
    }
    let database_url = match args.database_url.as_deref() {
        Some("-") => Some(super::env::read_stdin()?),
        other => other.map(str::to_owned),
    };
    let secret =
        |what: &str, given: &Option<String>| given.as_ref().map(|_| read_secret(what)).transpose();
    Ok(LinkRequest {
        access_token: secret("access token", &args.access_token)?,
        organization: args.organization.clone(),
        db_password: secret("password", &args.db_password)?,
        project: args.project_ref.clone(),
        database_url,
        site: args.site.clone(),
        email: args.email.clone(),
        token: secret("token", &args.token)?,
        jira_project: args.jira_project.clone(),
        space: args.space.clone(),
    })
}

fn read_secret(what: &str) -> Result<String> {
    let text = super::env::read_stdin()?;
    match text.trim().is_empty() {
        true => Err(Error::usage(format!("No {what} came on standard input."))),
        false => Ok(text),
    }
}
