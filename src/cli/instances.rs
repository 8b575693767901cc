//! `list`, `show`.

use std::process::ExitCode;

use jiff::Timestamp;

use super::Call;
use super::args::Named;
use super::output::table;
use crate::domain::human;
use crate::domain::instance::{AtlassianPlace, InstanceView};
use crate::error::Result;

pub async fn list(call: &Call<'_>) -> Result<ExitCode> {
    let views = call.service.instances()?;
    let now = Timestamp::now();
    let rows: Vec<Vec<String>> = views.iter().map(|view| row(view, now)).collect();
    let text = if rows.is_empty() {
        "No instances yet. Create one with: matriz create NAME".to_owned()
    } else {
        table(
            &["  Name", "State", "Strategy", "Database", "Idle"],
            &[false, false, false, true, true],
            &rows,
        )
    };
    call.out
        .result(&serde_json::json!({"instances": views}), &text)?;
    Ok(ExitCode::SUCCESS)
}

fn row(view: &InstanceView, now: Timestamp) -> Vec<String> {
    let mark = if view.current { "▶" } else { " " };
    vec![
        format!("{mark} {}", view.name),
        state(view),
        view.strategy.word().to_owned(),
        view.database_bytes.map_or("–".into(), human::bytes),
        view.last_activity
            .map_or("–".into(), |t| human::ago(t, now)),
    ]
}

fn state(view: &InstanceView) -> String {
    match &view.note {
        Some(note) => format!("{}: {note}", view.state.word()),
        None => view.state.word().to_owned(),
    }
}

pub async fn show(call: &Call<'_>, args: &Named) -> Result<ExitCode> {
    let name = call
        .service
        .resolve(args.name.as_deref(), call.global.instance.as_deref())?;
    // figures are read afresh where the project can be reached, and shown with their age where not
    let problem = call.service.refresh_figures(&name).await.err();
    let view = call.service.instance(&name)?;
    let mut lines = vec![
        ("Name", view.name.to_string()),
        ("State", state(&view)),
        ("Purpose", view.purpose.clone()),
        (
            "Strategy",
            format!("{} · {}", view.strategy, view.strategy.explain()),
        ),
        ("Project", view.project_ref.clone().unwrap_or_default()),
        ("Schema", view.schema.clone()),
        ("Host", view.host.clone().unwrap_or_default()),
        ("From", view.cloned_from.clone().unwrap_or_default()),
        (
            "Database",
            view.database_bytes.map_or(String::new(), human::bytes),
        ),
        (
            "Tables",
            view.tables.map_or(String::new(), |n| n.to_string()),
        ),
        ("Rows", view.rows.map_or(String::new(), |n| n.to_string())),
        ("Jira", place(view.jira.as_ref(), ("issue", "issues"))),
        (
            "Confluence",
            place(view.confluence.as_ref(), ("page", "pages")),
        ),
    ];
    if let Some(problem) = &problem {
        lines.push(("Note", problem.message.clone()));
    }
    let text: Vec<String> = lines
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, value)| format!("{label:<10} {value}"))
        .collect();
    call.out
        .result(&serde_json::json!(view), &text.join("\n"))?;
    Ok(ExitCode::SUCCESS)
}

/// `DEFAULT · 65 issues · https://…`
fn place(place: Option<&AtlassianPlace>, (one, many): (&str, &str)) -> String {
    let Some(place) = place else {
        return String::new();
    };
    let count = place
        .count
        .map(|n| format!("{n} {}", human::plural(n, one, many)));
    let parts = [Some(place.key.clone()), count, place.url.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
