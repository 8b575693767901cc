//! `doctor --live NAME`: a line for each call, and what is otherwise than expected below it.

use std::process::ExitCode;

use crate::cli::Call;
use crate::domain::name::InstanceName;
use crate::domain::probe::{Outcome, ProbeFinding};
use crate::error::Result;

pub async fn live(call: &Call<'_>, name: &InstanceName) -> Result<ExitCode> {
    let verbose = call.global.verbose > 0;
    let mut found: Vec<ProbeFinding> = Vec::new();
    let mut printed = Ok(());
    let mut tell = |finding: ProbeFinding| {
        if !call.out.json && printed.is_ok() {
            printed = call.out.text(&lines(&finding, verbose));
        }
        found.push(finding);
    };
    call.service.doctor_live(name, &mut tell).await?;
    printed?;
    let counted = |outcome: Outcome| found.iter().filter(|f| f.outcome == outcome).count();
    let counts = [
        Outcome::Ok,
        Outcome::Differs,
        Outcome::Refused,
        Outcome::Skipped,
    ]
    .map(|outcome| (outcome.word(), counted(outcome)));
    let counts: serde_json::Map<String, serde_json::Value> = counts
        .into_iter()
        .map(|(word, count)| (word.to_owned(), count.into()))
        .collect();
    let text = format!(
        "\n{} calls: {} as expected, {} differ, {} refused, {} skipped. Nothing was changed.",
        found.len(),
        counted(Outcome::Ok),
        counted(Outcome::Differs),
        counted(Outcome::Refused),
        counted(Outcome::Skipped),
    );
    let value = serde_json::json!({"instance": name, "counts": counts, "probes": found});
    call.out.result(&value, &text)?;
    Ok(match found.iter().any(|f| f.outcome.is_bad()) {
        true => ExitCode::from(1),
        false => ExitCode::SUCCESS,
    })
}

fn lines(finding: &ProbeFinding, verbose: bool) -> String {
    let mark = match finding.outcome {
        Outcome::Ok => "●",
        Outcome::Differs => "▲",
        Outcome::Refused => "✕",
        Outcome::Skipped => "○",
    };
    let (service, name) = (&finding.service, &finding.name);
    let mut lines = vec![format!(
        "{mark} {service:<10} {name:<22} {:<8} {}: {}",
        finding.outcome.word(),
        finding.asked,
        finding.came
    )];
    if verbose || finding.outcome.is_bad() {
        lines.push(format!("    for: {}", finding.why));
    }
    let differences = finding.differences.iter();
    lines.extend(differences.map(|difference| format!("    {difference}")));
    if verbose || finding.outcome.is_bad() {
        lines.extend(finding.notes.iter().map(|note| format!("    note: {note}")));
    }
    if verbose {
        lines.push(format!("    expected: {}", finding.expected.join("; ")));
    }
    lines.join("\n")
}
