//! What is expected of an answer, and how it differs.

use serde_json::Value;

use super::form::{Field, compare};
use super::recorder::Answered;
use crate::domain::secret::redact;

/// A header that an answer may have. One that is missing is only noted: no proxy owes it.
#[derive(Debug, Clone, Copy)]
pub struct Header {
    /// In small letters.
    pub name: &'static str,
    pub words: &'static str,
    pub fits: fn(&str) -> bool,
}

/// The form of a good answer.
#[derive(Debug, Clone)]
pub struct Expect {
    /// The first is the usual one; only answers of success have the fields.
    pub statuses: Vec<u16>,
    pub fields: Vec<Field>,
    pub headers: Vec<Header>,
    /// JSON pointers to what is worth telling: versions, limits. Never to a secret.
    pub shown: Vec<&'static str>,
}

/// What an answer is worth.
#[derive(Debug, Default)]
pub struct Verdict {
    pub came: String,
    pub differences: Vec<String>,
    pub notes: Vec<String>,
    /// The service says no.
    pub refused: bool,
    /// The answer as JSON, where it's one of success.
    pub value: Option<Value>,
}

impl Expect {
    pub fn words(&self) -> Vec<String> {
        let statuses: Vec<String> = self.statuses.iter().map(u16::to_string).collect();
        let mut words = vec![format!("status {}", statuses.join(" or "))];
        words.extend(self.fields.iter().map(Field::words));
        let header = |h: &Header| format!("header {}: {}, if there", h.name, h.words);
        words.extend(self.headers.iter().map(header));
        words
    }

    pub fn judge(&self, answered: &Answered) -> Verdict {
        let status = answered.status;
        let mut verdict = Verdict {
            came: status.to_string(),
            ..Verdict::default()
        };
        self.look_at_headers(answered, &mut verdict);
        if !self.statuses.contains(&status) {
            let usual = self.statuses.first().copied().unwrap_or(200);
            // what isn't served any more, or not so, is another API; the rest is a refusal
            verdict.refused = !matches!(status, 200..=399 | 400 | 404 | 405 | 410 | 415 | 422);
            verdict
                .differences
                .push(format!("the status is {status}; {usual} is expected"));
            return verdict;
        }
        if !(200..300).contains(&status) || self.fields.is_empty() {
            return verdict;
        }
        match serde_json::from_slice::<Value>(&answered.body) {
            Err(_) => verdict
                .differences
                .push("the answer isn't JSON; JSON is expected".to_owned()),
            Ok(value) => {
                self.look_at_fields(&value, &mut verdict);
                verdict.value = Some(value);
            }
        }
        verdict
    }

    fn look_at_headers(&self, answered: &Answered, verdict: &mut Verdict) {
        for header in &self.headers {
            match answered.headers.get(header.name) {
                None => verdict
                    .notes
                    .push(format!("there is no header {}", header.name)),
                Some(value) if !(header.fits)(value) => verdict
                    .differences
                    .push(format!("the header {} isn't {}", header.name, header.words)),
                Some(_) => {}
            }
        }
    }

    fn look_at_fields(&self, value: &Value, verdict: &mut Verdict) {
        let (differences, unseen) = compare(value, &self.fields);
        verdict.differences.extend(differences);
        if !unseen.is_empty() {
            verdict.notes.push(format!(
                "not seen, for want of an entry: {}",
                unseen.join(", ")
            ));
        }
        if let Some((name, count)) = entries(value, &self.fields) {
            verdict.came.push_str(&format!(", {name}{count}"));
        }
        for pointer in &self.shown {
            let found = match value.pointer(pointer) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Null) | None => continue,
                Some(other) => other.to_string(),
            };
            let name = pointer.rsplit('/').next().unwrap_or_default();
            verdict
                .came
                .push_str(&format!(", {name} {}", redact(&found)));
        }
    }
}

/// The name and length of the list that the answer is about.
fn entries(value: &Value, fields: &[Field]) -> Option<(String, usize)> {
    let found = fields.iter().find_map(|field| {
        let name = field.path.split("[]").next()?;
        let list = match name {
            "" => value,
            name => value.get(name)?,
        };
        Some((name, list.as_array()?.len()))
    });
    found.map(|(name, count)| match name {
        "" => ("entries: ".to_owned(), count),
        name => (format!("{name}: "), count),
    })
}

#[cfg(test)]
mod tests {
    use super::super::form::{Kind, must};
    use super::*;

    fn judged(status: u16, body: &str) -> Verdict {
        let expect = Expect {
            statuses: vec![200, 404],
            fields: vec![must("version", Kind::Text)],
            headers: vec![Header {
                name: "x-limit",
                words: "a number",
                fits: |text| text.parse::<u32>().is_ok(),
            }],
            shown: vec!["/version"],
        };
        let mut answered = Answered {
            method: "GET".into(),
            path: "/".into(),
            status,
            headers: Default::default(),
            body: body.to_owned().into(),
        };
        answered.headers.insert("x-limit".into(), "many".into());
        expect.judge(&answered)
    }

    #[test]
    fn statuses_headers_and_fields_are_judged() {
        let good = judged(200, r#"{"version":"17.6"}"#);
        assert_eq!(good.came, "200, version 17.6");
        assert_eq!(good.differences, ["the header x-limit isn't a number"]);
        assert!(judged(404, "no").value.is_none());
        assert!(judged(403, "no").refused);
        let gone = judged(410, "no");
        assert!(!gone.refused && gone.differences[1].contains("410"));
        let page = judged(200, "<html>");
        assert!(page.differences[1].contains("isn't JSON"));
    }
}
