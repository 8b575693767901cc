//! Which types can travel in binary, and how a value of each is hashed alike on both sides.

use std::collections::HashMap;

use crate::error::Result;
use crate::provider::postgres::copy::inventory::relations::oid;
use crate::provider::postgres::copy::session::{Session, get};
use crate::provider::postgres::copy::sql::quote::qualified;

/// Oids below this are the same in every database (`FirstNormalObjectId` in `access/transam.h`).
const FIRST_NORMAL: u32 = 16_384;
/// How deep a type may nest before it is simply treated as text.
const DEEPEST: usize = 16;

/// How a column's value becomes something that hashes the same in another database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hashing {
    /// The value itself: its type has an extended hash function that depends on the value alone.
    Value,
    /// The bytes that this function (`"schema"."name"`) sends.
    Sent(String),
    /// The value's text.
    Text,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeFacts {
    /// Whether `COPY … (FORMAT binary)` may carry it from one database to another.
    pub binary: bool,
    pub hashing: Hashing,
}

struct RawType {
    kind: char,
    element: u32,
    base: u32,
    subtype: u32,
    attributes: Vec<u32>,
    send: Option<String>,
    receives: bool,
    hashes: bool,
    /// `regclass` and its like: a number that stands for an object of this database.
    names_object: bool,
}

const TYPES: &str = "SELECT t.oid::int8, t.typtype::text,
   CASE WHEN t.typsubscript::oid <> 0 AND t.typlen = -1 THEN t.typelem::int8 ELSE 0 END,
   t.typbasetype::int8,
   coalesce(r.rngsubtype::int8, m.rngsubtype::int8, 0),
   coalesce((SELECT array_agg(a.atttypid::int8 ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
     WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped), '{}'),
   sn.nspname, sp.proname,
   t.typreceive <> 0,
   EXISTS (SELECT FROM pg_catalog.pg_opclass o
     JOIN pg_catalog.pg_am am ON am.oid = o.opcmethod AND am.amname = 'hash'
     JOIN pg_catalog.pg_amproc p ON p.amprocfamily = o.opcfamily AND p.amprocnum = 2
       AND p.amproclefttype = o.opcintype AND p.amprocrighttype = o.opcintype
     WHERE o.opcdefault AND (o.opcintype = t.oid
       OR (t.oid = 1043 AND o.opcintype = 25))),
   t.typtype = 'b' AND t.typnamespace = 'pg_catalog'::pg_catalog.regnamespace AND t.typname LIKE 'reg%'
 FROM pg_catalog.pg_type t
 LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid
 LEFT JOIN pg_catalog.pg_range m ON m.rngmultitypid = t.oid
 LEFT JOIN pg_catalog.pg_proc sp ON sp.oid = t.typsend
 LEFT JOIN pg_catalog.pg_namespace sn ON sn.oid = sp.pronamespace
 WHERE t.oid IN (SELECT atttypid FROM pg_catalog.pg_attribute WHERE attnum > 0 AND attrelid >= 16384)
    OR t.oid >= 16384 OR t.typtype <> 'c'";

/// Facts on every type that a user's column may have.
pub async fn read(session: &Session) -> Result<HashMap<u32, TypeFacts>> {
    let mut raw = HashMap::new();
    for row in &session.query(TYPES, &[], "Reading the types").await? {
        let (schema, send): (Option<String>, Option<String>) = (get(row, 6)?, get(row, 7)?);
        raw.insert(
            oid(get(row, 0)?),
            RawType {
                kind: get::<String>(row, 1)?.chars().next().unwrap_or('?'),
                element: oid(get(row, 2)?),
                base: oid(get(row, 3)?),
                subtype: oid(get(row, 4)?),
                attributes: get::<Vec<i64>>(row, 5)?.into_iter().map(oid).collect(),
                send: schema
                    .zip(send)
                    .map(|(schema, name)| qualified(&schema, &name)),
                receives: get(row, 8)?,
                hashes: get(row, 9)?,
                names_object: get(row, 10)?,
            },
        );
    }
    Ok(raw
        .keys()
        .map(|&id| {
            let facts = TypeFacts {
                binary: is_binary(&raw, id, DEEPEST),
                hashing: hashing(&raw, id),
            };
            (id, facts)
        })
        .collect())
}

/// `array_send` and `record_send` write the oids of their parts, so those must be built in.
fn is_binary(types: &HashMap<u32, RawType>, id: u32, depth: usize) -> bool {
    let (Some(this), Some(deeper)) = (types.get(&id), depth.checked_sub(1)) else {
        return false;
    };
    let built_in = |part: u32| part < FIRST_NORMAL && is_binary(types, part, deeper);
    if this.names_object || this.send.is_none() || !this.receives {
        return false;
    }
    match this.kind {
        'd' => is_binary(types, this.base, deeper),
        'c' => this.attributes.iter().all(|part| built_in(*part)),
        'r' | 'm' => is_binary(types, this.subtype, deeper),
        _ if this.element != 0 => built_in(this.element),
        _ => true,
    }
}

fn hashing(types: &HashMap<u32, RawType>, id: u32) -> Hashing {
    let Some(this) = types.get(&id) else {
        return Hashing::Text;
    };
    if hashes(types, id, DEEPEST) {
        return Hashing::Value;
    }
    // What is sent in binary without any oid inside is the shortest faithful form.
    let plain_base = this.kind == 'b' && this.element == 0;
    match &this.send {
        Some(send) if plain_base && !this.names_object && this.receives => {
            Hashing::Sent(send.clone())
        }
        _ => Hashing::Text,
    }
}

/// An enum's hash is its value's oid, which differs between databases: never by value.
fn hashes(types: &HashMap<u32, RawType>, id: u32, depth: usize) -> bool {
    let (Some(this), Some(deeper)) = (types.get(&id), depth.checked_sub(1)) else {
        return false;
    };
    if this.names_object {
        return false;
    }
    match this.kind {
        'e' => false,
        'd' => hashes(types, this.base, deeper),
        'c' => false,
        'r' | 'm' => hashes(types, this.subtype, deeper),
        _ if this.element != 0 => hashes(types, this.element, deeper),
        // An extension's type may call different values equal (citext does).
        _ => this.hashes && id < FIRST_NORMAL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(send: bool, hashes: bool) -> RawType {
        RawType {
            kind: 'b',
            element: 0,
            base: 0,
            subtype: 0,
            attributes: Vec::new(),
            send: send.then(|| "\"pg_catalog\".\"x_send\"".to_owned()),
            receives: true,
            hashes,
            names_object: false,
        }
    }

    #[test]
    fn arrays_of_users_types_travel_as_text() {
        let mut types = HashMap::from([(23, base(true, true)), (20_000, base(true, false))]);
        types.insert(
            1007,
            RawType {
                element: 23,
                ..base(true, false)
            },
        );
        types.insert(
            20_001,
            RawType {
                element: 20_000,
                ..base(true, false)
            },
        );
        types.insert(
            20_002,
            RawType {
                kind: 'd',
                base: 1007,
                ..base(true, false)
            },
        );
        assert!(is_binary(&types, 1007, DEEPEST));
        assert!(!is_binary(&types, 20_001, DEEPEST));
        assert!(is_binary(&types, 20_002, DEEPEST));
        assert_eq!(hashing(&types, 1007), Hashing::Value);
        assert_eq!(hashing(&types, 20_001), Hashing::Text);
        assert!(matches!(hashing(&types, 20_000), Hashing::Sent(_)));
    }

    #[test]
    fn enums_are_hashed_by_their_label() {
        let mut types = HashMap::from([(
            30_000,
            RawType {
                kind: 'e',
                ..base(true, true)
            },
        )]);
        types.insert(
            30_001,
            RawType {
                element: 30_000,
                ..base(true, false)
            },
        );
        assert_eq!(hashing(&types, 30_000), Hashing::Text);
        assert_eq!(hashing(&types, 30_001), Hashing::Text);
    }

    #[test]
    fn a_type_that_contains_itself_ends() {
        let types = HashMap::from([(
            40_000,
            RawType {
                kind: 'd',
                base: 40_000,
                ..base(true, true)
            },
        )]);
        assert!(!is_binary(&types, 40_000, DEEPEST));
    }
}
