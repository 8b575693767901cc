//! The site's state: what its handlers share.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::domain::secret::Secret;
use crate::error::{Context, Error, Kind, Result};
use crate::sandbox::api::{ApiState, kept_token};
use crate::sandbox::atlassian::files::Files;
use crate::sandbox::atlassian::limits::Limits;
use crate::sandbox::atlassian::options::AtlassianOptions;
use crate::sandbox::atlassian::refusal::Answer;
use crate::sandbox::atlassian::store::{self, Db};
use crate::workspace::file::private_folder;

const FOLDER: &str = "atlassian";
const STORE: &str = "site.db";
const TOKEN: &str = "atlassian-token";
/// Made up: the service's own tokens start otherwise, so that nobody takes this for one.
const PREFIX: &str = "sandbox-";

/// Shared by all handlers. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    inner: Arc<Inner>,
}

struct Inner {
    connection: Mutex<Connection>,
    files: Files,
    token: Secret,
    cloud_id: String,
    options: AtlassianOptions,
    limits: Limits,
    api: ApiState,
}

impl Site {
    /// Opens the site in `dir` (`.matriz/sandbox`). Faults and the last use are the API's; the
    /// options are its `atlassian` part.
    pub async fn open(dir: &Path, api: ApiState) -> Result<Site> {
        let dir = dir.to_owned();
        let opened = tokio::task::spawn_blocking(move || Site::open_now(&dir, api));
        opened.await.context(Kind::Internal, || {
            "Opening the sandbox's site was cut short".into()
        })?
    }

    fn open_now(dir: &Path, api: ApiState) -> Result<Site> {
        let folder = dir.join(FOLDER);
        private_folder(&folder)?;
        let mut connection = store::open(&folder.join(STORE))?;
        let cloud_id = prepare(&mut connection)?;
        let options = api.atlassian_options().clone();
        Ok(Site {
            inner: Arc::new(Inner {
                connection: Mutex::new(connection),
                files: Files::open(&folder.join("files"))?,
                token: Secret::new(Site::read_token(dir)?),
                cloud_id,
                limits: Limits::new(&options),
                options,
                api,
            }),
        })
    }

    /// The API token of the site in `dir`, made where there is none yet.
    pub fn read_token(dir: &Path) -> Result<String> {
        kept_token(dir, TOKEN, PREFIX)
    }

    /// What clients send as the password of `Authorization: Basic …`.
    pub fn token(&self) -> &str {
        self.inner.token.reveal()
    }

    /// The site's id, a UUID.
    pub fn cloud_id(&self) -> &str {
        &self.inner.cloud_id
    }

    pub(in crate::sandbox) fn options(&self) -> &AtlassianOptions {
        &self.inner.options
    }

    pub(in crate::sandbox) fn files(&self) -> &Files {
        &self.inner.files
    }

    pub(super) fn limits(&self) -> &Limits {
        &self.inner.limits
    }

    pub(super) fn api(&self) -> &ApiState {
        &self.inner.api
    }

    /// Runs `work` in one transaction, away from the tasks that serve. What it changed counts, and
    /// is on the disk, once this returns without a refusal.
    pub(in crate::sandbox) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Db<'_>) -> Answer<T> + Send + 'static,
    ) -> Answer<T> {
        let site = self.clone();
        let running = tokio::task::spawn_blocking(move || site.run_now(work));
        running
            .await
            .context(Kind::Internal, || "The sandbox's site was cut short".into())?
    }

    fn run_now<T>(&self, work: impl FnOnce(&Db<'_>) -> Answer<T>) -> Answer<T> {
        let mut connection = self
            .inner
            .connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let transaction = connection.transaction().map_err(failed)?;
        let done = work(&Db::new(&transaction))?;
        transaction.commit().map_err(failed)?;
        Ok(done)
    }
}

fn failed(error: rusqlite::Error) -> Error {
    Error::new(
        Kind::Io,
        format!("The sandbox's site cannot be written: {error}"),
    )
}

/// Gives a new site its id.
fn prepare(connection: &mut Connection) -> Result<String> {
    let transaction = connection.transaction().map_err(failed)?;
    let db = Db::new(&transaction);
    let cloud_id = match db.get("site", "cloud")? {
        Some(id) => id.as_str().unwrap_or_default().to_owned(),
        None => {
            let id = crate::sandbox::atlassian::call::uuid();
            db.put("site", "cloud", "", "", &id.clone().into())?;
            id
        }
    };
    transaction.commit().map_err(failed)?;
    Ok(cloud_id)
}
