//! What the keys of a `.env` mean: their types, where one gets a value, and which instance needs them.
//!
//! The built-in schema is `assets/env.schema.toml`; a workspace extends it with a file of the same
//! form. A key is known by its exact name first, then by the first pattern that fits (`*_API_KEY`).
//! Keys that no schema knows pass: they are the users' own.
//!
//! No message here ever holds a value.

mod address;
mod check;
pub mod jwt;
mod key_spec;
mod key_type;
mod owner;
mod schema;
mod shapes;
mod written;

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;

pub use check::SchemaFinding;
pub use key_spec::{KeySpec, Need, Wanted};
pub use key_type::KeyType;
pub use owner::project_of;
pub use schema::Schema;
