//! What the providers say of an instance's values: each is used once, and nothing is changed.

use serde::Serialize;

use crate::domain::config::AtlassianKind;
use crate::domain::env_file::EnvFile;
use crate::domain::env_schema::project_of;
use crate::domain::name::InstanceName;
use crate::domain::strategy::ProviderKind;
use crate::error::{Error, Result};
use crate::job::world::World;
use crate::provider::confluence::Confluence;
use crate::provider::http::{Backoff, HttpOptions};
use crate::provider::jira::Jira;
use crate::provider::postgres::connect::{ConnectOptions, connect};
use crate::provider::postgres::url::{DatabaseUrl, Host};
use crate::provider::supabase::{Auth, KeyOpens, ProjectRef};
use crate::sandbox::FetchConsent;
use crate::service::Service;
use crate::service::link::account_refusal;
use crate::workspace::InstanceDir;

/// What came of one value. Never holds it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LiveCheck {
    pub key: String,
    /// It opens what it should.
    pub ok: bool,
    /// Stable: `E401` refused, `E402` another role, `E403` the database, `E404` the account's token,
    /// `E405` the site, `E406` the Jira project, `E407` the space, `E409` nobody answered.
    pub code: Option<&'static str>,
    pub text: String,
}

struct Asked<'a> {
    world: World,
    name: &'a InstanceName,
    dir: InstanceDir,
    env: EnvFile,
}

pub async fn check(service: &Service, name: &InstanceName) -> Result<Vec<LiveCheck>> {
    let options = HttpOptions {
        // a person waits
        backoff: Backoff {
            tries: 2,
            ..Backoff::default()
        },
        ..HttpOptions::default()
    };
    let world = World::with_http(service.workspace.clone(), FetchConsent::No, options)?;
    let dir = service.workspace.instance(name)?;
    let sandbox = dir.supabase_config()?.kind == ProviderKind::Sandbox
        || dir.atlassian_config()?.kind == AtlassianKind::Sandbox;
    if sandbox {
        // it may have moved to another port: then the file is rewritten before it's read
        world.sandbox(|_| ()).await?;
    }
    let env = dir.read_env()?.0;
    let asked = Asked {
        world,
        name,
        dir,
        env,
    };
    let (anon, service_role, database, account, site) = tokio::join!(
        asked.project_key("SUPABASE_ANON_KEY", KeyOpens::Public),
        asked.project_key("SUPABASE_SERVICE_ROLE_KEY", KeyOpens::Everything),
        asked.database(),
        asked.account(),
        asked.site(),
    );
    let mut all: Vec<LiveCheck> = [anon, service_role, database, account]
        .into_iter()
        .flatten()
        .collect();
    all.extend(site?);
    Ok(all)
}

fn right(key: &str, text: impl Into<String>) -> LiveCheck {
    LiveCheck {
        key: key.to_owned(),
        ok: true,
        code: None,
        text: text.into(),
    }
}

fn wrong(key: &str, code: &'static str, text: impl Into<String>) -> LiveCheck {
    LiveCheck {
        key: key.to_owned(),
        ok: false,
        code: Some(code),
        text: text.into(),
    }
}

fn failed(key: &str, code: &'static str, error: &Error) -> LiveCheck {
    let hint = error.hint.as_deref();
    let hint = hint.map_or_else(String::new, |hint| format!(" {hint}"));
    wrong(key, code, format!("{}{hint}", error.message))
}

impl Asked<'_> {
    fn value(&self, key: &str) -> Option<&str> {
        self.env.get(key).filter(|value| !value.is_empty())
    }

    async fn project_key(&self, key: &'static str, should: KeyOpens) -> Option<LiveCheck> {
        let (value, url) = (self.value(key)?, self.value("SUPABASE_URL")?);
        let opens = match Auth::new(url, value, self.world.http()) {
            Ok(auth) => auth.opens().await,
            Err(error) => Err(error),
        };
        let opens = match opens {
            Ok(opens) => opens,
            Err(error) => return Some(failed(key, "E409", &error)),
        };
        let other = project_of(value).zip(project_of(url));
        let other = other.is_some_and(|(of_key, of_url)| of_key != of_url);
        Some(match opens {
            opens if opens == should => right(key, "opens the project."),
            KeyOpens::Nothing if other => wrong(
                key,
                "E401",
                "is another project's: the project at SUPABASE_URL refuses it.",
            ),
            KeyOpens::Nothing => wrong(
                key,
                "E401",
                "is refused by the project at SUPABASE_URL: it was revoked, or it is another project's.",
            ),
            KeyOpens::Public => wrong(
                key,
                "E402",
                "opens the project as the public does: it is the anon key, and the service key belongs here.",
            ),
            KeyOpens::Everything => wrong(
                key,
                "E402",
                "passes by row-level security: it is the service key, and the anon key belongs here.",
            ),
            KeyOpens::NoProject => wrong(
                key,
                "E401",
                "can't be tried: there is no project at SUPABASE_URL.",
            ),
            KeyOpens::NotRunning => wrong(
                key,
                "E409",
                "can't be tried: the project isn't running. Resume it first.",
            ),
        })
    }

    async fn database(&self) -> Option<LiveCheck> {
        const KEY: &str = "DATABASE_URL";
        let value = self.value(KEY)?;
        let url = match DatabaseUrl::parse(value) {
            Ok(url) => url,
            Err(error) => return Some(failed(KEY, "E403", &error)),
        };
        match connect(&url, &ConnectOptions::named("matriz check")).await {
            Err(error) => return Some(failed(KEY, "E403", &error)),
            Ok(connection) => connection.close().await,
        }
        let of_url = || self.value("SUPABASE_URL").and_then(project_of);
        let project = self.value("SUPABASE_PROJECT_REF").map(str::to_owned);
        let Some(project) = project.or_else(of_url) else {
            return Some(wrong(
                KEY,
                "E403",
                "opens a database; which project it should be isn't said: SUPABASE_PROJECT_REF is empty.",
            ));
        };
        let named = match project_of(value) {
            Some(of_url) => of_url == project,
            // an address of another kind: the project's own are known to its provider
            None => self.is_address_of(&url, &project).await,
        };
        Some(match named {
            true => right(KEY, "opens the project's database."),
            false => wrong(
                KEY,
                "E403",
                "opens a database, which isn't that of the project in SUPABASE_PROJECT_REF.",
            ),
        })
    }

    async fn is_address_of(&self, url: &DatabaseUrl, project: &str) -> bool {
        let Ok(project) = project.parse::<ProjectRef>() else {
            return false;
        };
        let Ok(supabase) = self.world.supabase(self.name).await else {
            return false;
        };
        let Host::Tcp(host) = &url.host else {
            return false;
        };
        let known = supabase.pooler_config(&project).await.unwrap_or_default();
        known
            .iter()
            .any(|k| k.db_host == *host && k.db_name == url.database)
    }

    /// The account's own token, and whether it sees the project.
    async fn account(&self) -> Option<LiveCheck> {
        let config = self.dir.supabase_config().ok()?;
        if config.kind != ProviderKind::Cloud {
            return None;
        }
        let key = config.access_token_key;
        self.world.account_value(&self.dir, &key).ok()??;
        let project: ProjectRef = self.value("SUPABASE_PROJECT_REF")?.parse().ok()?;
        let supabase = self.world.supabase(self.name).await.ok()?;
        Some(match supabase.find_project(&project).await {
            Ok(Some(_)) => right(&key, "sees the project."),
            Ok(None) => wrong(
                &key,
                "E404",
                "is good, and its account doesn't see the project.",
            ),
            Err(error) => failed(&key, "E404", &error),
        })
    }

    async fn site(&self) -> Result<Vec<LiveCheck>> {
        let config = self.dir.atlassian_config()?;
        let of = |key: &str| self.world.account_value(&self.dir, key);
        let (site, email) = (of("ATLASSIAN_SITE")?, of(&config.email_key)?);
        let token = of(&config.token_key)?;
        let (Some(site), Some(email), Some(token)) = (site, email, token) else {
            return Ok(Vec::new());
        };
        if config.kind == AtlassianKind::None {
            return Ok(Vec::new());
        }
        let address = match site.contains("://") {
            true => site,
            false => format!("https://{site}"),
        };
        let site = match self.world.site_at(&address, &email, &token) {
            Ok(site) => site.with_token_key(&config.token_key),
            Err(error) => return Ok(vec![failed("ATLASSIAN_SITE", "E405", &error)]),
        };
        let (jira, confluence) = (Jira::new(site.clone()), Confluence::new(site.clone()));
        let project = self.value("JIRA_PROJECT_KEY");
        let space = self.value("CONFLUENCE_SPACE_KEY");
        let key = config.token_key.as_str();
        let entered = match (project, space) {
            (None, Some(_)) => confluence
                .myself()
                .await
                .map(|_| ())
                .map_err(|f| ("Confluence", f)),
            _ => jira.myself().await.map(|_| ()).map_err(|f| ("Jira", f)),
        };
        if let Err((product, failure)) = entered {
            let error = account_refusal(&site, product, failure).await;
            return Ok(vec![failed(key, "E405", &error)]);
        }
        let mut all = vec![right(key, "opens the site.")];
        if let Some(project) = project {
            let found = jira.find_project(project).await;
            all.push(seen(
                "JIRA_PROJECT_KEY",
                "E406",
                "project",
                found.map(|p| p.is_some()),
            ));
        }
        if let Some(space) = space {
            let found = confluence.find_space(space).await;
            all.push(seen(
                "CONFLUENCE_SPACE_KEY",
                "E407",
                "space",
                found.map(|s| s.is_some()),
            ));
        }
        Ok(all)
    }
}

fn seen(
    key: &str,
    code: &'static str,
    what: &str,
    found: std::result::Result<bool, impl Into<Error>>,
) -> LiveCheck {
    match found {
        Ok(true) => right(key, format!("is a {what} that the account sees.")),
        Ok(false) => wrong(
            key,
            code,
            format!(
                "names no {what} that the account sees: it isn't on this site, or the account may not see it."
            ),
        ),
        Err(error) => failed(key, code, &error.into()),
    }
}
