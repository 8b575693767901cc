//! Which Postgres serves a workspace.

use std::path::Path;

use tokio_util::sync::CancellationToken;

use crate::domain::human;
use crate::error::{Error, Kind, Result};
use crate::provider::postgres::fetch::{self, Stage};
use crate::provider::postgres::find::{self, Needs, Search};
use crate::provider::postgres::server::{RunAs, data_major};
use crate::provider::postgres::tools::Postgres;
use crate::sandbox::paths::Paths;
use crate::workspace::Workspace;

/// Whether a Postgres may be fetched where the machine has none that fits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FetchConsent {
    Yes,
    No,
}

/// The Postgres for this workspace: one that can open its data, with pgvector.
pub async fn choose(paths: &Paths) -> Result<Postgres> {
    let data = paths.data(RunAs::choose()?)?;
    let major = data_major(&data);
    let needs = Needs {
        vector: true,
        major,
    };
    if let Some(postgres) = find::for_sandbox(&search(paths)?, needs).await {
        return Ok(postgres);
    }
    Err(match major {
        Some(major) => Error::new(
            Kind::Missing,
            format!("The sandbox's databases need Postgres {major} with pgvector, and it isn't here."),
        )
        .hint(format!("Install Postgres {major} with pgvector, or start over with: matriz sandbox reset")),
        None => Error::new(
            Kind::Missing,
            "The sandbox needs a Postgres with pgvector, and there is none on this machine.",
        )
        .hint("Run the command again with --yes to fetch one (13 MB), or install Postgres with pgvector."),
    })
}

/// What would be fetched if this workspace's sandbox had to start, in words; `None` where nothing
/// would.
pub async fn would_fetch(root: &Path) -> Result<Option<String>> {
    match choose(&Paths::of(root)?).await {
        Ok(_) => Ok(None),
        Err(error) if error.kind == Kind::Missing => Ok(Some(format!(
            "PostgreSQL {} with pgvector, 13.6 MB, into your cache folder",
            fetch::MAJOR
        ))),
        Err(error) => Err(error),
    }
}

/// The same, fetched where it's missing and `consent` allows it. `note` gets what is being done.
pub async fn choose_or_fetch(
    paths: &Paths,
    consent: FetchConsent,
    note: &(dyn Fn(&str) + Send + Sync),
) -> Result<Postgres> {
    let missing = match choose(paths).await {
        Err(error) if error.kind == Kind::Missing && consent == FetchConsent::Yes => error,
        other => return other,
    };
    let data = paths.data(RunAs::choose()?)?;
    if data_major(&data).is_some_and(|major| major != fetch::MAJOR) {
        return Err(missing);
    }
    let progress = |stage: Stage, amount: crate::domain::progress::Amount| {
        if stage == Stage::Downloading && amount.done == 0 {
            note(&format!(
                "{} ({})",
                stage.label(),
                human::bytes(amount.total)
            ));
        } else if amount.done == 0 {
            note(stage.label());
        }
    };
    let cancel = CancellationToken::new();
    fetch::fetch(&search(paths)?.cache, &progress, &cancel).await
}

fn search(paths: &Paths) -> Result<Search> {
    let settings = Workspace::find(Some(&paths.root), &paths.root)?.settings()?;
    // A relative folder is meant from the workspace's root, whatever the current folder is.
    let configured = settings
        .providers
        .postgres
        .bin
        .map(|bin| paths.root.join(bin));
    Search::new(configured)
}
