//! What the steps of this program's jobs work on: the workspace, the sandbox, the clients.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::domain::config::{AtlassianConfig, AtlassianKind, SupabaseConfig};
use crate::domain::name::InstanceName;
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::error::{Context, Error, Kind, Result};
use crate::job::{moved, waiting};
use crate::provider::atlassian::Atlassian;
use crate::provider::http::{Http, HttpOptions};
use crate::provider::postgres::copy::EarlySchema;
use crate::provider::postgres::url::DatabaseUrl;
use crate::provider::supabase::storage::{self, StorageClient};
use crate::provider::supabase::{CLOUD_URL, ProjectRef, Supabase};
use crate::sandbox::{self, Endpoints, FetchConsent};
use crate::workspace::{InstanceDir, Workspace};

/// Shared by all steps of a job; cheap to clone.
#[derive(Clone)]
pub struct World {
    inner: Arc<Inner>,
}

struct Inner {
    workspace: Workspace,
    consent: FetchConsent,
    http: Http,
    sandbox: OnceCell<Endpoints>,
    /// A clone's source, read ahead by one step for another.
    schema: Mutex<Option<EarlySchema>>,
}

impl World {
    /// `consent`: whether a Postgres may be fetched when the sandbox needs one.
    pub fn new(workspace: Workspace, consent: FetchConsent) -> Result<World> {
        let options = HttpOptions {
            waits: Some(waiting::observer()),
            ..HttpOptions::default()
        };
        World::with_http(workspace, consent, options)
    }

    /// The same, with a connection pool of its own kind.
    pub fn with_http(
        workspace: Workspace,
        consent: FetchConsent,
        options: HttpOptions,
    ) -> Result<World> {
        Ok(World {
            inner: Arc::new(Inner {
                workspace,
                consent,
                http: Http::new(options)?,
                sandbox: OnceCell::new(),
                schema: Mutex::default(),
            }),
        })
    }

    pub fn workspace(&self) -> &Workspace {
        &self.inner.workspace
    }

    pub fn instance(&self, name: &InstanceName) -> Result<InstanceDir> {
        self.inner.workspace.instance(name)
    }

    /// The connections that all clients share.
    pub fn http(&self) -> Http {
        self.inner.http.clone()
    }

    /// The sandbox, started where it isn't running.
    pub async fn sandbox(&self, note: impl Fn(&str) + Send + Sync) -> Result<&Endpoints> {
        self.inner
            .sandbox
            .get_or_try_init(|| async {
                let root = self.inner.workspace.root();
                let endpoints = sandbox::ensure(root, self.inner.consent, note).await?;
                moved::follow(&self.inner.workspace, &endpoints)?;
                Ok(endpoints)
            })
            .await
    }

    pub fn keep_schema(&self, schema: EarlySchema) {
        *self.schema() = Some(schema);
    }

    /// What [`World::keep_schema`] kept; `None` in a worker that resumed the job after that.
    pub fn take_schema(&self) -> Option<Arc<EarlySchema>> {
        self.schema().take().map(Arc::new)
    }

    fn schema(&self) -> MutexGuard<'_, Option<EarlySchema>> {
        self.inner
            .schema
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// The client for an instance's project: the real service and the sandbox are the same code.
    pub async fn supabase(&self, name: &InstanceName) -> Result<Supabase> {
        let dir = self.instance(name)?;
        let config = dir.supabase_config()?;
        match config.kind {
            ProviderKind::Sandbox => {
                let endpoints = self.sandbox(|_| ()).await?;
                Supabase::new(
                    &endpoints.api_url,
                    &endpoints.token,
                    self.inner.http.clone(),
                )
            }
            ProviderKind::Cloud => {
                let key = &config.access_token_key;
                let token = self.account_value(&dir, key)?.ok_or_else(|| {
                    Error::new(
                        Kind::NotFound,
                        format!("{key} isn't set: {name} can't be reached in the cloud."),
                    )
                    .hint(format!(
                        "Put {key} into instances/{name}/.env or into the .env at the workspace's top."
                    ))
                })?;
                self.supabase_at(&config, &token)
            }
        }
    }

    /// A client for the cloud with a token that no file has yet.
    pub fn supabase_at(&self, config: &SupabaseConfig, token: &str) -> Result<Supabase> {
        let url = config.api_url.as_deref().unwrap_or(CLOUD_URL);
        let client = Supabase::new(url, token, self.inner.http.clone())?;
        Ok(client.with_token_key(&config.access_token_key))
    }

    /// The files of an instance's project, by its address and its own key in the `.env`.
    pub async fn storage(&self, name: &InstanceName) -> Result<StorageClient> {
        let dir = self.instance(name)?;
        if dir.supabase_config()?.kind == ProviderKind::Sandbox {
            // its address may be another since it was written
            self.sandbox(|_| ()).await?;
        }
        let env = dir.read_env()?.0;
        let value = |key: &str| {
            let found = env.get(key).filter(|value| !value.is_empty());
            found.map(str::to_owned).ok_or_else(|| {
                Error::not_found(format!("{name} has no {key} in its .env."))
                    .hint(format!("Set it up with: matriz init {name}"))
            })
        };
        let (url, key) = (value(storage::URL)?, value(storage::KEY)?);
        StorageClient::new(&url, &key, self.inner.http.clone())
    }

    /// The site that an instance's Jira project and Confluence space are on; `None` where it has
    /// neither.
    pub async fn atlassian(&self, name: &InstanceName) -> Result<Option<Atlassian>> {
        let dir = self.instance(name)?;
        let config = dir.atlassian_config()?;
        let http = self.inner.http.clone();
        match config.kind {
            AtlassianKind::None => Ok(None),
            AtlassianKind::Sandbox => {
                let at = self.sandbox(|_| ()).await?;
                let (email, token) = (&at.atlassian_email, &at.atlassian_token);
                Atlassian::new(&at.api_url, email, token, http).map(Some)
            }
            AtlassianKind::Cloud => {
                let value = |key: &str| self.account_value(&dir, key);
                let site =
                    site_address(&config, value("ATLASSIAN_SITE")?).ok_or_else(|| no_site(name))?;
                let email = value(&config.email_key)?.unwrap_or_default();
                let token = value(&config.token_key)?.unwrap_or_default();
                let site = Atlassian::new(&site, &email, &token, http)?;
                Ok(Some(site.with_token_key(&config.token_key)))
            }
        }
    }

    /// A site that no configuration names yet.
    pub fn site_at(&self, url: &str, email: &str, token: &str) -> Result<Atlassian> {
        Atlassian::new(url, email, token, self.inner.http.clone())
    }

    /// A value of the instance, else of the workspace's own `.env`, else of this process.
    pub fn account_value(&self, dir: &InstanceDir, key: &str) -> Result<Option<String>> {
        let own = dir.read_env()?.0.get(key).map(str::to_owned);
        let found = match own.filter(|v| !v.is_empty()) {
            Some(value) => Some(value),
            None => {
                let shared = self.inner.workspace.shared_env()?;
                shared.get(key).filter(|v| !v.is_empty()).map(str::to_owned)
            }
        };
        Ok(found.or_else(|| std::env::var(key).ok().filter(|v| !v.is_empty())))
    }

    /// The address of an instance's database, as its `.env` has it.
    pub fn database(&self, name: &InstanceName) -> Result<DatabaseUrl> {
        let dir = self.instance(name)?;
        let (env, _) = dir.read_env()?;
        match env.get("DATABASE_URL").filter(|v| !v.is_empty()) {
            Some(text) => DatabaseUrl::parse(text),
            None => Err(
                Error::not_found(format!("{name} has no DATABASE_URL in its .env."))
                    .hint(format!("Set it up with: matriz init {name}")),
            ),
        }
    }

    /// The address for work on the schema itself (migrations, seeds, copying): the project's own
    /// role. An instance that lives in another's project has a role that sees only its schema.
    pub fn admin_database(&self, name: &InstanceName) -> Result<DatabaseUrl> {
        let dir = self.instance(name)?;
        if dir.manifest()?.strategy != Strategy::Schema {
            return self.database(name);
        }
        match self.owner_of(name)? {
            Some(owner) => self.database(&owner),
            None => self.database(name),
        }
    }

    /// The instance whose own project this one shares.
    pub fn owner_of(&self, name: &InstanceName) -> Result<Option<InstanceName>> {
        let project = self.instance(name)?.supabase_config()?.project_ref;
        for other in self.sharers(&project.unwrap_or_default())? {
            let strategy = self.instance(&other)?.manifest()?.strategy;
            if other != *name && strategy != Strategy::Schema {
                return Ok(Some(other));
            }
        }
        Ok(None)
    }

    /// Whether the instance's folder is there.
    pub fn has(&self, name: &InstanceName) -> bool {
        self.inner
            .workspace
            .instances_dir()
            .join(name.as_str())
            .is_dir()
    }

    /// Removes an instance's folder that a job made and takes back.
    pub fn remove(&self, name: &InstanceName) -> Result<()> {
        let path = self.inner.workspace.instances_dir().join(name.as_str());
        std::fs::remove_dir_all(&path)
            .context(Kind::Io, || format!("Can't remove {}", path.display()))
    }

    /// The project that an instance's config names.
    pub fn project(&self, name: &InstanceName) -> Result<Option<ProjectRef>> {
        project_of(&self.instance(name)?.supabase_config()?)
    }

    /// Which instances' configs name this project.
    pub fn sharers(&self, project: &str) -> Result<Vec<InstanceName>> {
        let mut names = Vec::new();
        for name in self.inner.workspace.instances()? {
            // a broken config of another instance must not stop this one
            let config = self.instance(&name).and_then(|dir| dir.supabase_config());
            if config.is_ok_and(|c| c.project_ref.as_deref() == Some(project)) {
                names.push(name);
            }
        }
        Ok(names)
    }
}

/// The config's site, else the `.env`'s, as an address.
fn site_address(config: &AtlassianConfig, own: Option<String>) -> Option<String> {
    let site = config
        .site
        .clone()
        .filter(|site| !site.is_empty())
        .or(own)?;
    Some(match site.contains("://") {
        true => site,
        false => format!("https://{site}"),
    })
}

fn no_site(name: &InstanceName) -> Error {
    Error::not_found(format!("{name} names no Atlassian site.")).hint(format!(
        "Put the site into instances/{name}/atlassian.config.json, or ATLASSIAN_SITE into its .env."
    ))
}

/// The config's project; an empty one counts as none.
pub fn project_of(config: &SupabaseConfig) -> Result<Option<ProjectRef>> {
    match config.project_ref.as_deref() {
        None | Some("") => Ok(None),
        Some(text) => text.parse().map(Some),
    }
}
