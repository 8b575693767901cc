//! Embedding texts.
