//! What Jira and Confluence have in common: a site, an account, pages of results, long tasks.
//!
//! A site is `https://NAME.atlassian.net`, or whatever stands in for it. Requests go with the
//! e-mail address and an API token of one account (basic authentication). All operations answer
//! with [`Failure`](crate::provider::http::Failure), which knows whether the other side may have
//! done what it was asked for all the same; `?` turns it into the program's one error.
//!
//! Lists are streams: one page is read at a time, and the next when the last item was taken.

mod address;
mod pace;
mod pages;
mod poll;
mod site;
mod tenant;
mod uploads;

pub use address::SiteAddress;
pub use pages::{Items, by_link, by_offset, by_token};
pub use poll::{Patience, Progress, until_done};
pub use site::{Atlassian, EMAIL_KEY, TOKEN_KEY};
pub use uploads::{Stored, form_timeout};

/// What an operation of these clients answers with.
pub type Result<T> = std::result::Result<T, crate::provider::http::Failure>;
