//! `env diff`: keys side by side, values as fingerprints.

use serde_json::json;

use crate::cli::Call;
use crate::cli::output::table;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::service::KeyState;

pub fn diff(call: &Call<'_>, name: &InstanceName, other: Option<&str>) -> Result<()> {
    let other = other.map(InstanceName::parse).transpose()?;
    let diff = call.service.env_diff(name, other.as_ref())?;
    let word = |state: KeyState| match state {
        KeyState::Equal => "equal".to_owned(),
        KeyState::Differs => "differs".to_owned(),
        KeyState::MissingHere => format!("missing in {name}"),
        KeyState::MissingThere => format!("missing in {}", diff.other),
    };
    let print = |print: &Option<String>| match print.as_deref() {
        None => String::new(),
        Some("") => "empty".to_owned(),
        Some(print) => print.to_owned(),
    };
    let rows: Vec<Vec<String>> = diff
        .keys
        .iter()
        .filter(|key| call.global.verbose > 0 || key.state != KeyState::Equal)
        .map(|key| {
            vec![
                key.key.clone(),
                word(key.state),
                print(&key.here),
                print(&key.there),
                key.kind.clone().unwrap_or_default(),
            ]
        })
        .collect();
    let equal = diff.keys.len()
        - diff
            .keys
            .iter()
            .filter(|k| k.state != KeyState::Equal)
            .count();
    let head = ["Key", "", name.as_str(), diff.other.as_str(), "Type"];
    let mut text = match rows.is_empty() {
        true => String::new(),
        false => format!("{}\n\n", table(&head, &[false; 5], &rows)),
    };
    text.push_str(&format!("{equal} of {} keys are equal.", diff.keys.len()));
    call.out.result(&json!(diff), &text)
}
