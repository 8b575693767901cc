//! The answers of a probe as they came.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;

use crate::provider::http::{Answer, AnswerObserver, Request};

/// One answer, with the request that it's for.
#[derive(Debug, Clone)]
pub struct Answered {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Bytes,
}

/// Keeps answers until they're taken. Clones share what they keep.
#[derive(Debug, Clone, Default)]
pub struct Recorder(Arc<Mutex<Vec<Answered>>>);

impl Recorder {
    /// For [`HttpOptions::answers`](crate::provider::http::HttpOptions::answers).
    pub fn observer(&self) -> AnswerObserver {
        let kept = self.0.clone();
        Arc::new(move |request: &Request, status, answer: &Answer| {
            let answered = Answered {
                method: request.method.to_string(),
                path: request.path(),
                status,
                headers: answer.headers.clone(),
                body: answer.body.clone(),
            };
            kept.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(answered);
        })
    }

    /// What was kept since the last time; of several tries of one request the last.
    pub fn take(&self) -> Vec<Answered> {
        let all = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let mut last: Vec<Answered> = Vec::new();
        for answered in all {
            match last
                .iter_mut()
                .find(|a| (&a.method, &a.path) == (&answered.method, &answered.path))
            {
                Some(earlier) => *earlier = answered,
                None => last.push(answered),
            }
        }
        last
    }
}
