//! A project's users, by its own Auth API: `https://REF.supabase.co/auth/v1`, or below the sandbox.
//!
//! Listing users is in Supabase's description of the API; making one isn't, and follows
//! <https://supabase.com/docs/reference/javascript/auth-admin-createuser>.

use reqwest::Method;
use serde_json::{Map, Value, json};
use tokio_util::sync::CancellationToken;

use crate::domain::secret::Secret;
use crate::error::{Error, Result};
use crate::provider::http::{Http, Repeat, Request};

const SERVICE: &str = "Supabase Auth";
/// The `.env` key of the key that is sent, for hints.
const KEY: &str = "SUPABASE_SERVICE_ROLE_KEY";

/// Looks after a project's users. Cheap to clone.
#[derive(Clone)]
pub struct Auth {
    base: String,
    key: Secret,
    http: Http,
    cancel: CancellationToken,
}

/// A user to be made; the address counts as confirmed.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// A UUID; else the service chooses one.
    pub id: Option<String>,
    pub email: String,
    /// Or a hash (bcrypt).
    pub password: Option<Secret>,
    pub password_hash: Option<Secret>,
    pub user_metadata: Map<String, Value>,
    pub app_metadata: Map<String, Value>,
}

/// What became of a request to make something that may be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Made,
    There,
}

/// What a key opens of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOpens {
    /// What row-level security lets everyone see: the anon or publishable key.
    Public,
    /// All of it: the service or secret key.
    Everything,
    /// The project refuses it.
    Nothing,
    /// There is no project at this address.
    NoProject,
    /// It's paused.
    NotRunning,
}

/// The gateway's own status for a project that is paused.
const PAUSED: u16 = 540;

impl Auth {
    /// `project_url` is the project's own address (`SUPABASE_URL`), `key` its service key.
    pub fn new(project_url: &str, key: &str, http: Http) -> Result<Auth> {
        let base = project_url.trim().trim_end_matches('/');
        if reqwest::Url::parse(base).is_err() || key.is_empty() {
            return Err(
                Error::not_found("There is no address or no service key of the project.").hint(
                    format!("SUPABASE_URL and {KEY} in the .env are written by: matriz init NAME"),
                ),
            );
        }
        Ok(Auth {
            base: format!("{base}/auth/v1"),
            key: Secret::new(key),
            http,
            cancel: CancellationToken::new(),
        })
    }

    /// A client whose calls end when `cancel` is cancelled.
    #[must_use]
    pub fn with_cancel(mut self, cancel: CancellationToken) -> Self {
        self.cancel = cancel;
        self
    }

    fn request(&self, method: Method, path: &str, what: impl Into<String>) -> Request {
        let mut request = Request::new(SERVICE, what, method, format!("{}{path}", self.base))
            .header("apikey", self.key.reveal())
            .secret(self.key.reveal());
        request.bearer = Some(self.key.reveal().to_owned());
        request.credential_key = KEY.to_owned();
        request
    }

    /// How many users there are; `None` where the service doesn't say.
    pub async fn count(&self) -> Result<Option<u64>> {
        let request = self
            .request(Method::GET, "/admin/users", "count the users")
            .query("page", "1")
            .query("per_page", "1");
        let answer = self.http.send(&request, &self.cancel).await?;
        Ok(answer
            .header("x-total-count")
            .and_then(|text| text.parse().ok()))
    }

    /// What this key opens, found out by asking for what everyone may see, then for what only a
    /// service key may.
    pub async fn opens(&self) -> Result<KeyOpens> {
        let request = self
            .request(Method::GET, "/settings", "see what the key opens")
            .accept(401)
            .accept(404)
            .accept(PAUSED);
        match self.http.send(&request, &self.cancel).await?.status {
            401 => return Ok(KeyOpens::Nothing),
            404 => return Ok(KeyOpens::NoProject),
            PAUSED => return Ok(KeyOpens::NotRunning),
            _ => {}
        }
        let request = self
            .request(Method::GET, "/admin/users", "see what the key opens")
            .query("page", "1")
            .query("per_page", "1")
            .accept(401)
            .accept(403);
        let answer = self.http.send(&request, &self.cancel).await?;
        Ok(match answer.status {
            401 | 403 => KeyOpens::Public,
            _ => KeyOpens::Everything,
        })
    }

    /// Makes a user. One with this address stays as it is.
    pub async fn create_user(&self, new: &NewUser) -> Result<Outcome> {
        let mut body = json!({
            "email": new.email,
            "email_confirm": true,
            "user_metadata": new.user_metadata,
            "app_metadata": new.app_metadata,
        });
        if let (Some(id), Some(fields)) = (&new.id, body.as_object_mut()) {
            fields.insert("id".into(), json!(id));
        }
        let secrets = [
            ("password", &new.password),
            ("password_hash", &new.password_hash),
        ];
        let mut request = self
            .request(
                Method::POST,
                "/admin/users",
                format!("make the user {}", new.email),
            )
            .accept(422)
            .repeat(Repeat::Safe);
        for (name, secret) in secrets {
            if let (Some(secret), Some(fields)) = (secret, body.as_object_mut()) {
                fields.insert(name.into(), json!(secret.reveal()));
                request = request.secret(secret.reveal());
            }
        }
        let request = request.json(body);
        let answer = self.http.send(&request, &self.cancel).await?;
        if answer.status != 422 {
            return Ok(Outcome::Made);
        }
        let said: Value = answer.json()?;
        match said.get("error_code").and_then(Value::as_str) {
            Some("email_exists" | "user_already_exists") => Ok(Outcome::There),
            _ => Err(answer.refusal(&request).into()),
        }
    }
}
