//! Foreign keys: validated, side by side where their tables differ.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

use crate::error::Result;
use crate::provider::postgres::copy::script::{Task, run};
use crate::provider::postgres::copy::session::Session;
use crate::provider::postgres::copy::sql::token::{Kind, Token, tokens};
use crate::provider::postgres::copy::work::progress::{Part, Progress};

/// Keys of tables up to this many bytes are made in one go; a larger table's go side by side.
const LIGHT: u64 = 8 * 1024 * 1024;

type Name = (String, String);

/// Making a foreign key locks both its tables against another one, and two keys that lock the same
/// tables in another order would block each other for ever. So no two with a table in common run at
/// the same time.
struct Plan<'a> {
    waiting: Mutex<(Vec<Key<'a>>, HashSet<Name>)>,
    changed: Notify,
}

#[derive(Clone)]
struct Key<'a> {
    task: &'a Task,
    tables: Vec<Name>,
    bytes: u64,
}

pub async fn make(
    sessions: &[Session],
    tasks: &[&Task],
    sizes: &HashMap<Name, u64>,
    progress: &Progress,
) -> Result<()> {
    let Some(first) = sessions.first() else {
        return Ok(());
    };
    let keys = tasks.iter().map(|task| {
        let mut tables: Vec<Name> = task.table.iter().cloned().collect();
        tables.extend(referenced(&task.sql));
        let bytes = tables
            .first()
            .and_then(|t| sizes.get(t))
            .copied()
            .unwrap_or(0);
        Key {
            task,
            tables,
            bytes,
        }
    });
    let (light, mut heavy): (Vec<Key>, Vec<Key>) = keys.partition(|key| key.bytes <= LIGHT);
    let light: Vec<&Task> = light.iter().map(|key| key.task).collect();
    run::each(first, &light, &|n| progress.add(Part::Constraints, n)).await?;
    // The largest is taken from the end.
    heavy.sort_by_key(|key| key.bytes);
    let plan = Plan {
        waiting: Mutex::new((heavy, HashSet::new())),
        changed: Notify::new(),
    };
    let workers = sessions
        .iter()
        .map(|session| worker(&plan, session, progress));
    futures_util::future::try_join_all(workers).await?;
    Ok(())
}

async fn worker(plan: &Plan<'_>, session: &Session, progress: &Progress) -> Result<()> {
    loop {
        let changed = plan.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        let (key, over) = plan.take();
        let Some(key) = key else {
            if over {
                return Ok(());
            }
            changed.await;
            continue;
        };
        run::each(session, &[key.task], &|n| {
            progress.add(Part::Constraints, n)
        })
        .await?;
        plan.free(&key);
    }
}

impl<'a> Plan<'a> {
    /// A key whose tables are free, and whether none is waiting at all.
    fn take(&self) -> (Option<Key<'a>>, bool) {
        let mut guard = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (waiting, busy) = &mut *guard;
        let free = waiting
            .iter()
            .rposition(|key| key.tables.iter().all(|table| !busy.contains(table)));
        let Some(place) = free else {
            return (None, waiting.is_empty());
        };
        let key = waiting.remove(place);
        busy.extend(key.tables.iter().cloned());
        (Some(key), false)
    }

    fn free(&self, key: &Key) {
        let mut guard = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        for table in &key.tables {
            guard.1.remove(table);
        }
        drop(guard);
        self.changed.notify_waiters();
    }
}

/// The table behind `REFERENCES`; `pg_dump` always writes its schema.
pub fn referenced(sql: &str) -> Option<Name> {
    let all = tokens(sql);
    let words: Vec<&Token> = all.iter().filter(|token| token.counts()).collect();
    let at = words.iter().position(|word| word.is_word("references"))?;
    let schema = words.get(at + 1)?.name()?;
    let dot = words.get(at + 2)?;
    if dot.kind == Kind::Sign && dot.text == "." {
        Some((schema, words.get(at + 3)?.name()?))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::referenced;

    #[test]
    fn the_other_table_is_found_behind_odd_names() {
        let sql = "ALTER TABLE ONLY public.a\n ADD CONSTRAINT \"x REFERENCES y.z\" FOREIGN KEY (b) REFERENCES auth.\"U s\"(id);";
        assert_eq!(referenced(sql), Some(("auth".into(), "U s".into())));
        assert_eq!(referenced("SELECT 1"), None);
    }
}
