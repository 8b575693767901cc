//! The command line as types. Names, flags and exit codes are a contract: scripts rely on them.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::domain::request::Area;
use crate::domain::strategy::{ProviderKind, Strategy};

mod diff;
mod doctor;
mod env;
mod mcp;
mod run;
mod terminal;
mod workspace;

pub use diff::Diff;
pub use doctor::Doctor;
pub use env::Env;
pub use mcp::{Mcp, McpConfig};
pub use run::Run;
pub use terminal::{Follow, Hook, Shell, Status, Use};
pub use workspace::{Adopt, WorkspaceVerb};

/// Many isolated copies of one codebase, from one screen.
#[derive(Debug, Parser)]
#[command(name = "matriz", version, about, disable_help_subcommand = true)]
#[command(after_help = "Without a verb, the screen opens. Every verb takes --json.")]
pub struct Cli {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub verb: Option<Verb>,
}

/// What every verb takes.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The workspace's folder (default: found by walking up from here)
    #[arg(long, global = true, env = "MATRIZ_ROOT", value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// The instance that a verb without a name works on (default: INSTANCE_NAME, this terminal's, the
    /// workspace's)
    #[arg(short, long, global = true, value_name = "NAME")]
    pub instance: Option<String>,
    /// Print JSON: one object; for jobs one object a line while they run
    #[arg(long, global = true)]
    pub json: bool,
    /// Answer every question with yes (a destructive verb also needs --confirm NAME)
    #[arg(long, global = true)]
    pub yes: bool,
    /// The name of what may be destroyed, instead of typing it
    #[arg(long, global = true, value_name = "NAME")]
    pub confirm: Option<String>,
    /// Show what would be done, and do nothing
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Start the job and return at once
    #[arg(long, global = true)]
    pub detach: bool,
    /// Print secret values in clear (needs a terminal)
    #[arg(long, global = true)]
    pub reveal: bool,
    /// Print only errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// Print more; twice, much more
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Create an instance's folder from the templates
    Create(Create),
    /// Set an instance up: project, Jira project, Confluence space, migrations, seeds, mcp.json
    Init(Init),
    /// Connect an instance to a project, a site, a Jira project and a space that exist
    Link(Link),
    /// Copy an instance, with its database, issues and pages, into another
    Clone(CloneArgs),
    /// Empty a clone and copy its source into it again; its project, keys and configuration stay
    Refresh(RefreshArgs),
    /// List the instances
    List,
    /// Show one instance
    Show(Named),
    /// Select the instance that this terminal works in (without a hook: the workspace's default)
    Use(Use),
    /// Unload what is loaded in this terminal, and select nothing
    Off,
    /// Open a shell that is locked to one instance
    Shell(Shell),
    /// Print the code that makes a shell follow "matriz use" in its terminal
    Hook(Hook),
    /// Say what a shell has to change (called by the hook)
    #[command(hide = true)]
    Follow(Follow),
    /// Say which instance is the one here, and why
    Status(Status),
    /// Load an instance's seeds
    Seed(Seed),
    /// Read and change an instance's .env
    #[command(subcommand)]
    Env(Env),
    /// Run a command with one instance's variables and no other's
    Run(Run),
    /// Delete an instance: its projects, its schema, its space, its folder (to the trash)
    Delete(Named),
    /// Follow and steer jobs
    #[command(subcommand)]
    Jobs(Jobs),
    /// Show what a clone holds back, and turn it on
    #[command(subcommand)]
    Held(Held),
    /// Look for what is missing on this machine, and how to get it
    Doctor(Doctor),
    /// Compare two instances: keys, configuration, components, the database's schema, and counts
    Diff(Diff),
    /// Write the files by which assistants find an instance's database, issues and pages
    #[command(subcommand)]
    Mcp(Mcp),
    /// Make a workspace: of a folder, or of an existing repository
    #[command(subcommand)]
    Workspace(WorkspaceVerb),
    /// The local stand-in for the providers
    #[command(subcommand)]
    Sandbox(Sandbox),
    /// Print a shell's completions
    Completions {
        /// bash, zsh, fish, elvish or powershell
        shell: clap_complete::Shell,
    },
    /// Carry out a job (started by the other verbs)
    #[command(hide = true)]
    Worker { id: i64 },
}

/// A verb on one instance.
#[derive(Debug, Args)]
pub struct Named {
    /// The instance
    pub name: Option<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum StrategyArg {
    Complete,
    Schema,
    Hybrid,
}

impl From<StrategyArg> for Strategy {
    fn from(arg: StrategyArg) -> Strategy {
        match arg {
            StrategyArg::Complete => Strategy::Complete,
            StrategyArg::Schema => Strategy::Schema,
            StrategyArg::Hybrid => Strategy::Hybrid,
        }
    }
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum KindArg {
    Sandbox,
    Cloud,
}

impl From<KindArg> for ProviderKind {
    fn from(arg: KindArg) -> ProviderKind {
        match arg {
            KindArg::Sandbox => ProviderKind::Sandbox,
            KindArg::Cloud => ProviderKind::Cloud,
        }
    }
}

/// What a clone takes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum AreaArg {
    Database,
    Jira,
    Confluence,
    Storage,
    Auth,
    Functions,
    Config,
}

impl From<AreaArg> for Area {
    fn from(arg: AreaArg) -> Area {
        match arg {
            AreaArg::Database => Area::Database,
            AreaArg::Jira => Area::Jira,
            AreaArg::Confluence => Area::Confluence,
            AreaArg::Storage => Area::Storage,
            AreaArg::Auth => Area::Auth,
            AreaArg::Functions => Area::Functions,
            AreaArg::Config => Area::Config,
        }
    }
}

#[derive(Debug, Args)]
pub struct Create {
    /// The new instance's name
    pub name: String,
    /// How isolated it is
    #[arg(long, value_enum)]
    pub strategy: Option<StrategyArg>,
    /// Where its project lives
    #[arg(long, value_enum)]
    pub kind: Option<KindArg>,
    /// What it is for
    #[arg(long, default_value = "")]
    pub purpose: String,
    /// The instance whose project it shares (strategy schema)
    #[arg(long, value_name = "NAME")]
    pub project_of: Option<String>,
}

#[derive(Debug, Args)]
pub struct Init {
    /// The instance
    pub name: Option<String>,
    /// Embed columns again that another model filled
    #[arg(long)]
    pub reembed: bool,
    /// The instance whose project it shares (strategy schema)
    #[arg(long, value_name = "NAME")]
    pub project_of: Option<String>,
    /// The new Jira project's key (default: from the name, as clone-1 gives CLONE1)
    #[arg(long, value_name = "KEY")]
    pub jira_key: Option<String>,
    /// The new Confluence space's key (default: from the name)
    #[arg(long, value_name = "KEY")]
    pub space_key: Option<String>,
}

#[derive(Debug, Args)]
pub struct Link {
    /// The instance
    pub name: Option<String>,
    /// An access token for Supabase's Management API, read from standard input with "-" (default: SUPABASE_ACCESS_TOKEN in its .env)
    #[arg(long, value_name = "-", allow_hyphen_values = true)]
    pub access_token: Option<String>,
    /// The organization in which projects are made (default: the account's only one)
    #[arg(long, value_name = "NAME")]
    pub organization: Option<String>,
    /// The password of the project's database, read from standard input with "-" (default: SUPABASE_DB_PASSWORD in its .env)
    #[arg(long, value_name = "-", allow_hyphen_values = true)]
    pub db_password: Option<String>,
    /// The ref of its Supabase project: 20 lower-case letters
    #[arg(long, value_name = "REF")]
    pub project_ref: Option<String>,
    /// The project's database address, if the pooler's isn't to be used; read from standard input with "-"
    #[arg(long, value_name = "URL")]
    pub database_url: Option<String>,
    /// The address of its Atlassian site (https://example.atlassian.net), or "sandbox"
    #[arg(long, value_name = "URL")]
    pub site: Option<String>,
    /// Whose account on the site (default: ATLASSIAN_EMAIL in its .env)
    #[arg(long, value_name = "ADDRESS")]
    pub email: Option<String>,
    /// The account's API token, read from standard input with "-" (default: ATLASSIAN_API_TOKEN in its .env)
    #[arg(long, value_name = "-", allow_hyphen_values = true)]
    pub token: Option<String>,
    /// The key of its Jira project
    #[arg(long, value_name = "KEY")]
    pub jira_project: Option<String>,
    /// The key of its Confluence space
    #[arg(long, value_name = "KEY")]
    pub space: Option<String>,
}

#[derive(Debug, Args)]
pub struct CloneArgs {
    /// The instance to copy
    pub source: String,
    /// The instance to make
    pub target: String,
    /// How isolated the new one is (default: as the source)
    #[arg(long, value_enum)]
    pub strategy: Option<StrategyArg>,
    /// The instance whose project it shares (strategy schema)
    #[arg(long, value_name = "NAME")]
    pub project_of: Option<String>,
    /// What the new one is for
    #[arg(long)]
    pub purpose: Option<String>,
    /// Take only these along: database, jira, confluence, storage, auth, functions, config (the
    /// folder always comes)
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub only: Vec<AreaArg>,
    /// The new Jira project's key (default: from the name, as clone-1 gives CLONE1)
    #[arg(long, value_name = "KEY")]
    pub jira_key: Option<String>,
    /// The new Confluence space's key (default: from the name)
    #[arg(long, value_name = "KEY")]
    pub space_key: Option<String>,
    /// Who of the source's site is who on the target's: a file with a pair a line, OLD = NEW, each an
    /// account id or an e-mail address (lines that begin with # count as nothing)
    #[arg(long, value_name = "FILE")]
    pub map_users: Option<PathBuf>,
    /// Don't back the source up first
    #[arg(long)]
    pub no_backup: bool,
}

/// What a refresh empties and copies again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RefreshArea {
    Database,
    Jira,
    Confluence,
}

impl From<RefreshArea> for Area {
    fn from(arg: RefreshArea) -> Area {
        match arg {
            RefreshArea::Database => Area::Database,
            RefreshArea::Jira => Area::Jira,
            RefreshArea::Confluence => Area::Confluence,
        }
    }
}

#[derive(Debug, Args)]
pub struct RefreshArgs {
    /// The instance to empty and to fill again
    pub target: Option<String>,
    /// The instance to copy from (default: the one that it was cloned from)
    #[arg(long, value_name = "NAME")]
    pub from: Option<String>,
    /// Refresh only these: database, jira, confluence
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT")]
    pub only: Vec<RefreshArea>,
}

#[derive(Debug, Args)]
pub struct Seed {
    /// The instance
    pub name: Option<String>,
    /// Embed columns again that another model filled
    #[arg(long)]
    pub reembed: bool,
}

#[derive(Debug, Subcommand)]
pub enum Held {
    /// List the scheduled jobs, webhooks and triggers that came over switched off
    List(Named),
    /// Turn one on, named as the list names it
    TurnOn {
        /// For example: job 3, or trigger public.orders notify
        #[arg(required = true, num_args = 1..)]
        what: Vec<String>,
    },
}

#[derive(Debug, Subcommand)]
pub enum Jobs {
    /// List the jobs, newest first
    List {
        /// How many
        #[arg(long, default_value_t = 20)]
        limit: usize,
    },
    /// Show one job with its steps
    Show {
        id: i64,
        /// What it did in detail: what was rewritten, and what still names the source
        #[arg(long)]
        report: bool,
    },
    /// Print a job's log
    Log {
        id: i64,
        /// Go on until the job ends
        #[arg(short, long)]
        follow: bool,
    },
    /// Cancel a job and take back what it made
    Cancel { id: i64 },
    /// Go on with a job that was interrupted or failed (default: the newest such)
    Resume { id: Option<i64> },
}

#[derive(Debug, Subcommand)]
pub enum Sandbox {
    /// Whether it runs, where, and what is in it
    Status,
    /// Start it
    Start,
    /// Stop it; its data stays
    Stop,
    /// Stop it and delete its projects and databases
    Reset,
    /// Order faults: list, add or clear
    #[command(subcommand)]
    Faults(Faults),
    /// Serve (started by the other verbs)
    #[command(hide = true)]
    Serve,
}

#[derive(Debug, Subcommand)]
pub enum Faults {
    /// What is ordered
    List,
    /// Order one: "POST /v1/projects drop=after times=1" (or JSON)
    ///
    /// An operation (method and path; * for all), one of status=N (with retry-after=S), delay=MS,
    /// drop=before, drop=after, truncate, init-failed, restore-fails, pause-fails; and how often:
    /// times=N or probability=P. project=REF limits it to one project.
    Add { fault: String },
    /// Forget all
    Clear,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn run_keeps_the_commands_own_flags() {
        let cli = Cli::try_parse_from(["matriz", "run", "-i", "a", "--", "npm", "run", "--json"]);
        let cli = cli.unwrap();
        assert_eq!(cli.global.instance.as_deref(), Some("a"));
        assert!(!cli.global.json);
        let Some(Verb::Run(run)) = cli.verb else {
            panic!("run expected");
        };
        assert_eq!(run.command, ["npm", "run", "--json"]);
    }
}
