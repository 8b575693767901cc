//! Triggers and scheduled jobs: which are on, and turning one on.

use crate::domain::held::{Held, HeldState, TriggerMode};
use crate::error::{Error, Result};
use crate::provider::postgres::connect::Connection;
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::{ident, qualified};

/// Triggers that people made; those of a partition follow their parent's.
const TRIGGERS: &str = "
    SELECT n.nspname::text, c.relname::text, t.tgname::text, t.tgenabled::text
      FROM pg_trigger t
      JOIN pg_class c ON c.oid = t.tgrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT t.tgisinternal AND t.tgparentid = 0
     ORDER BY 1, 2, 3";

/// `pg_cron` keeps its jobs here; `jobname` is there from version 1.3 on.
const JOBS: &str = "SELECT jobid::bigint, to_jsonb(j) ->> 'jobname', schedule::text, active
      FROM cron.job j ORDER BY jobid";

const HAS_JOBS: &str = "SELECT to_regclass('cron.job') IS NOT NULL
      AND has_table_privilege(to_regclass('cron.job'), 'SELECT')";

const HAS_ALTER_JOB: &str = "SELECT EXISTS (SELECT FROM pg_proc WHERE proname = 'alter_job' AND pronamespace = 'cron'::regnamespace)";

/// All triggers and scheduled jobs of a database, each with whether it's on.
pub async fn switches(connection: &Connection) -> Result<Vec<(Held, bool)>> {
    let rows = connection.query(TRIGGERS, &[]).await;
    let rows = rows.map_err(|e| explain::statement(e, "read which triggers are on"))?;
    let mut out: Vec<(Held, bool)> = rows
        .iter()
        .map(|row| {
            let enabled: String = row.get(3);
            let mode = match enabled.as_str() {
                "A" => TriggerMode::Always,
                "R" => TriggerMode::Replica,
                _ => TriggerMode::Origin,
            };
            let trigger = Held::Trigger {
                schema: row.get(0),
                table: row.get(1),
                name: row.get(2),
                mode,
            };
            (trigger, enabled != "D")
        })
        .collect();
    let failed = |e| explain::statement(e, "read the scheduled jobs");
    let has = connection.query_one(HAS_JOBS, &[]).await.map_err(failed)?;
    if has.get::<_, Option<bool>>(0) == Some(true) {
        for row in connection.query(JOBS, &[]).await.map_err(failed)? {
            let job = Held::ScheduledJob {
                number: row.get(0),
                name: row.get(1),
                schedule: row.get(2),
            };
            out.push((job, row.get(3)));
        }
    }
    Ok(out)
}

/// How a thing stands among the switches of its database.
pub fn state(of: &Held, switches: &[(Held, bool)]) -> HeldState {
    let found = switches.iter().find(|(one, _)| one.id() == of.id());
    match found {
        Some((_, true)) => HeldState::On,
        Some((_, false)) => HeldState::Off,
        None => HeldState::Gone,
    }
}

/// Turns a trigger or a job on, as it is in the source. Anything else isn't the database's.
pub async fn turn_on(connection: &Connection, what: &Held) -> Result<()> {
    let doing = format!("turn on the {}", what.title());
    let failed = |e| explain::statement(e, &doing);
    match what {
        Held::Trigger {
            schema,
            table,
            name,
            mode,
        } => {
            let mode = match mode {
                TriggerMode::Origin => "",
                TriggerMode::Always => "ALWAYS ",
                TriggerMode::Replica => "REPLICA ",
            };
            let table = qualified(schema, table);
            let sql = format!("ALTER TABLE {table} ENABLE {mode}TRIGGER {}", ident(name));
            connection.batch_execute(&sql).await.map_err(failed)
        }
        Held::ScheduledJob { number, .. } => {
            let has = connection.query_one(HAS_ALTER_JOB, &[]).await;
            let sql = match has.map_err(failed)?.get(0) {
                true => "SELECT cron.alter_job($1, active := true)",
                false => "UPDATE cron.job SET active = true WHERE jobid = $1",
            };
            connection.execute(sql, &[number]).await.map_err(failed)?;
            Ok(())
        }
        Held::Setting { name } => Err(Error::internal(format!(
            "{name} is no part of the database."
        ))),
    }
}
