//! The model's file: named arrays of numbers in one block of bytes.
//!
//! The format is that of `safetensors` (<https://github.com/huggingface/safetensors>): 8 bytes
//! little-endian length N, N bytes of JSON (name to `dtype`, `shape`, `data_offsets`), then the
//! data. Every range is checked here once, so that the readers below need no further checks.
//! Arrays are read by byte offset: the file promises no alignment.

use std::collections::HashMap;

use half::f16;
use serde_json::Value;

use crate::error::{Error, Kind, Result};

/// The longest header that is accepted, in bytes (the real one has about 4,000).
const MAX_HEADER: u64 = 1 << 20;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dtype {
    U8,
    I8,
    F16,
    F32,
}

impl Dtype {
    fn parse(word: &str) -> Option<Dtype> {
        Some(match word {
            "U8" => Dtype::U8,
            "I8" => Dtype::I8,
            "F16" => Dtype::F16,
            "F32" => Dtype::F32,
            _ => return None,
        })
    }

    fn size(self) -> usize {
        match self {
            Dtype::U8 | Dtype::I8 => 1,
            Dtype::F16 => 2,
            Dtype::F32 => 4,
        }
    }
}

struct Tensor {
    dtype: Dtype,
    shape: Vec<usize>,
    begin: usize,
    end: usize,
}

/// A parsed file. Borrows its bytes.
pub struct Container<'a> {
    data: &'a [u8],
    tensors: HashMap<String, Tensor>,
    metadata: HashMap<String, String>,
}

fn bad(what: impl std::fmt::Display) -> Error {
    Error::new(
        Kind::Parse,
        format!("The embedding model cannot be read: {what}."),
    )
    .hint("The model is part of the program. Build or install Matriz again.")
}

impl<'a> Container<'a> {
    /// Reads the header and checks every range in it.
    ///
    /// # Errors
    /// `Kind::Parse` when the bytes are cut short, the header isn't JSON of the expected form, or
    /// an array doesn't fit its shape.
    pub fn parse(bytes: &'a [u8]) -> Result<Container<'a>> {
        let (length, rest) = bytes
            .split_first_chunk::<8>()
            .ok_or_else(|| bad("it is shorter than 8 bytes"))?;
        let length = u64::from_le_bytes(*length);
        if length > MAX_HEADER || length > rest.len() as u64 {
            return Err(bad(format_args!(
                "its header claims {length} bytes, more than there are"
            )));
        }
        let (header, data) = rest.split_at(length as usize);
        let header: serde_json::Map<String, Value> = serde_json::from_slice(header)
            .map_err(|error| bad(format_args!("its header is not valid ({error})")))?;
        let mut container = Container {
            data,
            tensors: HashMap::new(),
            metadata: HashMap::new(),
        };
        for (name, value) in header {
            if name == "__metadata__" {
                let entries = value
                    .as_object()
                    .ok_or_else(|| bad("its metadata is not a list of names and values"))?;
                for (key, value) in entries {
                    let value = value.as_str().unwrap_or_default().to_owned();
                    container.metadata.insert(key.clone(), value);
                }
            } else {
                let tensor = tensor(&name, &value, data.len())?;
                container.tensors.insert(name, tensor);
            }
        }
        Ok(container)
    }

    /// A string of the header's `__metadata__`.
    pub fn metadata(&self, key: &str) -> Result<&str> {
        self.metadata
            .get(key)
            .map(String::as_str)
            .ok_or_else(|| bad(format_args!("its metadata has no \"{key}\"")))
    }

    /// The raw bytes of an array with exactly this type and shape.
    pub fn bytes(&self, name: &str, dtype: Dtype, shape: &[usize]) -> Result<&'a [u8]> {
        let tensor = self
            .tensors
            .get(name)
            .ok_or_else(|| bad(format_args!("it has no part \"{name}\"")))?;
        if tensor.dtype != dtype || tensor.shape != shape {
            return Err(bad(format_args!(
                "its part \"{name}\" is {:?} {:?}, and {dtype:?} {shape:?} was expected",
                tensor.dtype, tensor.shape
            )));
        }
        self.data
            .get(tensor.begin..tensor.end)
            .ok_or_else(|| bad(format_args!("its part \"{name}\" lies outside the file")))
    }

    /// An array of 32-bit floats.
    pub fn f32s(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let bytes = self.bytes(name, Dtype::F32, shape)?;
        let (chunks, _) = bytes.as_chunks::<4>();
        finite(name, chunks.iter().map(|c| f32::from_le_bytes(*c)))
    }

    /// An array of 16-bit floats, widened.
    pub fn f16s(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>> {
        let bytes = self.bytes(name, Dtype::F16, shape)?;
        let (chunks, _) = bytes.as_chunks::<2>();
        finite(name, chunks.iter().map(|c| f16::from_le_bytes(*c).to_f32()))
    }

    /// The length of an array with one dimension.
    pub fn len_of(&self, name: &str) -> Result<usize> {
        match self.tensors.get(name).map(|t| t.shape.as_slice()) {
            Some([n]) => Ok(*n),
            Some(_) => Err(bad(format_args!("its part \"{name}\" is not a plain list"))),
            None => Err(bad(format_args!("it has no part \"{name}\""))),
        }
    }
}

fn finite(name: &str, values: impl Iterator<Item = f32>) -> Result<Vec<f32>> {
    let values: Vec<f32> = values.collect();
    if values.iter().all(|v| v.is_finite()) {
        Ok(values)
    } else {
        Err(bad(format_args!(
            "its part \"{name}\" holds values that are not numbers"
        )))
    }
}

fn tensor(name: &str, value: &Value, available: usize) -> Result<Tensor> {
    let broken = || bad(format_args!("the entry for its part \"{name}\" is broken"));
    let numbers = |key: &str| -> Option<Vec<usize>> {
        let list = value.get(key)?.as_array()?;
        list.iter()
            .map(|n| n.as_u64().and_then(|n| usize::try_from(n).ok()))
            .collect()
    };
    let dtype = value
        .get("dtype")
        .and_then(Value::as_str)
        .and_then(Dtype::parse)
        .ok_or_else(broken)?;
    let shape = numbers("shape").ok_or_else(broken)?;
    let offsets = numbers("data_offsets").ok_or_else(broken)?;
    let [begin, end] = offsets.as_slice() else {
        return Err(broken());
    };
    let size = shape
        .iter()
        .try_fold(dtype.size(), |size, n| size.checked_mul(*n))
        .ok_or_else(broken)?;
    if begin > end || *end > available || end - begin != size {
        return Err(bad(format_args!(
            "its part \"{name}\" does not lie where the header says"
        )));
    }
    Ok(Tensor {
        dtype,
        shape,
        begin: *begin,
        end: *end,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(header: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.extend_from_slice(data);
        bytes
    }

    fn message(bytes: &[u8]) -> String {
        match Container::parse(bytes) {
            Ok(_) => String::from("accepted"),
            Err(error) => error.message,
        }
    }

    #[test]
    fn reads_arrays_at_any_offset() {
        let header = r#"{"__metadata__":{"format":"1"},
            "a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},
            "b":{"dtype":"F32","shape":[1],"data_offsets":[3,7]},
            "c":{"dtype":"F16","shape":[1],"data_offsets":[7,9]}}"#;
        let mut data = vec![7, 8, 9];
        data.extend_from_slice(&1.5_f32.to_le_bytes());
        data.extend_from_slice(&f16::from_f32(-2.0).to_le_bytes());
        let bytes = file(header, &data);
        let container = Container::parse(&bytes).unwrap();
        assert_eq!(container.bytes("a", Dtype::U8, &[3]).unwrap(), [7, 8, 9]);
        assert_eq!(container.f32s("b", &[1]).unwrap(), [1.5]);
        assert_eq!(container.f16s("c", &[1]).unwrap(), [-2.0]);
        assert_eq!(container.metadata("format").unwrap(), "1");
        assert!(container.bytes("a", Dtype::I8, &[3]).is_err());
        assert!(container.f32s("missing", &[1]).is_err());
    }

    #[test]
    fn refuses_broken_files_with_a_reason() {
        assert!(message(&[1, 2]).contains("shorter than 8"));
        assert!(message(&u64::MAX.to_le_bytes()).contains("claims"));
        assert!(message(&file("[]", &[])).contains("header is not valid"));
        let wide = r#"{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#;
        assert!(message(&file(wide, &[0; 15])).contains("\"a\" does not lie"));
        let huge = r#"{"a":{"dtype":"F32","shape":[18446744073709551615,2],"data_offsets":[0,1]}}"#;
        assert!(message(&file(huge, &[0; 15])).contains("is broken"));
        let alien = r#"{"a":{"dtype":"Q4","shape":[1],"data_offsets":[0,1]}}"#;
        assert!(message(&file(alien, &[0; 15])).contains("is broken"));
    }

    #[test]
    fn refuses_values_that_are_not_numbers() {
        let header = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
        let bytes = file(header, &f32::NAN.to_le_bytes());
        let container = Container::parse(&bytes).unwrap();
        assert!(container.f32s("a", &[1]).is_err());
    }
}
