//! Probes: read-only calls whose answers are held against what the program expects of them.
//!
//! A [`Probe`] is a value: its name, why it matters, the client's own operation, and the form that
//! the answer has to have. The operation is the one that the program uses, so what is tried is what
//! will be asked, and whether the client can read the answer is found out by its reading it; the
//! form ([`Field`]) says of an answer that it can't read, or reads with less than it should, what
//! exactly is otherwise. A [`Recorder`] gets the answers as they came.
//!
//! A probe learns [`Facts`] (the id of an issue, of a page) that later ones ask about. One that
//! lacks its fact is skipped.

mod expect;
mod facts;
mod form;
mod recorder;
mod run;

pub use expect::{Expect, Header};
pub use facts::{Facts, Lesson, Nothing, Problem};
pub use form::{Field, Kind, may, must};
pub use recorder::{Answered, Recorder};
pub use run::{Ask, Asked, Probe, done, first, run};
