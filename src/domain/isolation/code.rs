//! The table of what can be found. Codes are stable: scripts and people's notes name them.

use super::finding::Severity::{self, Error, Note, Warning};

/// One kind of finding.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    pub name: &'static str,
    pub severity: Severity,
    /// Why it matters, in one sentence.
    pub why: &'static str,
    /// What to do, where the place says nothing better.
    pub remedy: &'static str,
}

macro_rules! codes {
    ($($id:ident $severity:ident $why:literal $remedy:literal)*) => {
        $(pub(super) const $id: &Code = &Code {
            name: stringify!($id), severity: $severity, why: $why, remedy: $remedy,
        };)*
        /// Every code there is.
        pub const CODES: &[&Code] = &[$($id),*];
    };
}

codes! {
    // shared by two
    I101 Error "What one of them changes or deletes in the project, it changes for the other."
        "Give one of them a project of its own, or make its strategy schema."
    I102 Error "Both write to one database, whatever their projects are."
        "Write the address of its own project's database into DATABASE_URL: matriz link does it."
    I103 Error "In one schema the tables are the same: the two companies are one."
        "Give each a schema of its own."
    I104 Error "The role is what keeps a schema's company out of the others' schemas."
        "Connect with the role that was made for the schema: matriz init writes it."
    I105 Error "Issues of both companies stand on one board, and deleting one's project deletes the other's."
        "Give one of them a Jira project of its own: matriz link."
    I106 Error "Pages of both companies stand in one space, and deleting one's space deletes the other's."
        "Give one of them a space of its own: matriz link."
    I107 Warning "Its strategy, complete, says that deleting one is noticed by no other; on one site people and rights are shared."
        "Give it a site of its own, or make its strategy hybrid."
    I108 Error "Whoever has one company's secret has the other's: revoking or leaking one hits both."
        "Make a secret of its own for one of them, where the first one came from."
    I109 Warning "Its strategy, complete, says that it shares nothing, and this opens the account of both."
        "Make a token of its own for it, or put the account's token into the .env at the workspace's root."
    I110 Error "What one company does calls the other's receiver."
        "Make a webhook of its own for one of them, or remove the key."
    I111 Note "Cost and limits of the model provider are counted together."
        "Make a key for each, or put the one for all into the .env at the workspace's root."
    I112 Warning "Every instance that lacks the key in its own .env works on what stands here."
        "Move the key into the .env of the instance that it belongs to."
    // another's
    I201 Error "The key opens another company's project: what this one does, it does there."
        "Fetch its own project's key: matriz init writes it."
    I202 Error "Scripts that read this key work on another company's project."
        "Take the project's ref from supabase.config.json."
    I203 Error "Scripts that read this address reach another company's data."
        "Write its own project's address: matriz init does."
    I204 Error "An assistant that uses this file reads another company's data."
        "Write the entry anew for its own project."
    I205 Error "What reads this configuration works on another company's resource."
        "Put its own there."
    I206 Warning "Seeds, notes and scripts in the folder may lead into another company."
        "Look at the line, and put its own there."
    // contradictions within one
    I301 Error "The key is another project's than the configuration names: one of them is wrong."
        "Fetch the project's own key: matriz init writes it."
    I302 Error "Some programs read the configuration, others the .env: they'd work on two projects."
        "Take the project's ref from supabase.config.json."
    I303 Error "The address leads to another project than the configuration names."
        "Write its own project's address: matriz init does."
    I304 Error "An assistant that uses this file reads another project than the configuration names."
        "Write the entry anew for its own project."
    I305 Error "A secret key stands where the public one belongs: browsers would get a key that passes by every policy."
        "Put the anon key there, and revoke the other if it was published."
    I306 Warning "Tools that read this key look into another schema than the instance lives in."
        "Take the schema from supabase.config.json."
    I307 Warning "Some programs read the configuration, others the .env: they'd write to two places."
        "Take it from atlassian.config.json."
    // files
    I401 Error "Every user of this machine can read the secrets in it."
        "Let only its owner read it."
    I402 Error "Every user of this machine can put other files there, and so choose what programs run with."
        "Let only its owner write to it."
    I403 Warning "What it points to may be another company's, or outside of the workspace; Matriz doesn't follow it."
        "Put the file itself there."
    I404 Warning "Whoever owns it can read and change it, whatever its mode."
        "Give it to the user who runs the program (chown)."
    I405 Error "What can't be read can't be checked, and no program starts with it."
        "Mend the file: the message says where."
    // leaks
    I501 Error "Everyone who clones the repository has the secrets, now and in its history."
        "Take it out of git, keep it ignored, and revoke what was in it."
    I502 Warning "The next \"git add .\" commits the secrets."
        "Add it to .gitignore."
    I503 Error "Everyone who clones the repository has this secret."
        "Remove it there, and revoke it: git's history keeps it."
    I504 Warning "It has the form of a provider's token, and everyone who clones the repository has it."
        "Remove and revoke it if it's real; a line with \"matriz:allow\" is left alone."
    I505 Error "Configuration is copied, shown and shared more freely than .env; secrets stand in it by the name of their key."
        "Name the key there, as ${KEY}, not its value."
    I506 Warning "It has the form of a provider's token, and configuration is shared more freely than .env."
        "Put it into the .env, and name its key here."
    I507 Error "Shared code runs in every instance, so each would act with this one's secret."
        "Read it from the environment there."
    I508 Warning "It has the form of a provider's token, and shared code runs in every instance."
        "Read it from the environment there; a line with \"matriz:allow\" is left alone."
    I509 Error "Shared code runs in every instance, so each would work on this one's project."
        "Read the project from the environment there (SUPABASE_URL, SUPABASE_PROJECT_REF)."
    // drift
    I601 Warning "What was last seen of it is another project's: lists and plans may show the wrong one."
        "Let it be forgotten and read again."
    I602 Note "Lists and statistics may count what isn't there any more."
        "Let it be forgotten, or bring the folder back from .matriz/trash."
    I603 Error "Every program of this instance fails, or waits for a project that isn't there."
        "Set it up again with matriz init, after removing projectRef from its supabase.config.json."
    I604 Warning "It holds a database that nobody looks after."
        "Connect it with matriz link, or delete it with matriz sandbox reset once nothing else is in it."
    // missing
    I701 Warning "Programs that need these keys fail, or fall back to what the caller's shell has."
        "Fill them in: matriz env check says where each comes from."
}
