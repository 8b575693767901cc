//! What a client may say when it creates or renames a project.

use serde::Deserialize;

use crate::domain::secret::Secret;
use crate::provider::supabase::ProjectStatus;
use crate::sandbox::api::api_keys;
use crate::sandbox::api::clock::now_ms;
use crate::sandbox::api::error::{ApiError, ApiResult};
use crate::sandbox::api::options::ApiOptions;
use crate::sandbox::api::record::{Data, Project};
use crate::sandbox::api::regions;
use crate::sandbox::api::store::hex;

const LONGEST_NAME: usize = 256;
const SIZES: [&str; 19] = [
    "nano",
    "micro",
    "small",
    "medium",
    "large",
    "xlarge",
    "2xlarge",
    "4xlarge",
    "8xlarge",
    "12xlarge",
    "16xlarge",
    "24xlarge",
    "24xlarge_optimized_memory",
    "24xlarge_optimized_cpu",
    "24xlarge_high_memory",
    "48xlarge",
    "48xlarge_optimized_memory",
    "48xlarge_optimized_cpu",
    "48xlarge_high_memory",
];

/// Unknown fields are refused, as the real service does.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewProject {
    db_pass: Secret,
    name: String,
    organization_slug: String,
    #[serde(default, rename = "organization_id")]
    _organization_id: Option<String>,
    #[serde(default, rename = "plan")]
    _plan: Option<Plan>,
    #[serde(default)]
    region: Option<String>,
    #[serde(default)]
    region_selection: Option<RegionSelection>,
    #[serde(default, rename = "kps_enabled")]
    _kps_enabled: Option<bool>,
    #[serde(default)]
    desired_instance_size: Option<String>,
    #[serde(default, rename = "template_url")]
    _template_url: Option<String>,
}

/// Accepted and without effect: the organization's plan counts.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Plan {
    Free,
    Pro,
}

#[derive(Deserialize)]
#[serde(tag = "type")]
enum RegionSelection {
    #[serde(rename = "specific")]
    Specific { code: String },
    #[serde(rename = "smartGroup")]
    SmartGroup { code: String },
}

#[derive(Deserialize)]
pub struct Rename {
    name: String,
}

impl Rename {
    pub fn check(self) -> ApiResult<String> {
        check_name(&self.name)?;
        Ok(self.name)
    }
}

fn check_name(name: &str) -> ApiResult<()> {
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(ApiError::bad_request(format!(
            "name has 1 to {LONGEST_NAME} characters."
        )));
    }
    Ok(())
}

impl NewProject {
    pub fn organization(&self) -> &str {
        &self.organization_slug
    }

    /// The region, if everything else is right too.
    pub fn check(&self, options: &ApiOptions) -> ApiResult<String> {
        check_name(&self.name)?;
        if self.db_pass.reveal().is_empty() {
            return Err(ApiError::bad_request("db_pass must not be empty."));
        }
        if options.organization(&self.organization_slug).is_none() {
            return Err(ApiError::not_found("Organization not found"));
        }
        if let Some(size) = &self.desired_instance_size
            && !SIZES.contains(&size.as_str())
        {
            return Err(ApiError::bad_request(format!(
                "desired_instance_size \"{size}\" does not exist."
            )));
        }
        let unknown =
            |code: &str| ApiError::bad_request(format!("The region \"{code}\" does not exist."));
        match (&self.region_selection, &self.region) {
            (Some(RegionSelection::Specific { code }), _) | (None, Some(code)) => {
                regions::is_region(code)
                    .then(|| code.clone())
                    .ok_or_else(|| unknown(code))
            }
            (Some(RegionSelection::SmartGroup { code }), _) => regions::of_group(code)
                .map(str::to_owned)
                .ok_or_else(|| unknown(code)),
            (None, None) => Ok("us-east-1".to_owned()),
        }
    }

    /// The new project, in its first state.
    pub fn project(self, data: &mut Data, region: String) -> Project {
        let secret: [u8; 32] = rand::random();
        let now = now_ms();
        Project {
            id: data.next_id(),
            reference: new_reference(data),
            name: self.name,
            organization: self.organization_slug,
            region,
            size: self
                .desired_instance_size
                .unwrap_or_else(|| "nano".to_owned()),
            created_ms: now,
            status: ProjectStatus::ComingUp,
            since_ms: now,
            password: Some(self.db_pass),
            jwt_secret: Secret::new(hex(&secret)),
            legacy_keys: true,
            keys: api_keys::first_keys(now),
            secrets: Default::default(),
            postgres_config: Default::default(),
            data_api: Default::default(),
            auth_config: Default::default(),
            functions: Default::default(),
            postgres_version: None,
        }
    }
}

/// 20 lower-case letters that were never given before.
fn new_reference(data: &Data) -> String {
    loop {
        let reference: String = (0..20)
            .map(|_| char::from(rand::random_range(b'a'..=b'z')))
            .collect();
        if data.project(&reference).is_none() && !data.removed.contains(&reference) {
            return reference;
        }
    }
}
