//! Ordering faults at a sandbox that runs in another process.

use reqwest::Method;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::error::{Context, Kind, Result};
use crate::provider::http::{Http, Request};
use crate::sandbox::api::faults::Fault;

const SERVICE: &str = "The sandbox";
const PATH: &str = "/_sandbox/faults";

/// Talks to the sandbox at `api_url` with its token.
pub struct FaultOrders {
    http: Http,
    api_url: String,
    token: String,
}

impl FaultOrders {
    pub fn new(http: Http, api_url: &str, token: &str) -> Self {
        FaultOrders {
            http,
            api_url: api_url.trim_end_matches('/').to_owned(),
            token: token.to_owned(),
        }
    }

    pub async fn list(&self) -> Result<Vec<Fault>> {
        let answer = self
            .send(self.request(Method::GET, PATH, "list the faults"))
            .await?;
        Ok(answer.json()?)
    }

    /// Orders a fault; the answer holds its number.
    pub async fn add(&self, fault: &Fault) -> Result<Fault> {
        let body = serde_json::to_value(fault)
            .context(Kind::Internal, || "Cannot write the fault".into())?;
        let request = self
            .request(Method::POST, PATH, "order a fault")
            .json(json!(body));
        Ok(self.send(request).await?.json()?)
    }

    pub async fn remove(&self, id: i64) -> Result<()> {
        let path = format!("{PATH}/{id}");
        self.send(self.request(Method::DELETE, &path, "take back a fault"))
            .await?;
        Ok(())
    }

    pub async fn clear(&self) -> Result<()> {
        self.send(self.request(Method::DELETE, PATH, "take back all faults"))
            .await?;
        Ok(())
    }

    fn request(&self, method: Method, path: &str, what: &str) -> Request {
        let mut request = Request::new(SERVICE, what, method, format!("{}{path}", self.api_url));
        request.bearer = Some(self.token.clone());
        request
    }

    async fn send(&self, request: Request) -> Result<crate::provider::http::Answer> {
        Ok(self.http.send(&request, &CancellationToken::new()).await?)
    }
}
