//! `mcp config`: an instance's entries, printed or written.

use std::process::ExitCode;

use serde_json::json;

use super::Call;
use super::args::{Mcp, McpConfig};
use super::consent::confirm;
use crate::domain::mcp::{self, Change, ChangeKind, Client, Options};
use crate::error::{Error, Result};
use crate::service::{McpPreview, McpRequest};

pub fn mcp(call: &Call<'_>, verb: &Mcp) -> Result<ExitCode> {
    let Mcp::Config(args) = verb;
    let name = call
        .service
        .resolve(None, call.global.instance.as_deref())?;
    let mut request = request(args)?;
    let mut preview = call.service.mcp_preview(&name, &request)?;
    if !args.write || call.global.dry_run {
        let value = value(&preview, args.write, false);
        let text = match args.write {
            true => described(&preview).join("\n"),
            false => format!("{}\n{}", preview.snippet, notes(&preview).join("\n")),
        };
        call.out.result(&value, &text)?;
        return Ok(ExitCode::SUCCESS);
    }
    if preview.plan.foreign().next().is_some() {
        if !call.out.json {
            call.out.text(&described(&preview).join("\n"))?;
        }
        confirm(call.global, "Replace what stands there under these names")?;
        request.replace = true;
        preview = call.service.mcp_preview(&name, &request)?;
    }
    if preview.plan.differs {
        call.service.mcp_write(&name, &preview)?;
    }
    let mut lines = described(&preview);
    lines.push(match preview.plan.differs {
        true => format!("Wrote {}.", preview.shown),
        false => format!("{} is as it's to be.", preview.shown),
    });
    call.out.result(
        &value(&preview, true, preview.plan.differs),
        &lines.join("\n"),
    )?;
    Ok(ExitCode::SUCCESS)
}

fn request(args: &McpConfig) -> Result<McpRequest> {
    let client = args.client.map(Client::from).unwrap_or_default();
    if args.hosted_atlassian && args.headless {
        return Err(Error::usage(
            "Atlassian's own server signs in with a browser; --headless can't be used with it.",
        ));
    }
    Ok(McpRequest {
        options: Options {
            client,
            writable: args.writable,
            features: mcp::features(&args.features)?,
            headless: args.headless,
            hosted_atlassian: args.hosted_atlassian,
        },
        clients_file: args.client.is_some(),
        file: args.file.clone(),
        replace: false,
    })
}

fn value(preview: &McpPreview, write: bool, written: bool) -> serde_json::Value {
    let changes: Vec<_> = preview
        .plan
        .changes
        .iter()
        .map(|change| {
            json!({"name": change.name, "kind": change.kind, "entry": change.new,
            "there": change.old.as_ref().map(mcp::masked)})
        })
        .collect();
    json!({"file": preview.path, "would_write": write && preview.plan.differs, "written": written,
        "changes": changes, "isolation": preview.isolation})
}

/// Which entries change, and what isn't kept apart.
fn described(preview: &McpPreview) -> Vec<String> {
    let mut lines = vec![preview.shown.clone()];
    for change in &preview.plan.changes {
        lines.push(format!("  {:<10} {}", change.name, word(change.kind)));
        if change.kind == ChangeKind::Foreign {
            lines.extend(difference(change));
        }
    }
    lines.extend(notes(preview));
    lines
}

fn word(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::New => "new",
        ChangeKind::Changed => "changes",
        ChangeKind::Same => "as it is",
        ChangeKind::Gone => "goes: the instance has no such place",
        ChangeKind::Foreign => "there is one that Matriz didn't write:",
    }
}

fn difference(change: &Change) -> Vec<String> {
    let pretty = |mark: char, value: &serde_json::Value| -> Vec<String> {
        let text = format!("{value:#}");
        text.lines()
            .map(|line| format!("    {mark} {line}"))
            .collect()
    };
    let old = change.old.as_ref().map(mcp::masked);
    let mut lines = old.map(|v| pretty('-', &v)).unwrap_or_default();
    lines.extend(change.new.iter().flat_map(|v| pretty('+', v)));
    lines
}

fn notes(preview: &McpPreview) -> Vec<String> {
    let mut lines = preview.isolation.clone();
    if preview.snippet.contains("${") && !preview.snippet.contains("${input:") {
        lines.push(
            "Secrets are looked up in the environment: start the client with \"matriz run -- CLIENT\"."
                .to_owned(),
        );
    }
    lines.push(
        "A client may remember a sign-in by its address: after a change, sign in again.".to_owned(),
    );
    lines
}
