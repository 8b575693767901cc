//! Reading the archive's bytes. Every length is checked against what is there.

use sha2::{Digest, Sha256};

use crate::error::{Error, Kind, Result};
use crate::provider::postgres::copy::toc::{Entry, Section, Toc};

/// Archive versions as `pg_backup_archiver.h` writes them: major, minor.
const OLDEST: (u8, u8) = (1, 14);
const NEWEST: (u8, u8) = (1, 16);
const FORMAT_CUSTOM: u8 = 1;

struct Cursor<'a> {
    rest: &'a [u8],
    int_size: usize,
}

/// Reads the head and the table of contents; the data that may follow is not looked at.
pub fn parse(bytes: &[u8]) -> Result<Toc> {
    let mut cursor = Cursor {
        rest: bytes,
        int_size: 4,
    };
    if cursor.take(5)? != b"PGDMP" {
        return Err(bad("doesn't begin as an archive does"));
    }
    let version = (cursor.byte()?, cursor.byte()?);
    cursor.byte()?;
    if version < OLDEST || version > NEWEST {
        return Err(bad(format!(
            "has the format version {}.{}, which isn't known (1.14 to 1.16 are)",
            version.0, version.1
        ))
        .hint("Use pg_dump 14 to 18."));
    }
    cursor.int_size = usize::from(cursor.byte()?);
    let offset_size = usize::from(cursor.byte()?);
    if !(1..=8).contains(&cursor.int_size) || !(1..=16).contains(&offset_size) {
        return Err(bad("has impossible number sizes"));
    }
    if cursor.byte()? != FORMAT_CUSTOM {
        return Err(bad("isn't in the custom format"));
    }
    if version >= (1, 15) {
        cursor.byte()?;
    } else {
        cursor.int()?;
    }
    // The time of the dump, in seven numbers.
    for _ in 0..7 {
        cursor.int()?;
    }
    cursor.string()?;
    let server_version = cursor.string()?.unwrap_or_default();
    cursor.string()?;

    let count = usize::try_from(cursor.int()?).map_err(|_| bad("has a negative length"))?;
    let start = cursor.rest;
    let mut entries = Vec::with_capacity(count.min(100_000));
    for _ in 0..count {
        entries.push(cursor.entry(version, offset_size)?);
    }
    let used = start.len() - cursor.rest.len();
    let digest = Sha256::digest(start.get(..used).unwrap_or_default());
    Ok(Toc {
        server_version,
        entries,
        hash: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
    })
}

impl<'a> Cursor<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (head, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| bad("ends too early"))?;
        self.rest = rest;
        Ok(head)
    }

    fn byte(&mut self) -> Result<u8> {
        Ok(self.take(1)?.first().copied().unwrap_or_default())
    }

    /// A sign byte, then the magnitude, lowest byte first.
    fn int(&mut self) -> Result<i64> {
        let negative = self.byte()? != 0;
        let mut value: i64 = 0;
        for (place, byte) in self.take(self.int_size)?.iter().enumerate() {
            value |= i64::from(*byte) << (8 * place);
        }
        Ok(if negative {
            value.wrapping_neg()
        } else {
            value
        })
    }

    /// A length, then the bytes; a negative length stands for "no text".
    fn string(&mut self) -> Result<Option<String>> {
        let Ok(length) = usize::try_from(self.int()?) else {
            return Ok(None);
        };
        let bytes = self.take(length)?;
        String::from_utf8(bytes.to_vec())
            .map(Some)
            .map_err(|_| bad("holds text that isn't UTF-8"))
    }

    fn text(&mut self) -> Result<String> {
        Ok(self.string()?.unwrap_or_default())
    }

    fn oid(&mut self) -> Result<u32> {
        self.text()?
            .parse()
            .map_err(|_| bad("has an oid that isn't a number"))
    }

    fn entry(&mut self, version: (u8, u8), offset_size: usize) -> Result<Entry> {
        let id = self.int()?;
        self.int()?;
        let table_oid = self.oid()?;
        let oid = self.oid()?;
        let tag = self.text()?;
        let desc = self.text()?;
        let section = match self.int()? {
            2 => Section::Pre,
            3 => Section::Data,
            4 => Section::Post,
            _ => Section::None,
        };
        let defn = self.text()?;
        let drop = self.text()?;
        self.text()?;
        let namespace = self.text()?;
        self.text()?;
        let access_method = self.text()?;
        if version >= (1, 16) {
            self.int()?;
        }
        let owner = self.text()?;
        self.text()?;
        let mut deps = Vec::new();
        while let Some(text) = self.string()? {
            deps.push(
                text.parse()
                    .map_err(|_| bad("has a dependency that isn't a number"))?,
            );
        }
        // Where the data lies: a flag, then the offset.
        self.take(1 + offset_size)?;
        Ok(Entry {
            id,
            table_oid,
            oid,
            tag,
            desc,
            section,
            defn,
            drop,
            namespace,
            access_method,
            owner,
            deps,
        })
    }
}

fn bad(what: impl std::fmt::Display) -> Error {
    Error::new(Kind::Parse, format!("What pg_dump wrote {what}."))
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
