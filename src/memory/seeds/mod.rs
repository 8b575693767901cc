//! Seeds: the rows that an instance begins with, and the embeddings of its texts.
//!
//! Seeds are YAML files in `instances/NAME/seeds/`: a key for each table, a list of rows under it.
//!
//! ```yaml
//! corporate_memory:
//!   - category: mission
//!     content: Café fresco na porta de quem trabalha cedo.
//! ```
//!
//! A walk: `parse` (files to [`SeedSet`]) → `columns` (what the database's tables look like, and
//! which text each vector column is made of) → `values` (a YAML value in a column's text form) →
//! `plan` (the SQL for rows with the same columns) → `load` (a transaction for each file). `model`
//! records which model filled a column, `reembed` fills it anew.
//!
//! **Running the same seeds twice adds nothing.** A row is taken as present when the table has a row
//! with equal values in all the columns that the seed names. No list of what was loaded is kept: it
//! would be lost when one schema of a project is cloned, and it would be wrong after an edit by hand.
//! So a row that was deleted comes back, a row that was changed is added in its old form (or refused,
//! where a unique key says so), and two equal rows in a seed are one.

mod columns;
mod load;
pub mod model;
mod parse;
mod plan;
mod progress;
mod reembed;
mod values;

pub use columns::TextColumn;
pub use load::{LoadOptions, SeedReport, TableReport, load};
pub use parse::{SeedFile, SeedRow, SeedSet, SeedTable, SeedValue, parse, read_dir};
