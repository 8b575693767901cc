//! How much is in them: rows, issues and pages.

use jiff::Timestamp;

use super::database::not_reached;
use super::{Found, One};
use crate::domain::config::AtlassianKind;
use crate::domain::difference::{Item, Own, Side};
use crate::domain::human;
use crate::error::{Error, Kind, Result};
use crate::job::counts;
use crate::provider::postgres::outline::{self, TableRows};
use crate::registry::instances::InstanceFigures;
use crate::sandbox;
use crate::service::Service;

impl Service {
    pub(super) async fn count_items(&self, sides: &[One; 2]) -> Result<[Found; 2]> {
        let [left, right] = sides;
        let (left, right) = tokio::join!(self.counts_of(left), self.counts_of(right));
        let mut found = [left?, right?];
        // figures that only one of them has now can't be compared with the other's
        let names =
            |found: &Found, prefix: &str| found.items.iter().any(|i| i.name.starts_with(prefix));
        for prefix in ["rows ", "issues", "pages"] {
            let [left, right] = &found;
            if names(left, prefix) != names(right, prefix) && unread(left, right, prefix) {
                for side in &mut found {
                    side.items.retain(|item| !item.name.starts_with(prefix));
                }
            }
        }
        Ok(found)
    }

    async fn counts_of(&self, one: &One) -> Result<Found> {
        let seen = self.registry.instance_figures_of(one.name.as_str())?;
        let seen = seen.unwrap_or_default();
        let mut found = Found::default();
        match self.read_rows(one).await {
            Ok(rows) => found.items.extend(rows.iter().map(rows_item)),
            Err(error) => {
                let last = last_seen(
                    &seen,
                    &[
                        (seen.tables.map(u64::from), "table", "tables"),
                        (seen.rows, "row", "rows"),
                    ],
                );
                found
                    .missing
                    .push(format!("{}{last}", not_reached(one, &error)));
            }
        }
        self.places(one, &seen, &mut found).await?;
        Ok(found)
    }

    async fn read_rows(&self, one: &One) -> Result<Vec<TableRows>> {
        let reached = self.reach_database(one).await?;
        let rows = outline::rows(&reached.connection, &reached.schema, reached.whole).await;
        let mut rows = rows?;
        rows.retain(|table| !reached.is_others(&table.table));
        reached.connection.close().await;
        Ok(rows)
    }

    /// Issues and pages, as the site says now.
    async fn places(&self, one: &One, seen: &InstanceFigures, found: &mut Found) -> Result<()> {
        let config = one.dir.atlassian_config()?;
        let has = |key: &Option<String>| key.as_ref().is_some_and(|key| !key.is_empty());
        let (board, space) = (
            has(&config.jira_project_key),
            has(&config.confluence_space_key),
        );
        if config.kind == AtlassianKind::None || !(board || space) {
            return Ok(());
        }
        let asleep = config.kind == AtlassianKind::Sandbox
            && !sandbox::status(self.workspace.root()).await?.running;
        let counts = match asleep {
            true => counts::Counts::default(),
            false => counts::of(&self.quiet_world()?, &one.name).await,
        };
        let why = match asleep {
            true => Error::new(Kind::Network, "the sandbox is asleep"),
            false => Error::new(
                Kind::Network,
                "the site didn't answer within 3 s, or refused",
            ),
        };
        for (wanted, now, before, one_word, many) in [
            (board, counts.issues, seen.issues, "issue", "issues"),
            (space, counts.pages, seen.pages, "page", "pages"),
        ] {
            match now {
                _ if !wanted => {}
                Some(n) => found.items.push(count_item(many, n, false)),
                None => found.missing.push(format!(
                    "The {many} of {} can't be counted: {}.{}",
                    one.name,
                    why.message,
                    last_seen(seen, &[(before, one_word, many)])
                )),
            }
        }
        Ok(())
    }
}

/// Whether one of them couldn't be asked for it.
fn unread(left: &Found, right: &Found, prefix: &str) -> bool {
    let word = match prefix {
        "rows " => "The database of",
        other => other,
    };
    let all = left.missing.iter().chain(&right.missing);
    all.into_iter().any(|why| why.contains(word))
}

fn rows_item(table: &TableRows) -> Item {
    count_item(
        &format!("rows {}", table.table),
        table.rows,
        table.estimated,
    )
}

fn count_item(name: &str, n: u64, estimated: bool) -> Item {
    let about = if estimated { "about " } else { "" };
    Item {
        name: name.to_owned(),
        value: n.to_string(),
        shown: Side::Value(format!("{about}{}", human::count(n))),
        own: Own::No,
    }
}

/// " Last seen 3 h ago: 12 tables, 164 rows."
fn last_seen(seen: &InstanceFigures, figures: &[(Option<u64>, &str, &str)]) -> String {
    let Some(observed) = seen.observed else {
        return String::new();
    };
    let known: Vec<String> = figures
        .iter()
        .filter_map(|(n, one, many)| {
            let n = (*n)?;
            Some(format!(
                "{} {}",
                human::count(n),
                human::plural(n, one, many)
            ))
        })
        .collect();
    match known.is_empty() {
        true => String::new(),
        false => format!(
            " Last seen {}: {}.",
            human::ago(observed, Timestamp::now()),
            known.join(", ")
        ),
    }
}
