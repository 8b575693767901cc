//! The stand-in for an Atlassian Cloud site: what Jira and Confluence share.
//!
//! [`router`] serves both below one address, as a site does: `/rest/api/3`, `/rest/agile/1.0`,
//! `/wiki/…`. The state is a store of documents in SQLite ([`Db`]) and attachments as files, both
//! durable before a change is answered. Handlers are plain functions over one transaction
//! ([`on`]). Limits and ordered faults come before them.

mod account;
mod call;
mod files;
mod guard;
mod limits;
mod multipart;
mod options;
mod paging;
mod refusal;
mod router;
mod site;
mod store;

pub use account::{OWNER, USERS, User};
pub use options::AtlassianOptions;
pub use router::router;
pub use site::Site;

pub(in crate::sandbox) use account::user;
pub(in crate::sandbox) use call::{Call, Reply, on, uuid};
pub(in crate::sandbox) use multipart::Part;
pub(in crate::sandbox) use paging::Page;
pub(in crate::sandbox) use refusal::{Answer, Refusal};
pub(in crate::sandbox) use store::{Db, Doc, order};
