//! `diff`: two instances side by side.

use clap::{Args, ValueEnum};

use crate::domain::difference::Part;

#[derive(Debug, Args)]
pub struct Diff {
    /// The one on the left
    pub left: String,
    /// The one on the right
    pub right: String,
    /// Compare only these: env, config, components, schema, counts
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub only: Vec<PartArg>,
    /// Show what is the instances' own, too: names, keys and addresses that have to differ
    #[arg(long)]
    pub all: bool,
    /// Exit with 1 where something differs that isn't the instances' own, or couldn't be compared
    #[arg(long)]
    pub exit_code: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum PartArg {
    Env,
    Config,
    Components,
    Schema,
    Counts,
}

impl From<PartArg> for Part {
    fn from(arg: PartArg) -> Part {
        match arg {
            PartArg::Env => Part::Env,
            PartArg::Config => Part::Config,
            PartArg::Components => Part::Components,
            PartArg::Schema => Part::Schema,
            PartArg::Counts => Part::Counts,
        }
    }
}
