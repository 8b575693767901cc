//! The Confluence half of an instance: its space made, copied from another's, rewritten, deleted.
//!
//! A copy has two passes. The first ([`CopyPages`]) creates everything, with bodies as they are; each
//! new id goes to the job's journal. The second ([`FinishPages`]) knows what became of what, writes
//! the bodies that name something else now, and adds what needs them: comments, labels, properties,
//! the order, and at the very end who may see what.

mod attach;
mod client;
mod comment_links;
mod comments;
mod content;
mod create;
mod creating;
mod delete;
mod emptying;
mod ends;
mod finish;
mod inventory;
mod known;
mod links;
mod marker;
mod once;
mod order;
mod pages;
mod people;
mod removal;
mod restrict;
mod second;
mod space;
mod spool;
mod storage;
mod tally;
mod titles;
mod update;
mod verify;

pub(in crate::job) use client::PROVIDER;
pub use delete::DeleteSpace;
pub use emptying::EmptySpace;
pub(in crate::job) use emptying::source_is_there;
pub use finish::FinishPages;
pub use pages::CopyPages;
pub use space::CreateSpace;
