//! What a connection came to, in words.

use super::Linked;

impl Linked {
    /// A sentence for each thing that was connected, then the remarks.
    pub fn lines(&self) -> Vec<String> {
        let name = &self.instance.name;
        let link = &self.link;
        let mut lines = Vec::new();
        if let Some(organization) = link
            .organization
            .as_ref()
            .filter(|_| link.project.is_none())
        {
            lines.push(format!(
                "The account is open; projects of {name} are made in the organization {organization}."
            ));
        }
        if let Some(project) = &link.project {
            lines.push(format!("{name} is connected to project {project}."));
        }
        if let Some(site) = &link.site {
            let site = match site.as_str() {
                "sandbox" => "the sandbox's site",
                site => site,
            };
            let account = link.account.as_deref().unwrap_or_default();
            lines.push(format!("{name} is connected to {site} as {account}."));
        }
        let places = [
            ("Jira project", &link.jira_project),
            ("Confluence space", &link.space),
        ];
        for (what, key) in places {
            if let Some(key) = key {
                lines.push(format!("{name} is connected to the {what} {key}."));
            }
        }
        lines.extend(link.remarks.iter().map(|remark| format!("▲ {remark}")));
        lines
    }
}
