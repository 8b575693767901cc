//! The stand-in for Confluence Cloud: version 2 of its API, and version 1 where 2 can't.
//!
//! Spaces with their homepages, pages in a tree, folders, blog posts, attachments with versions,
//! labels, comments, properties, restrictions, users and a part of CQL; answers have the shapes of
//! Atlassian's OpenAPI documents. Where the sandbox differs from the service on purpose:
//! - a body is kept as it was written and never converted: asked for in another representation
//!   than the one it was written in, it's left out;
//! - the order of a space's pages means nothing, because the service promises none;
//! - published content has no drafts beside it, and `wiki` bodies are refused;
//! - everybody is in every group;
//! - files are served by the sandbox itself, at `/_sandbox/media/`.

mod access;
mod adf;
mod attachments;
mod body;
mod comments;
mod content;
mod cql;
mod entities;
mod inline;
mod kinds;
mod labels;
mod moving;
mod page_changes;
mod pages;
mod paging;
mod properties;
mod removal;
mod restrictions;
mod routes;
mod search;
mod show;
mod space_changes;
mod spaces;
mod tasks;
mod titles;
mod tree;
mod upload;
mod users;
mod v1;
mod versions;
mod xhtml;

pub(in crate::sandbox) use routes::router;
