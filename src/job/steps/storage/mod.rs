//! A project's files: copied byte for byte, and compared.
//!
//! | file | what it does |
//! |---|---|
//! | [`files`] | the step: page by page through the objects, resumed where it stopped |
//! | [`object`] | one object: down, up, its row as it was, both sides' digests compared |
//! | [`rows`] | the rows of `storage.objects`, read and set back |
//! | [`buckets`] | buckets, where the database doesn't bring them |
//! | [`tally`] | progress, and what there is to report |
//! | [`removal`] | taking back what a job put into a project that stays |
//! | [`seeds`] | files of an instance's folder that a project begins with |
//! | [`ahead`] | how much there is, for plans |

mod ahead;
mod buckets;
mod ends;
mod files;
mod object;
mod removal;
mod rows;
mod seed_files;
mod seeds;
mod tally;

pub use ahead::{FileCount, count};
pub use files::CopyFiles;
pub use seed_files::StorageSeeds;
pub use seeds::LoadFiles;

/// The journal's word for Storage.
const PROVIDER: &str = "storage";
/// An object, named by its bucket and name in the target.
const OBJECT: &str = "storage-object";
const BUCKET: &str = "storage-bucket";
/// An upload in pieces, named by its place and the SHA-256 of its bytes.
const UPLOAD: &str = "storage-upload";
