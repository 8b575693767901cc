//! The regions that a project can be said to run in. All of them are this machine.

use axum::Json;
use axum::extract::{Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::state::ApiState;

/// Code, name, continent and group, as in Supabase's description of its API.
const REGIONS: [(&str, &str, &str, &str); 18] = [
    ("us-east-1", "East US (North Virginia)", "NA", "americas"),
    ("us-east-2", "East US (Ohio)", "NA", "americas"),
    ("us-west-1", "West US (North California)", "NA", "americas"),
    ("us-west-2", "West US (Oregon)", "NA", "americas"),
    ("ca-central-1", "Canada (Central)", "NA", "americas"),
    ("sa-east-1", "South America (São Paulo)", "SA", "americas"),
    ("eu-west-1", "West EU (Ireland)", "EU", "emea"),
    ("eu-west-2", "West Europe (London)", "EU", "emea"),
    ("eu-west-3", "West EU (Paris)", "EU", "emea"),
    ("eu-north-1", "North EU (Stockholm)", "EU", "emea"),
    ("eu-central-1", "Central EU (Frankfurt)", "EU", "emea"),
    ("eu-central-2", "Central Europe (Zurich)", "EU", "emea"),
    ("ap-south-1", "South Asia (Mumbai)", "AS", "apac"),
    ("ap-southeast-1", "Southeast Asia (Singapore)", "AS", "apac"),
    ("ap-southeast-2", "Oceania (Sydney)", "OC", "apac"),
    ("ap-northeast-1", "Northeast Asia (Tokyo)", "AS", "apac"),
    ("ap-northeast-2", "Northeast Asia (Seoul)", "AS", "apac"),
    ("ap-east-1", "East Asia (Hong Kong)", "AS", "apac"),
];

const GROUPS: [(&str, &str); 3] = [
    ("americas", "Americas"),
    ("emea", "Europe"),
    ("apac", "Asia-Pacific"),
];

pub fn is_region(code: &str) -> bool {
    REGIONS.iter().any(|(known, ..)| *known == code)
}

/// The region that a group stands for: its first.
pub fn of_group(group: &str) -> Option<&'static str> {
    REGIONS
        .iter()
        .find(|(.., g)| *g == group)
        .map(|(code, ..)| *code)
}

#[derive(Deserialize)]
pub struct Asked {
    organization_slug: String,
    continent: Option<String>,
}

pub async fn list(
    State(state): State<ApiState>,
    Query(asked): Query<Asked>,
) -> ApiResult<Json<Value>> {
    if state
        .options()
        .organization(&asked.organization_slug)
        .is_none()
    {
        return Err(ApiError::not_found("Organization not found"));
    }
    let near = |continent: &str| asked.continent.as_deref().is_none_or(|c| c == continent);
    let specific = |(code, name, _, _): &(&str, &str, &str, &str)| json!({ "name": name, "code": code, "type": "specific", "provider": "AWS" });
    let group =
        |(code, name): &(&str, &str)| json!({ "name": name, "code": code, "type": "smartGroup" });
    let recommended = REGIONS
        .iter()
        .filter(|(_, _, continent, _)| near(continent));
    let best = recommended
        .clone()
        .next()
        .and_then(|(.., of)| GROUPS.iter().find(|(code, _)| code == of))
        .unwrap_or(&GROUPS[0]);
    Ok(Json(json!({
        "recommendations": {
            "smartGroup": group(best),
            "specific": recommended.take(3).map(specific).collect::<Vec<_>>(),
        },
        "all": {
            "smartGroup": GROUPS.iter().map(group).collect::<Vec<_>>(),
            "specific": REGIONS.iter().map(specific).collect::<Vec<_>>(),
        },
    })))
}
