//! The whole model against `tests/data/golden.json` (a reference made with 32-bit numpy on the same
//! file) and against values from inside the network.

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::*;

#[derive(Deserialize)]
struct Golden {
    model: String,
    file_sha256: String,
    dim: usize,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    text: String,
    ids: Vec<u32>,
    vector: Vec<f32>,
}

fn golden() -> Golden {
    serde_json::from_str(include_str!("../../../tests/data/golden.json")).unwrap()
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |x: &[f32], y: &[f32]| -> f64 {
        let pairs = x.iter().zip(y);
        pairs.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
    };
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn assert_near(what: &str, values: &[f32], expected: &[f32]) {
    for (value, expected) in values.iter().zip(expected) {
        let off = (value - expected).abs();
        assert!(off < 2e-4, "{what}: {value} instead of {expected}");
    }
}

#[test]
fn the_file_is_the_one_that_the_reference_was_made_with() {
    let golden = golden();
    let sum = Sha256::digest(MODEL);
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, golden.file_sha256);
    assert_eq!(golden.model, MODEL_NAME);
    assert_eq!(golden.dim, DIM);
    assert_eq!(golden.items.len(), 79);
}

#[test]
fn every_reference_text_gives_its_ids_and_its_vector_alone() {
    let model = Embedder::load().unwrap();
    for item in golden().items {
        assert_eq!(model.ids(&item.text), item.ids, "{:?}", item.text);
        let vector = model.embed(&item.text).unwrap();
        let cosine = cosine(&vector, &item.vector);
        assert!(cosine >= 0.9999, "{cosine} for {:?}", item.text);
    }
}

#[test]
fn every_reference_text_gives_its_vector_in_one_batch() {
    let model = Embedder::load().unwrap();
    let items = golden().items;
    let texts: Vec<&str> = items.iter().map(|item| item.text.as_str()).collect();
    let vectors = model.embed_batch(&texts).unwrap();
    assert_eq!(vectors.len(), items.len());
    for (vector, item) in vectors.iter().zip(&items) {
        let cosine = cosine(vector, &item.vector);
        assert!(cosine >= 0.9999, "{cosine} for {:?}", item.text);
    }
}

#[test]
fn the_stages_of_one_text_have_their_known_values() {
    let model = Embedder::load().unwrap();
    let ids = model.ids("olá, hello world");
    assert_eq!(ids, [1, 46, 3230, 4, 3, 18140, 721, 2]);
    let mut piece = [0.0; weights::PIECE];
    model.weights.piece(ids[0], &mut piece);
    assert_near("E_0", &piece, &[-2.30664, -3.45996, 2.30664, 5.7666]);
    model.weights.piece(ids[1], &mut piece);
    assert_near("E_1", &piece, &[1.94824, 0.0, 1.29883, 0.97412]);
    let stages = forward::stages(&model.weights, &[&ids]).unwrap();
    assert_near(
        "G_0",
        &stages.joined,
        &[-0.71533, -1.11009, 0.45128, 1.29797],
    );
    assert_near(
        "G_0 from 512",
        &stages.joined[512..],
        &[0.0813, 0.05019, 0.24599, 0.00481],
    );
    assert_near("m", &stages.pooled, &[-0.00245, -0.59686, -0.4276, 0.89262]);
    assert_near(
        "e",
        &stages.vectors[0],
        &[0.22145, -0.05653, -0.1467, -0.12218],
    );
}

#[test]
fn a_blank_text_has_a_vector_and_says_that_it_is_blank() {
    let model = Embedder::load().unwrap();
    assert_eq!(model.ids(" \n\u{A0}"), [1, 2]);
    assert!(model.embed("").unwrap().iter().all(|v| v.is_finite()));
    assert!(is_blank(" \n\u{A0}"));
    assert!(!is_blank("."));
    assert!(model.embed_batch(&[]).unwrap().is_empty());
}

#[test]
fn a_very_long_text_is_cut_at_512_ids() {
    let model = Embedder::load().unwrap();
    let text = "pedido entregue ontem ".repeat(2_000);
    assert_eq!(model.ids(&text).len(), 512);
    assert!(model.embed(&text).is_ok());
}

#[test]
fn a_file_that_is_cut_short_or_of_another_format_is_refused() {
    let cut = Embedder::from_bytes(&MODEL[..MODEL.len() / 2]).unwrap_err();
    assert_eq!(cut.kind, Kind::Parse);
    assert!(cut.message.contains("does not lie where"), "{cut}");
    let header = br#"{"__metadata__":{"format":"2"}}"#;
    let mut other = (header.len() as u64).to_le_bytes().to_vec();
    other.extend_from_slice(header);
    let error = Embedder::from_bytes(&other).unwrap_err();
    assert!(error.message.contains("format \"2\""), "{error}");
}

#[test]
fn a_column_of_384_gets_the_values_and_128_zeros() {
    let mut values = [0.0; DIM];
    values[0] = -0.25;
    values[255] = 1.0;
    let text = to_vector384(&values);
    let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let parts: Vec<f32> = inner
        .unwrap()
        .split(',')
        .map(|part| part.parse().unwrap())
        .collect();
    assert_eq!(parts.len(), COLUMN_DIM);
    assert_eq!(parts[..DIM], values);
    assert!(parts[DIM..].iter().all(|v| *v == 0.0));
    assert!(to_vector(&values, 128).is_err());
    assert!(to_vector(&values, 256).unwrap().matches(',').count() == 255);
}
