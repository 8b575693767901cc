//! The Confluence half of an instance: its space made, copied from another's, rewritten, deleted.

mod client;
mod delete;
mod marker;
mod space;

pub use delete::DeleteSpace;
pub use space::CreateSpace;
