//! The model's numbers, decoded once when it is loaded.
//!
//! Dense layers become plain 32-bit floats (13.5 MB). Piece vectors stay packed (4 bits, or product
//! quantised: Jégou et al., 2011) and are decoded when a text needs them.

use half::f16;

use super::container::{Container, Dtype};
use super::tokenizer::Tokenizer;
use crate::error::{Error, Kind, Result};

/// Values in a piece vector.
pub const PIECE: usize = 512;
/// Values in one branch of the network.
pub const BRANCH: usize = 256;
/// Values in a piece vector and the three branches together.
pub const JOINED: usize = PIECE + 3 * BRANCH;
/// Columns that share one scale.
const GROUP: usize = 64;

/// `y = W x + b`, or without `b`.
pub struct Dense {
    pub inputs: usize,
    pub outputs: usize,
    /// Row-major, `outputs` by `inputs`.
    pub weight: Vec<f32>,
    /// Empty, or one value an output.
    pub bias: Vec<f32>,
}

/// The two convolutions of one branch.
pub struct Branch {
    /// How many neighbouring pieces it sees, and how many of them lie to the left.
    pub window: usize,
    pub left: usize,
    pub first: Dense,
    pub second: Dense,
}

pub struct Norm {
    pub gain: Vec<f32>,
    pub bias: Vec<f32>,
}

/// Everything that a forward pass reads.
pub struct Weights {
    pub tokenizer: Tokenizer,
    pieces: Pieces,
    pub proj: Dense,
    pub norm1: Norm,
    pub branches: [Branch; 3],
    pub norm2: Norm,
    pub out: Dense,
    pub d0: Dense,
    pub p1: Dense,
    pub d1: Dense,
    pub d2: Dense,
    pub p3: Dense,
    pub d3: Dense,
    pub last: Dense,
}

struct Pieces {
    head_rows: usize,
    head: Vec<u8>,
    /// 16-bit floats, 8 for a row.
    head_scale: Vec<u8>,
    tail: Vec<u8>,
    /// 16-bit floats, one for a row.
    tail_scale: Vec<u8>,
    /// 128 books of 256 entries of 4 values.
    codebook: Vec<f32>,
}

impl Weights {
    /// Reads the whole model.
    ///
    /// # Errors
    /// `Kind::Parse` when the file is broken or of another format than "1".
    pub fn read(bytes: &[u8]) -> Result<Weights> {
        let file = Container::parse(bytes)?;
        let format = file.metadata("format")?;
        if format != "1" {
            return Err(Error::new(
                Kind::Parse,
                format!("The embedding model has format \"{format}\"; this program reads \"1\"."),
            ));
        }
        let vocabulary = count(&file, "vocab")?;
        let head_rows = count(&file, "head_rows")?;
        Ok(Weights {
            tokenizer: Tokenizer::read(&file, vocabulary)?,
            pieces: Pieces::read(&file, vocabulary, head_rows)?,
            proj: dense(&file, "proj", 3 * BRANCH, PIECE, true)?,
            norm1: norm(&file, "ln1", 3 * BRANCH)?,
            branches: [
                branch(&file, 2, 0)?,
                branch(&file, 3, 1)?,
                branch(&file, 5, 2)?,
            ],
            norm2: norm(&file, "ln2", JOINED)?,
            out: dense(&file, "out", 512, JOINED, true)?,
            d0: dense(&file, "d0", 320, 512, false)?,
            p1: dense(&file, "p1", 320, 512, false)?,
            d1: dense(&file, "d1", 320, 320, false)?,
            d2: dense(&file, "d2", 512, 320, false)?,
            p3: dense(&file, "p3", 512, 320, false)?,
            d3: dense(&file, "d3", 512, 512, false)?,
            last: dense(&file, "final", super::DIM, 512, false)?,
        })
    }

    /// Writes the vector of a piece into `out`, [`PIECE`] values.
    pub fn piece(&self, id: u32, out: &mut [f32]) {
        self.pieces.decode(id as usize, out);
    }
}

impl Pieces {
    fn read(file: &Container<'_>, vocabulary: usize, head_rows: usize) -> Result<Pieces> {
        let tail_rows = vocabulary.checked_sub(head_rows).ok_or_else(|| {
            Error::new(
                Kind::Parse,
                "The embedding model cannot be read: it has more head rows than pieces.",
            )
        })?;
        let raw = |name: &str, dtype, shape: &[usize]| -> Result<Vec<u8>> {
            Ok(file.bytes(name, dtype, shape)?.to_vec())
        };
        Ok(Pieces {
            head_rows,
            head: raw("embed.head.q", Dtype::U8, &[head_rows, PIECE / 2])?,
            head_scale: raw("embed.head.scale", Dtype::F16, &[head_rows, PIECE / GROUP])?,
            tail: raw("embed.tail.code", Dtype::U8, &[tail_rows, PIECE / 4])?,
            tail_scale: raw("embed.tail.scale", Dtype::F16, &[tail_rows])?,
            codebook: file.f16s("embed.tail.codebook", &[PIECE / 4, 256, 4])?,
        })
    }

    /// Ids come from the tokenizer, so they are below the vocabulary's size.
    fn decode(&self, id: usize, out: &mut [f32]) {
        if let Some(row) = id.checked_sub(self.head_rows) {
            let scale = half_at(&self.tail_scale, row);
            let codes = &self.tail[row * (PIECE / 4)..(row + 1) * (PIECE / 4)];
            for (j, (code, four)) in codes.iter().zip(out.chunks_exact_mut(4)).enumerate() {
                let entry = (j * 256 + usize::from(*code)) * 4;
                for (value, book) in four.iter_mut().zip(&self.codebook[entry..entry + 4]) {
                    *value = book * scale;
                }
            }
        } else {
            let packed = &self.head[id * (PIECE / 2)..(id + 1) * (PIECE / 2)];
            let groups = packed.chunks_exact(GROUP / 2);
            for (g, (bytes, values)) in groups.zip(out.chunks_exact_mut(GROUP)).enumerate() {
                let scale = half_at(&self.head_scale, id * (PIECE / GROUP) + g);
                for (byte, two) in bytes.iter().zip(values.chunks_exact_mut(2)) {
                    two[0] = (f32::from(byte & 15) - 8.0) * scale;
                    two[1] = (f32::from(byte >> 4) - 8.0) * scale;
                }
            }
        }
    }
}

fn half_at(bytes: &[u8], n: usize) -> f32 {
    f16::from_le_bytes([bytes[2 * n], bytes[2 * n + 1]]).to_f32()
}

fn count(file: &Container<'_>, key: &str) -> Result<usize> {
    let text = file.metadata(key)?;
    text.parse().map_err(|_| {
        Error::new(
            Kind::Parse,
            format!("The embedding model cannot be read: \"{key}\" is \"{text}\", not a number."),
        )
    })
}

fn branch(file: &Container<'_>, window: usize, left: usize) -> Result<Branch> {
    let layer = |part: char| {
        let name = format!("conv{window}{part}");
        dense(file, &name, BRANCH, window * BRANCH, true)
    };
    Ok(Branch {
        window,
        left,
        first: layer('a')?,
        second: layer('b')?,
    })
}

fn norm(file: &Container<'_>, name: &str, size: usize) -> Result<Norm> {
    Ok(Norm {
        gain: file.f32s(&format!("{name}.gain"), &[size])?,
        bias: file.f32s(&format!("{name}.bias"), &[size])?,
    })
}

fn dense(
    file: &Container<'_>,
    name: &str,
    outputs: usize,
    inputs: usize,
    with_bias: bool,
) -> Result<Dense> {
    let packed = file.bytes(&format!("{name}.q"), Dtype::I8, &[outputs, inputs])?;
    let scale = file.f16s(&format!("{name}.scale"), &[outputs, inputs / GROUP])?;
    let mut weight = vec![0.0; outputs * inputs];
    let groups = weight
        .chunks_exact_mut(GROUP)
        .zip(packed.chunks_exact(GROUP));
    for ((values, bytes), scale) in groups.zip(scale) {
        for (value, byte) in values.iter_mut().zip(bytes) {
            *value = f32::from(*byte as i8) * scale;
        }
    }
    let bias = if with_bias {
        file.f32s(&format!("{name}.bias"), &[outputs])?
    } else {
        Vec::new()
    };
    Ok(Dense {
        inputs,
        outputs,
        weight,
        bias,
    })
}
