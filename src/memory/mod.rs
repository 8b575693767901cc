//! Embedding texts, and seeds: rows of an instance's tables with their embeddings.

pub mod embed;
pub mod seeds;
