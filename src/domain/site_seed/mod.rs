//! What an instance's Jira project and Confluence space begin with: the seeds in
//! `seeds/board/*.yaml` and `seeds/space/*.yaml`, as values.
//!
//! ```yaml
//! # seeds/board/10_epics.yaml
//! sprints:
//!   - {name: Maré 1, state: closed, start: 2026-01-05, end: 2026-01-16}
//! issues:
//!   - id: cold-chain
//!     type: Epic
//!     summary: Cadeia de frio sem buracos
//!     text: |
//!       O plano está em <{page-url:Manual de campo}>.
//!
//! # seeds/space/10_pages.yaml
//! pages:
//!   - title: Manual de campo
//!     body: <p>Veja {issue:cold-chain}.</p>
//! ```
//!
//! An issue has no key before it's made, a page no id: texts name them by [`symbol`]s. An issue's
//! text is [`markup`], a page's is Confluence's storage format. [`check`] finds names that nothing
//! has before anything is made. [`users`] are who can sign in.

pub mod board;
pub mod check;
mod inline;
pub mod markup;
pub mod space;
pub mod symbol;
pub mod users;
mod yaml;

pub use yaml::{Item, parse};
