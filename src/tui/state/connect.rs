//! The form that connects an instance to accounts and places that exist.

use crate::domain::instance::InstanceView;
use crate::domain::secret::Secret;
use crate::domain::strategy::ProviderKind;
use crate::tui::backend::Connect;

use super::form::{Field, Form, Purpose};

/// What each field is, in the form's order: its label, where its value is found, and whether it's a
/// secret.
const FIELDS: [(&str, &str, bool); 9] = [
    (
        "Access token",
        "supabase.com/dashboard/account/tokens",
        true,
    ),
    ("Organization", "the account's only one", false),
    ("Project", "20 letters, from the project's settings", false),
    ("Password", "of the project's database", true),
    ("Site", "https://example.atlassian.net, or sandbox", false),
    ("E-mail", "of the Atlassian account", false),
    (
        "API token",
        "id.atlassian.com/manage-profile/security/api-tokens",
        true,
    ),
    ("Jira project", "its key; empty: one is made", false),
    ("Space", "its key; empty: one is made", false),
];

const PROJECT: usize = 2;
const JIRA: usize = 7;
const SPACE: usize = 8;

/// Words of an error by which its field is known.
const SIGNS: [(usize, &[&str]); 7] = [
    (1, &["organization"]),
    (3, &["password", "SUPABASE_DB_PASSWORD", "database"]),
    (0, &["SUPABASE_ACCESS_TOKEN", "access token"]),
    (6, &["ATLASSIAN_API_TOKEN", "API token"]),
    (5, &["ATLASSIAN_EMAIL", "account"]),
    (SPACE, &["space"]),
    (JIRA, &["Jira project", "The site has no project"]),
];

impl Form {
    pub fn connect(instance: &InstanceView) -> Self {
        let there = |n: usize| {
            let place = match n {
                PROJECT => return instance.project_ref.clone(),
                JIRA => &instance.jira,
                SPACE => &instance.confluence,
                _ => return None,
            };
            place.as_ref().map(|place| place.key.clone())
        };
        let fields = FIELDS
            .into_iter()
            .enumerate()
            .map(|(n, (label, hint, secret))| match (secret, there(n)) {
                (true, _) => Field::secret(label, hint),
                (false, Some(now)) => Field::text(label, "", &format!("{now} stays")),
                (false, None) => Field::text(label, "", hint),
            })
            .collect();
        let mut form = Form::new(
            Purpose::Connect {
                instance: instance.name.clone(),
            },
            format!("Connect {}", instance.name),
            "try and connect",
            fields,
        );
        // what is in the sandbox has its account there
        if instance.kind == ProviderKind::Sandbox && instance.project_ref.is_some() {
            form.at = 4;
        }
        form
    }

    /// What a filled-in form asks for; `None` where nothing is filled in.
    pub fn connection(&self) -> Option<Connect> {
        let text = |n: usize| Some(self.word(n).trim().to_owned()).filter(|word| !word.is_empty());
        let secret = |n: usize| text(n).map(Secret::new);
        let to = Connect {
            access_token: secret(0),
            organization: text(1),
            project: text(PROJECT),
            db_password: secret(3),
            site: text(4),
            email: text(5),
            token: secret(6),
            jira_project: text(JIRA),
            space: text(SPACE),
        };
        (to != Connect::default()).then_some(to)
    }

    /// The field that an error is about, as far as its words tell; else the one before the eyes.
    pub fn field_of(&self, message: &str) -> usize {
        let filled = |n: usize| !self.word(n).is_empty();
        SIGNS
            .iter()
            .filter(|(n, words)| filled(*n) && words.iter().any(|word| message.contains(word)))
            .map(|(n, _)| *n)
            .next()
            .unwrap_or(self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::name::InstanceName;

    fn form() -> Form {
        let mut view = InstanceView::unknown(InstanceName::parse("acme").unwrap());
        view.kind = ProviderKind::Cloud;
        Form::connect(&view)
    }

    fn fill(form: &mut Form, n: usize, text: &str) {
        form.at = n;
        *form.input().unwrap() = text.into();
    }

    #[test]
    fn only_what_is_filled_in_is_asked_for() {
        let mut form = form();
        assert!(form.connection().is_none());
        fill(&mut form, 0, " sbp_example ");
        fill(&mut form, JIRA, "ACME");
        let to = form.connection().unwrap();
        assert_eq!(to.access_token.unwrap().reveal(), "sbp_example");
        assert_eq!(to.jira_project.as_deref(), Some("ACME"));
        assert!(to.site.is_none() && to.token.is_none());
    }

    #[test]
    fn an_error_stands_beside_the_field_that_it_is_about() {
        let mut form = form();
        fill(&mut form, 3, "example-pw");
        fill(&mut form, SPACE, "ACME");
        assert_eq!(form.field_of("The site has no space ACME."), SPACE);
        assert_eq!(form.field_of("The password is wrong."), 3);
        assert_eq!(form.field_of("The network is unreachable."), SPACE);
    }
}
