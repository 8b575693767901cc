//! What was last seen of each instance. A cache: a screen's first frame is drawn from it.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

use crate::domain::instance::InstanceState;
use crate::error::Result;

use super::{Registry, time};

/// What was seen of an instance, and when.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InstanceFigures {
    pub name: String,
    pub state: InstanceState,
    pub note: Option<String>,
    pub project_ref: Option<String>,
    pub database_bytes: Option<u64>,
    pub tables: Option<u32>,
    pub rows: Option<u64>,
    pub issues: Option<u64>,
    pub pages: Option<u64>,
    pub last_activity: Option<Timestamp>,
    /// When the figures were read.
    pub observed: Option<Timestamp>,
}

const COLUMNS: &str = "name, state, note, project_ref, database_bytes, tables, rows, last_activity, observed, issues, pages";

impl Registry {
    pub fn instance_figures(&self) -> Result<Vec<InstanceFigures>> {
        self.read(|c| {
            let mut statement =
                c.prepare_cached(&format!("SELECT {COLUMNS} FROM instance ORDER BY name"))?;
            let rows = statement.query_map([], from_row)?;
            Ok(rows.collect::<rusqlite::Result<_>>()?)
        })
    }

    pub fn instance_figures_of(&self, name: &str) -> Result<Option<InstanceFigures>> {
        self.read(|c| {
            Ok(
                c.prepare_cached(&format!("SELECT {COLUMNS} FROM instance WHERE name = ?1"))?
                    .query_row([name], from_row)
                    .optional()?,
            )
        })
    }

    /// Replaces what was known of the instance.
    pub fn save_instance_figures(&self, figures: &InstanceFigures) -> Result<()> {
        self.write_sampled(|tx| {
            tx.prepare_cached(&format!(
                "INSERT OR REPLACE INTO instance({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
            ))?
            .execute(params![
                figures.name,
                state_word(figures.state),
                figures.note,
                figures.project_ref,
                figures.database_bytes.map(signed),
                figures.tables,
                figures.rows.map(signed),
                figures.last_activity.map(Timestamp::as_millisecond),
                figures.observed.map(Timestamp::as_millisecond),
                figures.issues.map(signed),
                figures.pages.map(signed),
            ])?;
            Ok(())
        })
    }

    pub fn forget_instance_figures(&self, name: &str) -> Result<()> {
        self.write_sampled(|tx| {
            tx.execute("DELETE FROM instance WHERE name = ?1", [name])?;
            Ok(())
        })
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<InstanceFigures> {
    let state: String = row.get(1)?;
    Ok(InstanceFigures {
        name: row.get(0)?,
        state: parse_state(&state),
        note: row.get(2)?,
        project_ref: row.get(3)?,
        database_bytes: row.get::<_, Option<i64>>(4)?.map(unsigned),
        tables: row.get(5)?,
        rows: row.get::<_, Option<i64>>(6)?.map(unsigned),
        last_activity: row.get::<_, Option<i64>>(7)?.map(time),
        observed: row.get::<_, Option<i64>>(8)?.map(time),
        issues: row.get::<_, Option<i64>>(9)?.map(unsigned),
        pages: row.get::<_, Option<i64>>(10)?.map(unsigned),
    })
}

/// SQLite's integers are signed; a figure beyond them is none that a database can have.
fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn state_word(state: InstanceState) -> &'static str {
    match state {
        InstanceState::New => "new",
        InstanceState::Ready => "ready",
        InstanceState::Working => "working",
        InstanceState::Starting => "starting",
        InstanceState::Paused => "paused",
        InstanceState::Attention => "attention",
        InstanceState::Failed => "failed",
        InstanceState::Unknown => "unknown",
    }
}

fn parse_state(word: &str) -> InstanceState {
    [
        InstanceState::New,
        InstanceState::Ready,
        InstanceState::Working,
        InstanceState::Starting,
        InstanceState::Paused,
        InstanceState::Attention,
        InstanceState::Failed,
    ]
    .into_iter()
    .find(|state| state_word(*state) == word)
    .unwrap_or(InstanceState::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_come_back_as_they_were_saved() {
        let dir = tempfile::tempdir().unwrap();
        let registry = Registry::open(dir.path()).unwrap();
        let mut figures = InstanceFigures {
            name: "default".into(),
            state: InstanceState::Ready,
            note: Some("seeded".into()),
            project_ref: Some("abcdefghijklmnopqrst".into()),
            database_bytes: Some(48_000_000),
            tables: Some(17),
            rows: Some(0),
            issues: Some(65),
            pages: None,
            last_activity: Some(time(1_700_000_000_000)),
            observed: Some(time(1_700_000_000_001)),
        };
        registry.save_instance_figures(&figures).unwrap();
        figures.rows = None;
        registry.save_instance_figures(&figures).unwrap();
        assert_eq!(registry.instance_figures().unwrap(), [figures.clone()]);
        assert_eq!(
            registry.instance_figures_of("default").unwrap(),
            Some(figures)
        );
        registry.forget_instance_figures("default").unwrap();
        assert_eq!(registry.instance_figures_of("default").unwrap(), None);
    }
}
