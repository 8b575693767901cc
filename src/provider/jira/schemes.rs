//! Which schemes a company-managed project has, so that another on the same site can share them.

use reqwest::Method;
use serde_json::Value;

use crate::provider::atlassian::Result;
use crate::provider::jira::client::Jira;

/// The addresses that name a project's schemes, and the field of a new project that takes each.
///
/// A site may not serve all of them (404): then the project gets the site's usual one.
const SCHEMES: [(&str, &str); 3] = [
    ("issuetypescheme", "issueTypeScheme"),
    ("workflowscheme", "workflowScheme"),
    ("issuetypescreenscheme", "issueTypeScreenScheme"),
];

impl Jira {
    /// The ids of a project's schemes, by the field of a new project that takes them, as
    /// [`ProjectShape::Schemes`](crate::provider::jira::ProjectShape) wants them. Needs the right
    /// to administer Jira.
    pub async fn project_schemes(&self, project_id: &str) -> Result<Vec<(String, i64)>> {
        let mut found = Vec::new();
        for (place, field) in SCHEMES {
            let request = self
                .platform(Method::GET, &[place, "project"], "show a project's schemes")
                .query("projectId", project_id);
            let page: Option<Value> = self.site.find(&request).await?;
            let id = page.as_ref().and_then(|page| {
                let scheme = page.get("values")?.get(0)?.get(field)?;
                number(scheme.get("id")?)
            });
            found.extend(id.map(|id| (field.to_owned(), id)));
        }
        Ok(found)
    }
}

/// A number of one address, a text of another.
fn number(id: &Value) -> Option<i64> {
    id.as_i64().or_else(|| id.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_id_is_a_number_in_both_forms() {
        assert_eq!(number(&json!(10)), Some(10));
        assert_eq!(number(&json!("10")), Some(10));
        assert_eq!(number(&json!(null)), None);
    }
}
