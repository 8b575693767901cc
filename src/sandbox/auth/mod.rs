//! The stand-in for Supabase Auth (GoTrue): people sign up, sign in and are looked after, below
//! `/projects/{ref}/auth/v1`.
//!
//! The people are rows of the project's own database, in `auth.users`, `auth.identities`,
//! `auth.sessions` and `auth.refresh_tokens`, as Supabase Auth writes them: so they come along when
//! the database is copied, with their ids and passwords. A password is a bcrypt hash; an access
//! token is a JSON web token signed with the project's own secret; a refresh token is good once.
//! Shapes follow Supabase's description of the Auth API, and texts and codes of refusals
//! <https://supabase.com/docs/guides/auth/debugging/error-codes>.
//!
//! Of the project's settings those count that are about what is served: whether anybody may sign up,
//! by e-mail or anonymously, whether an address has to be confirmed, what a password has to have,
//! how long a token lasts, how refresh tokens rotate.
//!
//! It sends nothing and asks nobody: no e-mail, no SMS, no hook, no other service. An address that
//! has to be confirmed is confirmed by an administrator's call.

mod admin;
mod guard;
mod password;
mod people;
mod refresh;
mod refusal;
mod router;
mod rules;
mod session;
mod settings;
mod signup;
mod token;
mod user;
mod view;

pub use router::router;
