//! A project's edge functions: their copies in a clone, and those that an instance begins with.

mod copy;
mod residues;
mod seed;

pub use copy::CopyFunctions;
pub(in crate::job) use copy::missing;
pub use seed::{DeployFunctions, FunctionSeed, seeds};
