//! From text to piece ids: unigram segmentation by Viterbi.
//!
//! The algorithm is that of SentencePiece's unigram model (Kudo, 2018): of all ways to cut the text
//! into known pieces, the one with the highest sum of log probabilities.

use super::container::{Container, Dtype};
use super::normalize::normalize;
use crate::error::{Error, Kind, Result};

pub const UNKNOWN: u32 = 0;
pub const BEGIN: u32 = 1;
pub const END: u32 = 2;
/// Ids of real pieces start here.
const FIRST_PIECE: u32 = 3;
/// The score of a character that no piece covers.
const UNKNOWN_SCORE: f64 = -30.0;
/// Ids kept from a text, without begin and end.
const MAX_PIECES: usize = 510;

/// The vocabulary, sorted for search by prefix.
pub struct Tokenizer {
    /// All pieces one after another, in the order of their bytes.
    bytes: Vec<u8>,
    /// Piece n of the sorted order is `bytes[starts[n]..starts[n + 1]]`.
    starts: Vec<u32>,
    ids: Vec<u32>,
    scores: Vec<f64>,
}

/// The best way to reach a place in the text.
#[derive(Clone, Copy)]
struct Best {
    score: f64,
    from: u32,
    id: u32,
}

impl Tokenizer {
    /// Reads `tok.*` of the model's file; `vocabulary` is the number of ids.
    pub fn read(container: &Container<'_>, vocabulary: usize) -> Result<Tokenizer> {
        let lengths = container.bytes("tok.piece_len", Dtype::U8, &[vocabulary])?;
        let total = container.len_of("tok.piece_bytes")?;
        let all = container.bytes("tok.piece_bytes", Dtype::U8, &[total])?;
        let scores = container.f32s("tok.piece_score", &[vocabulary])?;
        let mut pieces: Vec<(&[u8], u32, f64)> = Vec::with_capacity(vocabulary);
        let mut rest = all;
        for ((id, length), score) in (0_u32..).zip(lengths).zip(scores) {
            let (piece, after) = rest
                .split_at_checked(usize::from(*length))
                .ok_or_else(broken)?;
            rest = after;
            if id >= FIRST_PIECE && !piece.is_empty() {
                pieces.push((piece, id, f64::from(score)));
            }
        }
        if !rest.is_empty() {
            return Err(broken());
        }
        pieces.sort_unstable_by_key(|(piece, id, _)| (*piece, *id));
        let mut tokenizer = Tokenizer {
            bytes: Vec::with_capacity(total),
            starts: Vec::with_capacity(pieces.len() + 1),
            ids: Vec::with_capacity(pieces.len()),
            scores: Vec::with_capacity(pieces.len()),
        };
        for (piece, id, score) in pieces {
            tokenizer.starts.push(tokenizer.bytes.len() as u32);
            tokenizer.bytes.extend_from_slice(piece);
            tokenizer.ids.push(id);
            tokenizer.scores.push(score);
        }
        tokenizer.starts.push(tokenizer.bytes.len() as u32);
        Ok(tokenizer)
    }

    /// 2 to 512 ids: begin, the pieces, end.
    pub fn ids(&self, text: &str) -> Vec<u32> {
        let chars = normalize(text);
        let mut pieces = self.segment(&chars);
        pieces.dedup_by(|a, b| *a == UNKNOWN && *b == UNKNOWN);
        pieces.truncate(MAX_PIECES);
        let mut ids = Vec::with_capacity(pieces.len() + 2);
        ids.push(BEGIN);
        ids.extend(pieces);
        ids.push(END);
        ids
    }

    fn segment(&self, chars: &[char]) -> Vec<u32> {
        let unreached = Best {
            score: f64::NEG_INFINITY,
            from: 0,
            id: UNKNOWN,
        };
        let mut best = vec![unreached; chars.len() + 1];
        best[0].score = 0.0;
        for i in 0..chars.len() {
            let here = best[i].score;
            let mut single = false;
            let mut offer = |j: usize, score: f64, id: u32| {
                let score = here + score;
                if score > best[j].score {
                    best[j] = Best {
                        score,
                        from: i as u32,
                        id,
                    };
                }
            };
            self.each_prefix(&chars[i..], |length, piece| {
                single |= length == 1;
                offer(i + length, self.scores[piece], self.ids[piece]);
            });
            if !single {
                offer(i + 1, UNKNOWN_SCORE, UNKNOWN);
            }
        }
        let mut ids = Vec::new();
        let mut at = chars.len();
        while at > 0 {
            ids.push(best[at].id);
            at = best[at].from as usize;
        }
        ids.reverse();
        ids
    }

    /// Calls `found(characters, piece)` for every piece that `chars` begins with, shortest first.
    ///
    /// The pieces that share a prefix are neighbours: each further byte narrows their range, and
    /// the piece that equals the prefix, if there is one, is the first of it.
    fn each_prefix(&self, chars: &[char], mut found: impl FnMut(usize, usize)) {
        let (mut low, mut high) = (0, self.ids.len());
        let mut depth = 0;
        let mut buffer = [0; 4];
        for (n, c) in chars.iter().enumerate() {
            for byte in c.encode_utf8(&mut buffer).bytes() {
                low += self.below(low, high, depth, Some(byte));
                high = low + self.below(low, high, depth, byte.checked_add(1));
                depth += 1;
            }
            if low >= high {
                return;
            }
            if self.piece(low).len() == depth {
                found(n + 1, low);
            }
        }
    }

    fn piece(&self, n: usize) -> &[u8] {
        &self.bytes[self.starts[n] as usize..self.starts[n + 1] as usize]
    }

    /// How many pieces of `low..high` have a byte at `depth` that is less than `byte` (a piece
    /// that ends there counts as less; with no `byte`, all do).
    fn below(&self, low: usize, high: usize, depth: usize, byte: Option<u8>) -> usize {
        let Some(byte) = byte else { return high - low };
        let (mut a, mut b) = (low, high);
        while a < b {
            let middle = a + (b - a) / 2;
            if self.piece(middle).get(depth).is_none_or(|x| *x < byte) {
                a = middle + 1;
            } else {
                b = middle;
            }
        }
        a - low
    }
}

fn broken() -> Error {
    Error::new(
        Kind::Parse,
        "The embedding model cannot be read: its list of word pieces does not add up.",
    )
    .hint("The model is part of the program. Build or install Matriz again.")
}
