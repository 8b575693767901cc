//! Values of a result as JSON, as Supabase's Management API gives them: numbers and JSON as such,
//! 64-bit integers while JavaScript can hold them, everything else as Postgres's own text.

use serde_json::{Map, Number, Value};

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub name: String,
    /// The type's number in `pg_type`.
    pub oid: u32,
}

/// One row as an object; of columns with the same name the last one counts.
pub fn row(columns: &[Column], values: &[Option<String>]) -> Value {
    let mut object = Map::new();
    for (column, text) in columns.iter().zip(values) {
        let value = match text {
            Some(text) => value(column.oid, text),
            None => Value::Null,
        };
        object.insert(column.name.clone(), value);
    }
    Value::Object(object)
}

// Numbers from pg_type.dat, which never change.
const BOOL: u32 = 16;
const INT8: u32 = 20;
const INT2: u32 = 21;
const INT4: u32 = 23;
const OID: u32 = 26;
const JSON: u32 = 114;
const FLOAT4: u32 = 700;
const FLOAT8: u32 = 701;
const JSONB: u32 = 3802;

fn value(oid: u32, text: &str) -> Value {
    match oid {
        BOOL => Value::Bool(text == "t"),
        INT2 | INT4 | INT8 | OID => integer(text),
        // JSON has no word for NaN and infinity.
        FLOAT4 | FLOAT8 => text
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map_or(Value::Null, Value::Number),
        JSON | JSONB => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
        _ => match element(oid) {
            Some(element) => array(element, text).unwrap_or_else(|| text.into()),
            None => text.into(),
        },
    }
}

fn integer(text: &str) -> Value {
    const SAFE: i64 = (1 << 53) - 1;
    match text.parse::<i64>() {
        Ok(number) if (-SAFE..=SAFE).contains(&number) => number.into(),
        _ => text.into(),
    }
}

/// The element's type of an array type.
fn element(oid: u32) -> Option<u32> {
    Some(match oid {
        1000 => BOOL,
        1005 => INT2,
        1007 => INT4,
        1016 => INT8,
        1028 => OID,
        1021 => FLOAT4,
        1022 => FLOAT8,
        199 => JSON,
        3807 => JSONB,
        // text, varchar, char, name, uuid, numeric, date, timestamps: their texts.
        1009 | 1015 | 1014 | 1003 | 2951 | 1231 | 1182 | 1115 | 1185 => 25,
        _ => return None,
    })
}

/// Reads an array's text, such as `{1,NULL,{"a,b"}}`; `None` if it has another form (bounds).
fn array(element: u32, text: &str) -> Option<Value> {
    let mut chars = text.chars().peekable();
    let out = nested(element, &mut chars, 0)?;
    chars.next().is_none().then_some(out)
}

type Chars<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn nested(element: u32, chars: &mut Chars<'_>, depth: usize) -> Option<Value> {
    // Postgres has six dimensions at most.
    if depth > 6 || chars.next()? != '{' {
        return None;
    }
    let mut out = Vec::new();
    if chars.peek() == Some(&'}') {
        chars.next();
        return Some(Value::Array(out));
    }
    loop {
        out.push(match chars.peek()? {
            '{' => nested(element, chars, depth + 1)?,
            '"' => value(element, &quoted(chars)?),
            _ => {
                let mut word = String::new();
                while let Some(c) = chars.next_if(|c| !matches!(c, ',' | '}')) {
                    word.push(c);
                }
                if word == "NULL" {
                    Value::Null
                } else {
                    value(element, &word)
                }
            }
        });
        match chars.next()? {
            ',' => {}
            '}' => return Some(Value::Array(out)),
            _ => return None,
        }
    }
}

fn quoted(chars: &mut Chars<'_>) -> Option<String> {
    chars.next();
    let mut out = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(out),
            '\\' => out.push(chars.next()?),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn values_have_javascript_s_types() {
        for (oid, text, is) in [
            (BOOL, "t", json!(true)),
            (INT4, "-7", json!(-7)),
            (INT8, "9007199254740991", json!(9007199254740991_i64)),
            (INT8, "9007199254740993", json!("9007199254740993")),
            (FLOAT8, "1.5", json!(1.5)),
            (FLOAT8, "NaN", json!(null)),
            (JSONB, "{\"a\": [1]}", json!({"a": [1]})),
            (1700, "1.10", json!("1.10")),
            (
                1184,
                "2026-01-05 09:00:00+00",
                json!("2026-01-05 09:00:00+00"),
            ),
            (1007, "{1,NULL,{2,3}}", json!([1, null, [2, 3]])),
            (
                1009,
                "{\"a,b\",\"NULL\",\"q\\\"\"}",
                json!(["a,b", "NULL", "q\""]),
            ),
            (1009, "{}", json!([])),
            (1007, "[0:1]={1,2}", json!("[0:1]={1,2}")),
        ] {
            assert_eq!(value(oid, text), is, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_it(text in ".*", oid in prop::sample::select(vec![16_u32, 20, 701, 3802, 1009, 1007])) {
            let _ = value(oid, &text);
            let _ = value(oid, &format!("{{{text}}}"));
        }
    }
}
