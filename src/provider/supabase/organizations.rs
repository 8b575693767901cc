//! Organizations, and the regions that they may use.

use reqwest::Method;
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::provider::supabase::client::Supabase;

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Organization {
    pub id: String,
    /// The name in addresses, and in a new project.
    pub slug: String,
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct OrganizationDetail {
    pub id: String,
    pub name: String,
    /// `free`, `pro`, `team`, `enterprise` or `platform`. Supabase pauses only on `free`.
    pub plan: Option<String>,
}

impl OrganizationDetail {
    /// Does Supabase pause projects of this organization? Only on the free plan.
    pub fn can_pause(&self) -> bool {
        self.plan.as_deref() == Some("free")
    }
}

/// A place where a project can run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Region {
    pub name: String,
    pub code: String,
    /// Missing, or `capacity` or `other` where the region takes no new projects now.
    pub status: Option<String>,
}

#[derive(Deserialize)]
struct Regions {
    all: AllRegions,
}

#[derive(Deserialize)]
struct AllRegions {
    specific: Vec<Region>,
}

impl Supabase {
    pub async fn organizations(&self) -> Result<Vec<Organization>> {
        let request = self.request(Method::GET, "/v1/organizations", "list the organizations");
        Ok(self.fetch(&request).await?)
    }

    pub async fn organization(&self, slug: &str) -> Result<OrganizationDetail> {
        let path = format!("/v1/organizations/{}", checked_slug(slug)?);
        let request = self.request(Method::GET, &path, format!("show the organization {slug}"));
        Ok(self.fetch(&request).await?)
    }

    /// The regions for new projects of an organization. The codes change: always read them.
    pub async fn regions(&self, organization: &str) -> Result<Vec<Region>> {
        let request = self
            .request(
                Method::GET,
                "/v1/projects/available-regions",
                "list the regions",
            )
            .query("organization_slug", checked_slug(organization)?);
        let regions: Regions = self.fetch(&request).await?;
        Ok(regions.all.specific)
    }
}

/// Slugs go into addresses, so they are letters, digits, `_` and `-` only.
fn checked_slug(slug: &str) -> Result<&str> {
    let right = !slug.is_empty()
        && slug
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if right {
        return Ok(slug);
    }
    Err(Error::usage(format!("\"{slug}\" is not the short name of an organization."))
        .hint("Take it from the organization's address on supabase.com, or from its list of organizations."))
}
