//! `doctor`: what is missing on this machine, what isn't isolated, and how to mend it.

use std::process::ExitCode;

use super::Call;
use super::args::Doctor;
use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::service::DoctorFinding;

mod fix;
mod isolation;
mod live;
mod staged;

pub async fn doctor(call: &Call<'_>, args: &Doctor) -> Result<ExitCode> {
    if let Some(name) = &args.live {
        let name = call.service.resolve(Some(name), None)?;
        return live::live(call, &name).await;
    }
    if args.staged {
        return staged::staged(call);
    }
    if args.install_hook {
        return staged::install_hook(call);
    }
    let name = call.global.instance.as_deref();
    let only = name.map(InstanceName::parse).transpose()?;
    if let Some(name) = &only {
        call.service.resolve(Some(name.as_str()), None)?;
    }
    if let Some(what) = &args.fix {
        return fix::fix(call, what, only.as_ref());
    }
    let findings = call.service.doctor().await;
    let broken = findings.iter().any(|f| !f.ok && f.needed);
    let looked = call.service.isolation();
    let mut text: Vec<String> = findings.iter().map(machine).collect();
    let mut value = serde_json::json!({"findings": findings});
    let mut failed = broken;
    if let Ok(looked) = &looked {
        let found = looked.of(only.as_ref());
        failed |= isolation::is_bad(&found, args.strict);
        text.push(isolation::text(looked, &found, call.global.verbose > 0));
        if let Some(fields) = value.as_object_mut() {
            fields.insert("isolation".into(), isolation::json(looked, &found));
        }
    }
    call.out.result(&value, &text.join("\n"))?;
    looked?;
    Ok(match failed {
        true => ExitCode::from(1),
        false => ExitCode::SUCCESS,
    })
}

fn machine(finding: &DoctorFinding) -> String {
    let mark = match (finding.ok, finding.needed) {
        (true, _) => "●",
        (false, true) => "✕",
        (false, false) => "▲",
    };
    let fix = finding.fix.as_deref();
    let fix = fix.map(|fix| format!("\n    {fix}")).unwrap_or_default();
    format!("{mark} {:<14} {}{fix}", finding.subject, finding.text)
}
