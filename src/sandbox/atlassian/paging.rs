//! Pages of lists with `startAt` and `maxResults`.

use serde_json::{Value, json};

use crate::sandbox::atlassian::call::Call;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub start: i64,
    pub limit: i64,
}

impl Page {
    /// What the query asks for, at most `most` entries and `usual` where it doesn't say.
    pub fn of(call: &Call, usual: i64, most: i64) -> Page {
        Page {
            start: call.number("startAt").unwrap_or(0).max(0),
            limit: call.number("maxResults").unwrap_or(usual).clamp(0, most),
        }
    }

    /// The part of a whole list.
    pub fn cut(&self, whole: Vec<Value>) -> Vec<Value> {
        let start = usize::try_from(self.start).unwrap_or(0);
        let limit = usize::try_from(self.limit).unwrap_or(0);
        whole.into_iter().skip(start).take(limit).collect()
    }

    /// A whole list as one page of it: `{startAt, maxResults, total, isLast, values}`.
    pub fn values(&self, whole: Vec<Value>) -> Value {
        let total = i64::try_from(whole.len()).unwrap_or(i64::MAX);
        self.named("values", self.cut(whole), total)
    }

    /// A page whose entries are there already, below `name`.
    pub fn named(&self, name: &str, entries: Vec<Value>, total: i64) -> Value {
        let here = i64::try_from(entries.len()).unwrap_or(0);
        let mut page = json!({
            "startAt": self.start,
            "maxResults": self.limit,
            "total": total,
            "isLast": self.start + here >= total,
        });
        page[name] = Value::Array(entries);
        page
    }
}
