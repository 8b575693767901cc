//! Who there is on the site: the owner of the token, and a few roles to assign things to.

/// A user of the site. Nobody real: all of them are roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct User {
    pub account_id: &'static str,
    pub name: &'static str,
    pub email: &'static str,
}

/// Whose e-mail address goes with the token.
pub const OWNER: User = User {
    account_id: "712020:00000000-0000-4000-8000-000000000001",
    name: "Sandbox Owner",
    email: "owner@sandbox.example",
};

/// All users. Each may sign in with his address and the site's token.
pub const USERS: [User; 6] = [
    OWNER,
    User {
        account_id: "712020:00000000-0000-4000-8000-000000000002",
        name: "Sandbox QA",
        email: "qa@sandbox.example",
    },
    User {
        account_id: "712020:00000000-0000-4000-8000-000000000003",
        name: "Sandbox Developer",
        email: "developer@sandbox.example",
    },
    User {
        account_id: "712020:00000000-0000-4000-8000-000000000004",
        name: "Sandbox Designer",
        email: "designer@sandbox.example",
    },
    User {
        account_id: "712020:00000000-0000-4000-8000-000000000005",
        name: "Sandbox Product",
        email: "product@sandbox.example",
    },
    User {
        account_id: "712020:00000000-0000-4000-8000-000000000006",
        name: "Sandbox Support",
        email: "support@sandbox.example",
    },
];

pub fn user(account_id: &str) -> Option<User> {
    USERS.into_iter().find(|u| u.account_id == account_id)
}

pub fn user_of_email(email: &str) -> Option<User> {
    USERS
        .into_iter()
        .find(|u| u.email.eq_ignore_ascii_case(email))
}
