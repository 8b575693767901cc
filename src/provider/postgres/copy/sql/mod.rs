//! SQL text: quoting, and reading it as tokens.

pub mod quote;
pub mod split;
pub mod token;
