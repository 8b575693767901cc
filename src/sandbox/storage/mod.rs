//! The stand-in for Supabase Storage: a project's buckets and files, below
//! `/projects/{ref}/storage/v1`.
//!
//! Rows stand in the project's own database (`storage.buckets`, `storage.objects`), so that policies
//! and SQL see them; bytes stand in files below the sandbox's folder, one for each version of an
//! object, streamed and made durable before the row names them. Whoever calls is whom the key says:
//! statements run under that role with its claims, so that the database's own row level security
//! decides, as it does with Supabase.
//!
//! Shapes follow Supabase's description of its Storage API; names that are refused, the statuses and
//! words of errors, and the identifiers of resumable uploads follow its source (`supabase/storage`:
//! `src/storage/limits.ts`, `src/internal/errors/codes.ts`, `src/http/error-handler.ts`,
//! `src/http/routes/tus`). Resumable uploads are TUS 1.0.0 (<https://tus.io/protocols/resumable-upload>)
//! with creation and termination.
//!
//! Left out: image transformations, signed uploads, S3's protocol, analytics buckets.

mod body;
mod buckets;
mod caller;
mod download;
mod files;
mod guard;
mod limits;
mod listing;
mod moving;
mod names;
mod objects;
mod options;
mod refusal;
mod resumable;
mod router;
mod session;
mod signing;
mod sizes;
mod sql;
mod upload;

pub use files::remove_project;
pub use options::StorageOptions;
pub use router::router;
