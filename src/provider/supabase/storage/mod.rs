//! A project's Storage API: buckets and files, below `/storage/v1` of the project's own address.
//!
//! The same code talks to the real service and to the sandbox. Shapes follow Supabase's description
//! of the API; that most refusals come with the status 400 and say theirs in the body is in the
//! service's source (`supabase/storage`, `src/http/error-handler.ts`), as is how names and resumable
//! uploads are. Not verified against a live account.

mod buckets;
mod client;
mod download;
mod listing;
mod objects;
mod resumable;
mod upload;

pub use buckets::{Bucket, NewBucket};
pub use client::{KEY, StorageClient, URL};
pub use download::Stored;
pub use listing::{Listed, Walk};
pub use resumable::CHUNK;
pub use upload::{Unwatched, Upload, Watch};
