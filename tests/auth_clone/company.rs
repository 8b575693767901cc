//! A workspace whose `default` has users, functions, settings and secrets, and the same seen from
//! outside.

use std::collections::BTreeMap;

use matriz::domain::secret::Secret;
use matriz::provider::http::{Http, HttpOptions};
use matriz::provider::supabase::{FunctionBody, ProjectRef, Setting, Supabase};
use serde_json::{Map, Value, json};

use crate::outside::block_on;
use crate::place::{Place, copy_files, repository};

/// A user of the sample's seeds.
pub const EMAIL: &str = "iracema.duarte@example.com";
pub const PASSWORD: &str = "example-mare-cheia";
pub const SECRET: &str = "example-smtp-password";

/// With the sample's users and functions among few other seeds.
pub fn place() -> Option<Place> {
    let place = Place::small()?;
    for folder in [
        "auth",
        "functions/_comum",
        "functions/alerta-de-temperatura",
        "functions/resumo-da-rota",
    ] {
        let from = repository().join("instances/default/seeds").join(folder);
        let to = place.path("instances/default/seeds").join(folder);
        copy_files(&from, &to, |_| true);
    }
    Some(place)
}

/// What users, functions and settings of an instance's project look like from outside.
pub struct Side {
    pub project: ProjectRef,
    pub config: Map<String, Value>,
    pub functions: BTreeMap<String, FunctionBody>,
    url: String,
    public: String,
}

pub trait Company {
    fn side(&self, name: &str) -> Side;
    /// Gives `default` settings that act outside, name it and hold secrets, and secrets of functions.
    fn configure(&self);
    fn project(&self, name: &str) -> ProjectRef;
}

impl Company for Place {
    fn project(&self, name: &str) -> ProjectRef {
        self.value(name, "SUPABASE_PROJECT_REF").parse().unwrap()
    }

    fn side(&self, name: &str) -> Side {
        let project = self.project(name);
        block_on(async {
            let supabase = self.supabase().await;
            let mut functions = BTreeMap::new();
            for one in supabase.functions(&project).await.unwrap() {
                let body = supabase.function_body(&project, &one.slug).await.unwrap();
                functions.insert(one.slug, body);
            }
            Side {
                config: supabase.auth_config(&project).await.unwrap(),
                url: self.value(name, "SUPABASE_URL"),
                public: self.value(name, "SUPABASE_ANON_KEY"),
                functions,
                project,
            }
        })
    }

    fn configure(&self) {
        let project = self.project("default");
        let url = self.value("default", "SUPABASE_URL");
        let change = json!({
            "jwt_exp": 1800,
            "password_min_length": 10,
            "site_url": format!("{url}/painel"),
            "uri_allow_list": format!("{url}/entrar,https://lumicara.example.com"),
            "smtp_host": "mail.example.com",
            "smtp_user": "lumicara",
            "smtp_pass": SECRET,
            "hook_send_email_enabled": true,
            "hook_send_email_uri": format!("{url}/functions/v1/alerta-de-temperatura"),
            "hook_send_email_secrets": "v1,whsec_example",
            "external_github_enabled": true,
            "external_github_client_id": "example-id",
            "external_github_secret": "example-github-secret",
        });
        block_on(async {
            let supabase = self.supabase().await;
            let change = change.as_object().unwrap();
            let taken = supabase.set_auth_config(&project, change).await.unwrap();
            assert_eq!(taken, Setting::Taken);
            let secrets = [("MAIL_KEY".to_owned(), Secret::new("example-mail-key"))];
            supabase.set_secrets(&project, &secrets).await.unwrap();
        });
    }
}

impl Side {
    /// Signs in; the user's id, or the error's code.
    pub fn sign_in(&self, email: &str, password: &str) -> Result<String, String> {
        block_on(async {
            let body = json!({ "email": email, "password": password });
            let call = plain()
                .post(format!("{}/auth/v1/token?grant_type=password", self.url))
                .header("apikey", &self.public);
            let said: Value = call.json(&body).send().await.unwrap().json().await.unwrap();
            match said["user"]["id"].as_str() {
                Some(id) => Ok(id.to_owned()),
                None => Err(said["error_code"].as_str().unwrap_or_default().to_owned()),
            }
        })
    }
}

/// Made after a client of the program's own, which sets the cryptography up.
fn plain() -> reqwest::Client {
    Http::new(HttpOptions::default()).unwrap();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Users and identities of an instance as one text each, without what signing in changes.
pub const PEOPLE: &str = "select coalesce(string_agg(t, E'\\n' order by t), '') from (
    select concat_ws('|', id, email, encrypted_password, role, aud, email_confirmed_at, created_at,
      raw_app_meta_data, raw_user_meta_data) as t from auth.users
    union all select concat_ws('|', id, user_id, provider, provider_id, identity_data, email)
      from auth.identities) people";

/// A client, for what a test does in between.
pub fn with<T>(place: &Place, work: impl AsyncFnOnce(Supabase) -> T) -> T {
    block_on(async { work(place.supabase().await).await })
}
