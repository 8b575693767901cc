//! The forward pass: piece ids of several texts to one vector for each text.
//!
//! The network is Google's "universal-sentence-encoder-multilingual" 3 as `assets/models/NOTICE`
//! tells: piece vectors, convolutions over windows of 2, 3 and 5 pieces, a sum over the text
//! divided by the square root of its length, dense layers. It has no attention and no positions.

use super::DIM;
use super::layers::relu;
use super::weights::{BRANCH, Branch, JOINED, PIECE, Weights};
use crate::error::{Error, Result};

/// What a forward pass computed on its way, for the checks of its stages.
#[cfg_attr(not(test), allow(dead_code))]
pub(super) struct Stages {
    /// Normalised piece vectors and branches, [`JOINED`] values a piece.
    pub joined: Vec<f32>,
    /// The pooled sum, 512 values a text.
    pub pooled: Vec<f32>,
    pub vectors: Vec<[f32; DIM]>,
}

/// One vector of length 1 for each text, whose ids stand in `texts`.
///
/// # Errors
/// `Kind::Internal` when a value is not finite: such a vector must never be stored.
pub fn forward(weights: &Weights, texts: &[&[u32]]) -> Result<Vec<[f32; DIM]>> {
    Ok(stages(weights, texts)?.vectors)
}

pub(super) fn stages(weights: &Weights, texts: &[&[u32]]) -> Result<Stages> {
    let rows: usize = texts.iter().map(|ids| ids.len()).sum();
    let mut pieces = vec![0.0; rows * PIECE];
    let ids = texts.iter().flat_map(|ids| ids.iter());
    for (id, row) in ids.zip(pieces.chunks_exact_mut(PIECE)) {
        weights.piece(*id, row);
    }
    let mut projected = vec![0.0; rows * 3 * BRANCH];
    weights.proj.apply(&pieces, &mut projected);

    let mut joined = vec![0.0; rows * JOINED];
    for (from, to) in pieces
        .chunks_exact(PIECE)
        .zip(joined.chunks_exact_mut(JOINED))
    {
        to[..PIECE].copy_from_slice(from);
    }
    let lengths: Vec<usize> = texts.iter().map(|ids| ids.len()).collect();
    for (n, branch) in weights.branches.iter().enumerate() {
        let mut h = vec![0.0; rows * BRANCH];
        for (row, x) in h
            .chunks_exact_mut(BRANCH)
            .zip(projected.chunks_exact(3 * BRANCH))
        {
            row.copy_from_slice(&x[n * BRANCH..(n + 1) * BRANCH]);
            weights.norm1.apply(row, n * BRANCH);
        }
        convolve(branch, &lengths, &mut h);
        let at = PIECE + n * BRANCH;
        for (row, to) in h.chunks_exact(BRANCH).zip(joined.chunks_exact_mut(JOINED)) {
            to[at..at + BRANCH].copy_from_slice(row);
        }
    }
    for row in joined.chunks_exact_mut(JOINED) {
        weights.norm2.apply(row, 0);
    }
    let pooled = pool(weights, &lengths, &joined);
    let vectors = head(weights, texts.len(), &pooled)?;
    Ok(Stages {
        joined,
        pooled,
        vectors,
    })
}

/// Two residual convolutions, in place. A window never reaches into a neighbouring text.
fn convolve(branch: &Branch, lengths: &[usize], h: &mut [f32]) {
    let width = branch.window * BRANCH;
    let rows = h.len() / BRANCH;
    let mut windows = vec![0.0; rows * width];
    let mut result = vec![0.0; h.len()];
    for layer in [&branch.first, &branch.second] {
        let mut start = 0;
        for length in lengths {
            let text = &h[start * BRANCH..(start + length) * BRANCH];
            let space = &mut windows[start * width..(start + length) * width];
            for (t, window) in space.chunks_exact_mut(width).enumerate() {
                for (k, slot) in window.chunks_exact_mut(BRANCH).enumerate() {
                    match (t + k).checked_sub(branch.left).filter(|p| p < length) {
                        Some(p) => slot.copy_from_slice(&text[p * BRANCH..(p + 1) * BRANCH]),
                        None => slot.fill(0.0),
                    }
                }
            }
            start += length;
        }
        layer.apply(&windows, &mut result);
        relu(&mut result);
        for (value, added) in h.iter_mut().zip(&result) {
            *value += added;
        }
    }
}

/// The sum of a text's rows through `out`, divided by the square root of the number of pieces.
fn pool(weights: &Weights, lengths: &[usize], joined: &[f32]) -> Vec<f32> {
    let mut sums = vec![0.0_f32; lengths.len() * JOINED];
    let mut rows = joined.chunks_exact(JOINED);
    for (length, sum) in lengths.iter().zip(sums.chunks_exact_mut(JOINED)) {
        for row in rows.by_ref().take(*length) {
            for (total, value) in sum.iter_mut().zip(row) {
                *total += value;
            }
        }
    }
    let outputs = weights.out.outputs;
    let mut pooled = vec![0.0; lengths.len() * outputs];
    for (length, row) in lengths.iter().zip(pooled.chunks_exact_mut(outputs)) {
        // The bias was meant once for each piece.
        for (value, bias) in row.iter_mut().zip(&weights.out.bias) {
            *value = *length as f32 * bias;
        }
    }
    weights.out.add(&sums, &mut pooled);
    for (length, row) in lengths.iter().zip(pooled.chunks_exact_mut(outputs)) {
        let scale = 1.0 / (*length as f32).sqrt();
        row.iter_mut().for_each(|value| *value *= scale);
    }
    pooled
}

/// The dense layers behind the pooling, one row a text.
fn head(weights: &Weights, texts: usize, m: &[f32]) -> Result<Vec<[f32; DIM]>> {
    let mut y0 = vec![0.0; texts * weights.d0.outputs];
    weights.d0.apply(m, &mut y0);
    relu(&mut y0);
    let mut y1 = vec![0.0; texts * weights.p1.outputs];
    weights.p1.apply(m, &mut y1);
    weights.d1.add(&y0, &mut y1);
    relu(&mut y1);
    let mut y2 = vec![0.0; texts * weights.d2.outputs];
    weights.d2.apply(&y1, &mut y2);
    relu(&mut y2);
    let mut z = vec![0.0; texts * weights.p3.outputs];
    weights.p3.apply(&y1, &mut z);
    weights.d3.add(&y2, &mut z);
    z.iter_mut().for_each(|value| *value = value.tanh());
    let mut v = vec![0.0; texts * DIM];
    weights.last.apply(&z, &mut v);
    let (rows, _) = v.as_chunks::<DIM>();
    rows.iter().map(unit).collect()
}

/// The vector scaled to length 1.
fn unit(v: &[f32; DIM]) -> Result<[f32; DIM]> {
    let length = v.iter().map(|x| x * x).sum::<f32>().sqrt();
    if !length.is_finite() {
        return Err(Error::internal(
            "A text gave an embedding with values that are not numbers, and it was not stored.",
        ));
    }
    let scale = 1.0 / length.max(1e-9);
    Ok(v.map(|x| x * scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vector_that_is_not_finite_is_refused() {
        let mut v = [1.0; DIM];
        assert!(unit(&v).is_ok());
        v[3] = f32::NAN;
        assert!(unit(&v).is_err());
        v[3] = f32::INFINITY;
        assert!(unit(&v).is_err());
        assert_eq!(unit(&[0.0; DIM]).unwrap()[0], 0.0);
    }
}
