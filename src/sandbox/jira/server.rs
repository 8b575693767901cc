//! What the server says of itself.

use serde_json::json;

use crate::sandbox::api::now_ms;
use crate::sandbox::atlassian::{Answer, Call, Db, Reply};
use crate::sandbox::jira::time::jira_time;

pub fn info(_: &Db<'_>, call: &Call) -> Answer<Reply> {
    Ok(Reply::json(json!({
        "baseUrl": call.base(),
        "version": "1001.0.0-SNAPSHOT",
        "versionNumbers": [1001, 0, 0],
        "deploymentType": "Cloud",
        "buildNumber": 100_000,
        "buildDate": "2026-01-01T00:00:00.000+0000",
        "serverTime": jira_time(now_ms()),
        "scmInfo": "sandbox",
        "serverTitle": "Jira",
        "defaultLocale": { "locale": "pt_BR" },
        "serverTimeZone": "UTC",
    })))
}
