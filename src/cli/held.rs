//! `held`: what a clone holds back, and turning it on.

use std::process::ExitCode;

use serde_json::json;

use super::Call;
use super::args::Held;
use super::output::table;
use crate::error::Result;

pub async fn held(call: &Call<'_>, verb: &Held) -> Result<ExitCode> {
    let flag = call.global.instance.as_deref();
    match verb {
        Held::List(named) => {
            let name = call.service.resolve(named.name.as_deref(), flag)?;
            let all = call.service.held(&name).await?;
            let rows: Vec<Vec<String>> = all
                .iter()
                .map(|one| vec![one.id.clone(), one.state.word().into(), one.does.clone()])
                .collect();
            let text = match rows.is_empty() {
                true => format!("{name} holds nothing back."),
                false => table(&["NAME", "STATE", "DOES"], &[false, false, false], &rows),
            };
            call.out
                .result(&json!({"instance": name, "held": all}), &text)?;
        }
        Held::TurnOn { what } => {
            let name = call.service.resolve(None, flag)?;
            let one = call.service.turn_on(&name, &what.join(" ")).await?;
            let text = format!("The {} of {name} is on: it {}.", one.title, one.does);
            call.out.result(&json!(one), &text)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
