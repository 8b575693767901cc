//! The part of Jira's query language that is served: comparing fields, `AND`, `OR`, `NOT`, `IN`,
//! `IS EMPTY`, `ORDER BY`.

mod parse;
mod run;
mod words;

pub use parse::{Query, parse};
pub use run::{find, rank_of};
