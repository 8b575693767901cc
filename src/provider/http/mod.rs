//! HTTP with time-outs, retries, limits and redacted logs.
//!
//! [`Http`] is one connection pool for every provider. A provider builds a [`Request`], says
//! whether sending it twice does harm ([`Repeat`]), and gets an [`Answer`] or a [`Failure`].
//! A `Failure` knows whether the other side may have done what it was asked for all the same
//! ([`Failure::ambiguous`]): whoever creates something looks for it before asking again.

mod basic;
mod body;
mod capture;
mod client;
mod download;
mod exchange;
mod failure;
mod hint;
mod limit;
mod redact;
mod request;
mod retry;
mod tls;
mod transfer;
mod writes;

pub use basic::Basic;
pub use body::{Body, Content, Part, Upload};
pub use client::{Http, HttpOptions};
pub use exchange::{AnswerObserver, Exchange, Observer};
pub use failure::{Cause, Failure};
pub use limit::{LimitReason, LimitWait, WaitObserver};
pub use redact::redact;
pub use request::{Answer, Repeat, Request};
pub use retry::{Backoff, Wait};
pub use tls::is_loopback;
pub use writes::{Rule, WriteKey, Writes};
