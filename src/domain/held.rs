//! What a clone holds back: it would act on the world, and does nothing until its owner says so.

use serde::{Deserialize, Serialize};

use super::auth_field::{hook_of, provider_of};

/// The part of a job's report that lists what the job holds back.
pub const HELD: &str = "held";

/// One thing that is switched off in a clone and on in its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Held {
    /// A trigger that calls out of the database, a webhook for one.
    Trigger {
        schema: String,
        table: String,
        name: String,
        #[serde(default)]
        mode: TriggerMode,
    },
    /// A job of `pg_cron`.
    ScheduledJob {
        number: i64,
        #[serde(default)]
        name: Option<String>,
        /// As cron writes it: `0 3 * * *`, or `30 seconds`.
        schedule: String,
    },
    /// A setting of the sign-in that is on or off.
    Setting { name: String },
}

/// When a trigger fires, as `pg_trigger.tgenabled` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TriggerMode {
    #[default]
    Origin,
    Always,
    Replica,
}

/// One of them as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldView {
    /// What a person types to name it: `trigger public.orders notify`, `job 3`.
    pub id: String,
    pub title: String,
    /// What it does once it's on.
    pub does: String,
    pub state: HeldState,
    #[serde(skip)]
    pub item: Held,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum HeldState {
    Off,
    On,
    /// It isn't there any more.
    Gone,
}

impl HeldState {
    pub fn word(self) -> &'static str {
        match self {
            HeldState::Off => "off",
            HeldState::On => "on",
            HeldState::Gone => "gone",
        }
    }
}

impl Held {
    pub fn id(&self) -> String {
        match self {
            Held::Trigger {
                schema,
                table,
                name,
                ..
            } => format!("trigger {schema}.{table} {name}"),
            Held::ScheduledJob { number, .. } => format!("job {number}"),
            Held::Setting { name } => format!("setting {name}"),
        }
    }

    pub fn title(&self) -> String {
        match self {
            Held::Trigger {
                schema,
                table,
                name,
                ..
            } => format!("trigger {name} on {schema}.{table}"),
            Held::ScheduledJob {
                name: Some(name), ..
            } => format!("scheduled job {name}"),
            Held::ScheduledJob { number, .. } => format!("scheduled job {number}"),
            Held::Setting { name } => format!("sign-in setting {name}"),
        }
    }

    pub fn does(&self) -> String {
        match self {
            Held::Trigger { table, .. } => format!("calls out when rows of {table} change"),
            Held::ScheduledJob { schedule, .. } => format!("runs at {schedule}"),
            Held::Setting { name } if hook_of(name).is_some() => "calls its hook".to_owned(),
            Held::Setting { name } if provider_of(name).is_some() => {
                "works once its secret is set".to_owned()
            }
            Held::Setting { .. } => "acts outside at sign-in".to_owned(),
        }
    }

    pub fn seen(self, state: HeldState) -> HeldView {
        HeldView {
            id: self.id(),
            title: self.title(),
            does: self.does(),
            state,
            item: self,
        }
    }
}

/// The part of a report as a person reads it.
pub fn lines(all: &[Held]) -> Vec<String> {
    let mut out = vec![match all.len() {
        0 => "Held: nothing".to_owned(),
        n => format!("Held: {n}, off until you turn them on (matriz held)"),
    }];
    out.extend(
        all.iter()
            .map(|one| format!("  {}: {}", one.title(), one.does())),
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_a_name_to_type_and_a_sentence() {
        let hook = Held::Trigger {
            schema: "public".into(),
            table: "orders".into(),
            name: "notify".into(),
            mode: TriggerMode::Always,
        };
        let job = Held::ScheduledJob {
            number: 3,
            name: Some("nightly".into()),
            schedule: "0 3 * * *".into(),
        };
        assert_eq!(hook.id(), "trigger public.orders notify");
        assert_eq!(
            lines(&[hook.clone(), job.clone()]).join("\n"),
            "Held: 2, off until you turn them on (matriz held)\n  \
             trigger notify on public.orders: calls out when rows of orders change\n  \
             scheduled job nightly: runs at 0 3 * * *"
        );
        let setting = Held::Setting {
            name: "hook_send_email_enabled".into(),
        };
        assert_eq!(setting.id(), "setting hook_send_email_enabled");
        assert_eq!(setting.does(), "calls its hook");
        for one in [hook, job, setting] {
            let text = serde_json::to_string(&one).unwrap();
            assert_eq!(serde_json::from_str::<Held>(&text).unwrap(), one);
        }
    }
}
