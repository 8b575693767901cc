//! What a plan says of a project beside its database: users, sign-in, edge functions, secrets.

use crate::domain::human;
use crate::domain::name::InstanceName;
use crate::domain::plan::Plan;
use crate::domain::report_project::secrets_to_set;
use crate::error::Result;
use crate::job::look_project::ProjectLook;
use crate::job::shape::{Shape, SupabaseShape};
use crate::job::steps::{auth, functions};
use crate::job::world::World;

/// `4 users and 2 edge functions`, from the seeds of an instance that are loaded.
pub fn seeds(world: &World, name: &InstanceName, shape: SupabaseShape) -> Result<Option<String>> {
    let dir = world.instance(name)?;
    let mut parts = Vec::new();
    if shape.auth {
        let users = auth::seeds(&dir)?.users.len() as u64;
        parts.push(counted(users, "user", "users"));
    }
    if shape.functions {
        let all = functions::seeds(&dir)?.len() as u64;
        parts.push(counted(all, "edge function", "edge functions"));
    }
    Ok((!parts.is_empty()).then(|| parts.join(" and ")))
}

/// What a clone copies, holds and can't know.
pub fn copies(plan: &mut Plan, shape: &Shape, look: &ProjectLook) {
    if shape.supabase.auth && !shape.without_database {
        plan.line(
            "",
            match look.users {
                Some(n) => format!(
                    "{}, who sign in as before; settings of the sign-in",
                    counted(n, "user", "users")
                ),
                None => "its users, who sign in as before; settings of the sign-in".to_owned(),
            },
        );
    }
    if shape.supabase.functions {
        plan.line(
            "",
            match look.functions {
                Some(n) => counted(n, "edge function", "edge functions"),
                None => "every edge function".to_owned(),
            },
        );
    }
}

/// What isn't copied, or stays off.
pub fn leaves(plan: &mut Plan, look: &ProjectLook) {
    if !look.held.is_empty() {
        let n = look.held.len() as u64;
        let them = human::plural(n, "it", "them");
        plan.line(
            "Holds",
            format!(
                "{} of the sign-in: {}; off until you turn {them} on",
                counted(n, "setting", "settings"),
                names(look.held.iter().map(|one| one.what.as_str()))
            ),
        );
        for one in &look.held {
            plan.detail("", format!("{}: {}", one.what, one.why));
        }
    }
    if !look.unset.is_empty() {
        plan.warn(
            "Secrets",
            format!(
                "of the sign-in to set: {} (no API gives their values)",
                look.unset.join(", ")
            ),
        );
    }
    if !look.secrets.is_empty() {
        plan.warn("Secrets", secrets_to_set(&look.secrets));
    }
}

/// So many are named; the rest is counted.
fn names<'a>(all: impl ExactSizeIterator<Item = &'a str>) -> String {
    const NAMED: usize = 3;
    let more = all.len().saturating_sub(NAMED);
    let named: Vec<&str> = all.take(NAMED).collect();
    match more {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn counted(n: u64, one: &str, many: &str) -> String {
    format!("{} {}", human::count(n), human::plural(n, one, many))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::job::JobKind;
    use crate::domain::plan::Consent;
    use crate::domain::report_project::Noted;

    #[test]
    fn what_is_held_and_what_is_to_be_set_is_named() {
        let mut plan = Plan {
            kind: JobKind::Clone,
            instance: "b".into(),
            source: None,
            title: String::new(),
            verb: String::new(),
            destructive: false,
            lines: Vec::new(),
            consent: Consent::Yes,
        };
        let held = [
            "smtp_host",
            "smtp_port",
            "smtp_user",
            "hook_send_sms_enabled",
        ];
        let look = ProjectLook {
            secrets: vec!["MAIL_KEY".into()],
            unset: vec!["smtp_pass".into()],
            held: held
                .iter()
                .map(|what| Noted {
                    what: (*what).into(),
                    why: "why".into(),
                })
                .collect(),
            ..ProjectLook::default()
        };
        leaves(&mut plan, &look);
        let texts: Vec<_> = plan
            .lines
            .iter()
            .filter(|line| !line.label.is_empty())
            .map(|line| format!("{} {}", line.label, line.text))
            .collect();
        assert_eq!(
            texts[0],
            "Holds 4 settings of the sign-in: smtp_host, smtp_port, smtp_user and 1 more; off until you turn them on"
        );
        assert!(texts[1].contains("smtp_pass") && texts[2].contains("secrets to set: MAIL_KEY"));
    }
}
