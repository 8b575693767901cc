//! The databases' schemas, over one connection each.

use std::time::Duration;

use super::{Found, One, files};
use crate::domain::difference::{Item, Own, Side};
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::error::{Error, Kind, Result};
use crate::provider::postgres::connect::{ConnectOptions, Connection, connect};
use crate::provider::postgres::outline::{self, Object};
use crate::sandbox;
use crate::service::Service;

/// Nobody waits longer for a statement, in milliseconds.
const PATIENCE: &str = "30000";

/// A database that answered.
pub(super) struct Reached {
    pub connection: Connection,
    pub schema: String,
    /// The project is this instance's own: all of its schemas count but those of `others`.
    pub whole: bool,
    /// Schemas of instances that live in the same project.
    pub others: Vec<String>,
}

impl Reached {
    /// Whether a name with its schema belongs to another instance.
    pub fn is_others(&self, name: &str) -> bool {
        let space = name.split_once('.').map(|(space, _)| space);
        space.is_some_and(|space| self.others.iter().any(|other| other == space))
    }
}

impl Service {
    pub(super) async fn schema_items(&self, sides: &[One; 2]) -> Result<[Found; 2]> {
        let [left, right] = sides;
        let (left, right) = tokio::join!(self.schema_of(left), self.schema_of(right));
        Ok([left, right])
    }

    async fn schema_of(&self, one: &One) -> Found {
        match self.read_schema(one).await {
            Ok(items) => Found {
                items,
                missing: Vec::new(),
            },
            Err(error) => files::missing(not_reached(one, &error)),
        }
    }

    async fn read_schema(&self, one: &One) -> Result<Vec<Item>> {
        let reached = self.reach_database(one).await?;
        let objects = outline::read(&reached.connection, &reached.schema, reached.whole).await;
        let others = |object: &Object| {
            let has_schema = !matches!(
                object.kind.as_str(),
                "column" | "constraint" | "policy" | "trigger"
            ) || object.name.matches('.').count() > 1;
            has_schema && reached.is_others(&object.name)
        };
        let items = objects?.iter().filter(|o| !others(o)).map(item).collect();
        reached.connection.close().await;
        Ok(items)
    }

    /// Connects to an instance's database. A sandbox that is asleep isn't woken up.
    pub(super) async fn reach_database(&self, one: &One) -> Result<Reached> {
        let config = one.dir.supabase_config()?;
        let Some(project) = config.project_ref.clone().filter(|p| !p.is_empty()) else {
            return Err(Error::not_found("it has no project yet"));
        };
        if config.kind == ProviderKind::Sandbox
            && !sandbox::status(self.workspace.root()).await?.running
        {
            return Err(Error::new(
                Kind::Network,
                "the sandbox is asleep (matriz sandbox start wakes it up)",
            ));
        }
        let url = self.quiet_world()?.database(&one.name)?;
        let options = ConnectOptions {
            connect_timeout: Duration::from_secs(8),
            ..ConnectOptions::named("matriz diff")
        };
        let options = options
            .setting("statement_timeout", PATIENCE)
            .setting("default_transaction_read_only", "on");
        Ok(Reached {
            connection: connect(&url, &options).await?,
            whole: one.dir.manifest()?.strategy != Strategy::Schema,
            others: self.schemas_beside(one, &project)?,
            schema: config.schema,
        })
    }

    fn schemas_beside(&self, one: &One, project: &str) -> Result<Vec<String>> {
        // what Matriz keeps in a database about the rest of it is nobody's difference
        let mut found = vec!["matriz_meta".to_owned()];
        for name in self.workspace.instances()? {
            // a neighbour's broken file is a matter for doctor
            let config = self.workspace.instance(&name)?.supabase_config();
            if let Ok(config) = config
                && name != one.name
                && config.project_ref.as_deref() == Some(project)
            {
                found.push(config.schema);
            }
        }
        Ok(found)
    }
}

/// "The database of default wasn't read: …"
pub(super) fn not_reached(one: &One, error: &Error) -> String {
    let why = error.message.trim_end_matches('.');
    format!("The database of {} can't be reached: {why}.", one.name)
}

fn item(object: &Object) -> Item {
    Item {
        name: format!("{} {}", object.kind, object.name),
        shown: Side::Value(short(object)),
        value: object.definition.clone(),
        own: Own::No,
    }
}

/// A function's text is long: its first part, and how long it is.
fn short(object: &Object) -> String {
    let words = object.definition.split_whitespace();
    let line = words.collect::<Vec<_>>().join(" ");
    match object.kind.as_str() {
        "function" | "view" if line.chars().count() > 120 => {
            let begin: String = line.chars().take(100).collect();
            let lines = object.definition.lines().count();
            format!("({lines} lines) {begin}…")
        }
        _ => line,
    }
}
