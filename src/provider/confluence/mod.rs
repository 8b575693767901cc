//! Confluence Cloud: the API v2 of a site, and v1 where v2 can't (deleting spaces, uploads,
//! labels, restrictions, moving, search).
//!
//! Shapes follow Atlassian's OpenAPI documents, as far as Matriz needs them. Bodies are read and
//! written in the storage format unless asked otherwise: it keeps macros and elements that
//! nobody here knows.
//!
//! # Creating twice
//!
//! Confluence has no key against repeated requests, and takes no property at a creation. What
//! creates is sent once, and one finds out after an ambiguous failure
//! ([`Failure::ambiguous`](crate::provider::http::Failure::ambiguous)) like this:
//!
//! | what | idempotent | how to find out |
//! |---|---|---|
//! | space | no, but the key is unique | [`Confluence::find_space`] |
//! | page | no, but the title is unique in its space (400) | [`Confluence::find_page`] by title, then its property |
//! | blog post | no | [`Confluence::find_blog_posts`] by title and date, then its property |
//! | folder | no | the children of what it's in, by title |
//! | attachment | yes: the same name becomes a new version | repeat it |
//! | label, restriction, move | yes | repeat it |
//! | comment | no | the comments of its page, by property, else by body |
//! | property | no, but the key is unique at its owner (400 or 409) | [`Confluence::property`] |
//! | a new version of a page, comment or property | no: it names the version that it makes (409) | read the version |
//!
//! Not verified against a live account: the status for a version that is not the next one (409 is
//! what v1 answers, and what is taken here), and whether deleting a space frees its key at once.

mod attachments;
mod blog_posts;
mod client;
mod comments;
mod content;
mod descendants;
mod folders;
mod labels;
mod operations;
mod pages;
mod probes;
mod properties;
mod restrictions;
mod search;
mod space_deletion;
mod spaces;
mod tasks;
mod users;
mod whole;

pub use attachments::Attachment;
pub use blog_posts::{BlogPost, NewBlogPost};
pub use client::Confluence;
pub use comments::{Comment, CommentKind, CommentOn, NewComment, Selection};
pub use content::{Body, Format, Version, is_stale};
pub use descendants::{Child, DEEPEST};
pub use folders::{Folder, NewFolder};
pub use labels::Label;
pub use operations::Operation;
pub use pages::{NewPage, Page, PageUpdate, Position};
pub use probes::{SPACE, probes};
pub use properties::{Owner, Property};
pub use restrictions::Restriction;
pub use search::Found;
pub use spaces::{NewSpace, Space};
pub use tasks::LongTask;
pub use users::User;
pub use whole::Whole;
