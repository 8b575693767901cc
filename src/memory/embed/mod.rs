//! Texts to vectors, on this machine.
//!
//! [`Embedder`] holds the model `matriz-embed-v1` (Portuguese and English), whose file is part of
//! the program. A vector has [`DIM`] values and length 1; the similarity of two texts is the dot
//! product of their vectors. A column `vector(384)` gets the values and 128 zeros
//! ([`to_vector384`]), which changes neither cosine nor distance.
//!
//! A walk: `normalize` (the text's characters) → `tokenizer` (ids of word pieces) → `batch` (texts
//! side by side) → `forward` (the network, over `layers`) ; `container` and `weights` read the file.

mod batch;
mod container;
mod forward;
mod layers;
mod normalize;
mod tokenizer;
mod weights;

use std::sync::OnceLock;

use crate::error::{Error, Kind, Result};
use weights::Weights;

/// Values in a vector.
pub const DIM: usize = 256;

/// Values in the users' vector columns.
pub const COLUMN_DIM: usize = 384;

/// What is recorded beside stored vectors. Another file, rule or layer means another name.
pub const MODEL_NAME: &str = "matriz-embed-v1";

static MODEL: &[u8] = include_bytes!("../../../assets/models/matriz-embed-v1.safetensors");

static LOADED: OnceLock<std::result::Result<Embedder, (Kind, String)>> = OnceLock::new();

/// The loaded model. Free to share between threads.
pub struct Embedder {
    weights: Weights,
}

impl std::fmt::Debug for Embedder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Embedder")
            .field("model", &MODEL_NAME)
            .finish()
    }
}

impl Embedder {
    /// The model of this program: decoded on the first call (about 30 ms), kept from then on.
    pub fn load() -> Result<&'static Embedder> {
        let loaded = LOADED.get_or_init(|| {
            Embedder::from_bytes(MODEL).map_err(|error| (error.kind, error.message))
        });
        loaded
            .as_ref()
            .map_err(|(kind, message)| Error::new(*kind, message.clone()))
    }

    /// Reads a model's file.
    ///
    /// # Errors
    /// `Kind::Parse` when the file is cut short, broken, or of another format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Embedder> {
        Ok(Embedder {
            weights: Weights::read(bytes)?,
        })
    }

    /// The ids of a text's word pieces: begin, up to 510 pieces, end.
    pub fn ids(&self, text: &str) -> Vec<u32> {
        self.weights.tokenizer.ids(text)
    }

    /// One text to [`DIM`] values of length 1. Text beyond 510 pieces is not read. A blank text
    /// gives a valid vector without meaning: store none for it ([`is_blank`]).
    pub fn embed(&self, text: &str) -> Result<[f32; DIM]> {
        let vectors = self.embed_batch(&[text])?;
        vectors
            .into_iter()
            .next()
            .ok_or_else(|| Error::internal("Embedding a text gave no vector."))
    }

    /// Several texts at once, which is faster than one by one. The order is kept, and a text's
    /// vector does not depend on its neighbours.
    pub fn embed_batch(&self, texts: &[&str]) -> Result<Vec<[f32; DIM]>> {
        let ids: Vec<Vec<u32>> = texts.iter().map(|text| self.ids(text)).collect();
        let mut vectors = Vec::with_capacity(texts.len());
        for group in batch::groups(ids.iter().map(Vec::len)) {
            let group: Vec<&[u32]> = ids[group].iter().map(Vec::as_slice).collect();
            vectors.extend(forward::forward(&self.weights, &group)?);
        }
        Ok(vectors)
    }
}

/// Whether a text holds nothing to embed.
pub fn is_blank(text: &str) -> bool {
    normalize::normalize(text).is_empty()
}

/// A vector in pgvector's text form, `[0.1,…]`, with zeros behind it up to `width` values.
///
/// # Errors
/// `Kind::Refused` when `width` is under [`DIM`]: values would be lost.
pub fn to_vector(values: &[f32; DIM], width: usize) -> Result<String> {
    use std::fmt::Write;
    if width < DIM {
        return Err(Error::refused(format!(
            "A vector of {DIM} values does not fit a column of {width}."
        )));
    }
    let mut text = String::with_capacity(width * 4 + DIM * 8);
    text.push('[');
    for (n, value) in values.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = write!(text, "{}{value}", if n == 0 { "" } else { "," });
    }
    text.push_str(&",0".repeat(width - DIM));
    text.push(']');
    Ok(text)
}

/// [`to_vector`] for a column `vector(384)`.
pub fn to_vector384(values: &[f32; DIM]) -> String {
    to_vector(values, COLUMN_DIM).unwrap_or_default()
}

#[cfg(test)]
mod tests;
