//! The one table of what a person can do. Key map, footer, help, palette and the documentation
//! read it; nothing else knows a key.

use super::disabled as no;
use super::state::State;

/// Where an action can be chosen. Inner scopes are asked before outer ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    Global,
    /// The list of instances.
    List,
    /// The list's filter has the keyboard.
    Filter,
    /// An instance is selected: list, overview and activity.
    Instance,
    /// Any tab of the detail.
    Detail,
    Env,
    /// The filter of the environment's keys has the keyboard.
    EnvFilter,
    /// Keys that were changed here and in the file.
    Clashes,
    /// Two environments side by side.
    Compare,
    Configs,
    Jobs,
    Log,
    /// A plan or a question waits for a yes.
    Question,
    Form,
    Palette,
    /// What an instance holds back.
    Held,
    /// What isn't isolated.
    Isolation,
    /// Help, a report, a comparison or an error.
    Reader,
}

impl Scope {
    pub fn title(self) -> &'static str {
        match self {
            Scope::Global => "Everywhere",
            Scope::List => "List of instances",
            Scope::Filter => "Filter",
            Scope::Instance => "Selected instance",
            Scope::Detail => "Detail",
            Scope::Env => "Environment",
            Scope::EnvFilter => "Filter of keys",
            Scope::Clashes => "Changed on both sides",
            Scope::Compare => "Comparison",
            Scope::Configs => "Configuration files",
            Scope::Jobs => "Jobs",
            Scope::Log => "Log",
            Scope::Question => "Plan or question",
            Scope::Form => "Form",
            Scope::Palette => "Commands",
            Scope::Held => "What is held back",
            Scope::Isolation => "Isolation",
            Scope::Reader => "Help, reports and errors",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Id {
    Accept,
    Add,
    AddEmpty,
    Back,
    Cancel,
    Change,
    Clashes,
    Clone,
    Connect,
    Compare,
    CopyAgain,
    CopyName,
    CopyValue,
    Create,
    Cure,
    Delete,
    Difference,
    Discard,
    Down,
    Edit,
    EditFile,
    Everyone,
    Filter,
    First,
    FocusDetail,
    FocusJobs,
    FocusList,
    Fold,
    Follow,
    Held,
    Help,
    History,
    Init,
    Isolation,
    Last,
    Left,
    Log,
    NewLine,
    NextMark,
    NextPane,
    NextTab,
    Optional,
    PageDown,
    PageUp,
    Palette,
    PreviousMark,
    PreviousPane,
    PreviousTab,
    Quit,
    Redo,
    Refresh,
    Remove,
    Repaint,
    Report,
    Resume,
    Reveal,
    Right,
    Save,
    Seed,
    Shell,
    Suspend,
    Switch,
    Undo,
    Up,
    Use,
}

pub struct Action {
    pub id: Id,
    pub scope: Scope,
    /// The first one is shown in the footer.
    pub keys: &'static [&'static str],
    /// A verb or two, for the footer.
    pub label: &'static str,
    /// One sentence, for help and the palette.
    pub description: &'static str,
    /// Its place in the footer; 0 keeps it out of there.
    pub footer: u8,
    /// Why it can't be done now.
    pub disabled: fn(&State) -> Option<String>,
}

const fn act(
    id: Id,
    scope: Scope,
    keys: &'static [&'static str],
    label: &'static str,
    description: &'static str,
    footer: u8,
) -> Action {
    Action {
        id,
        scope,
        keys,
        label,
        description,
        footer,
        disabled: no::never,
    }
}

impl Action {
    const fn unless(mut self, disabled: fn(&State) -> Option<String>) -> Self {
        self.disabled = disabled;
        self
    }

    /// Moving about is known from elsewhere; the palette leaves it out.
    pub fn is_movement(&self) -> bool {
        matches!(
            self.id,
            Id::Up
                | Id::Down
                | Id::PageUp
                | Id::PageDown
                | Id::First
                | Id::Last
                | Id::Left
                | Id::Right
                | Id::Accept
                | Id::Back
        )
    }
}

use Scope::*;

#[rustfmt::skip]
pub const ACTIONS: &[Action] = &[
    act(Id::Up, List, &["up", "k"], "up", "Go to the instance above.", 0),
    act(Id::Down, List, &["down", "j"], "down", "Go to the instance below.", 0),
    act(Id::PageUp, List, &["page-up", "ctrl-b"], "page up", "Go up a page.", 0),
    act(Id::PageDown, List, &["page-down", "ctrl-f"], "page down", "Go down a page.", 0),
    act(Id::First, List, &["g", "home"], "first", "Go to the first instance.", 0),
    act(Id::Last, List, &["G", "end"], "last", "Go to the last instance.", 0),
    act(Id::Filter, List, &["/"], "filter", "Find instances by name or label.", 7),
    act(Id::FocusDetail, List, &["right", "l"], "detail", "Open the detail of the selected instance.", 8).unless(no::without_instance),
    act(Id::Back, List, &["esc"], "all", "Show all instances again.", 0),

    act(Id::Accept, Filter, &["enter"], "done", "Keep the filter and go back to the list.", 1),
    act(Id::Back, Filter, &["esc"], "clear", "Clear the filter.", 2),
    act(Id::Up, Filter, &["up"], "up", "Go to the instance above.", 0),
    act(Id::Down, Filter, &["down"], "down", "Go to the instance below.", 0),

    act(Id::Use, Instance, &["enter"], "use", "Make the selected instance the current one.", 1).unless(no::select),
    act(Id::Clone, Instance, &["c"], "clone", "Copy the selected instance, with its database, into a new one.", 2).unless(no::clone),
    act(Id::Init, Instance, &["i"], "set up", "Create the instance's project, run its migrations and load its seeds.", 3).unless(no::init),
    act(Id::Connect, Instance, &["L"], "connect", "Connect the selected instance to accounts, a project, a site and a space that exist.", 0).unless(no::clone),
    act(Id::Edit, Instance, &["e"], "edit env", "Edit the environment of the selected instance.", 4).unless(no::without_instance),
    act(Id::Seed, Instance, &["s"], "seed", "Load the seeds into the selected instance.", 6).unless(no::seed),
    act(Id::Create, Instance, &["n"], "new", "Create an instance from the templates.", 5),
    act(Id::Delete, Instance, &["D"], "delete", "Delete the selected instance, after showing what goes and what stays.", 0).unless(no::delete),
    act(Id::Shell, Instance, &["!"], "shell", "Open a shell that is locked to the selected instance.", 0).unless(no::shell),
    act(Id::Held, Instance, &["h"], "held", "Show what a clone holds back, and turn it on one by one.", 0).unless(no::held),
    act(Id::CopyAgain, Instance, &["F"], "refresh", "Empty the selected clone and copy its source into it again, after showing what goes.", 0).unless(no::copy_again),
    act(Id::CopyValue, Instance, &["y"], "copy ref", "Copy the project's reference of the selected instance to the clipboard.", 0).unless(no::without_reference),
    act(Id::CopyName, Instance, &["Y"], "copy name", "Copy the selected instance's name to the clipboard.", 0).unless(no::without_instance),
    act(Id::Difference, Instance, &["="], "compare", "Compare the selected instance with another: keys, files, schema and counts.", 0).unless(no::without_another),
    act(Id::Refresh, Instance, &["r"], "read again", "Read the figures of the selected instance again.", 0).unless(no::without_instance),

    act(Id::NextTab, Detail, &["]", "right"], "next tab", "Go to the next tab.", 7),
    act(Id::PreviousTab, Detail, &["[", "left"], "previous tab", "Go to the previous tab.", 0),
    act(Id::Back, Detail, &["esc"], "list", "Go back to the list.", 8),
    act(Id::Up, Detail, &["up", "k"], "up", "Go up a line.", 0),
    act(Id::Down, Detail, &["down", "j"], "down", "Go down a line.", 0),
    act(Id::PageUp, Detail, &["page-up", "ctrl-b"], "page up", "Go up a page.", 0),
    act(Id::PageDown, Detail, &["page-down", "ctrl-f"], "page down", "Go down a page.", 0),
    act(Id::First, Detail, &["g", "home"], "first", "Go to the first line.", 0),
    act(Id::Last, Detail, &["G", "end"], "last", "Go to the last line.", 0),

    act(Id::Change, Env, &["enter"], "change", "Change the value of the selected key.", 1).unless(no::without_key),
    act(Id::Add, Env, &["a"], "add", "Add a key. Pasted lines of KEY=VALUE are shown first, then added at once.", 2).unless(no::without_env),
    act(Id::Filter, Env, &["/"], "filter", "Find keys by name, group or visible value.", 3).unless(no::without_env),
    act(Id::Reveal, Env, &["v"], "show", "Show the selected value: while held where the terminal tells when a key is let go, else until the next key.", 4).unless(no::without_set_key),
    act(Id::Compare, Env, &["D"], "compare", "Compare with another instance's environment, or with the template.", 5).unless(no::without_env),
    act(Id::Undo, Env, &["u"], "undo", "Take the last change back, saved or not.", 6).unless(no::undo),
    act(Id::Save, Env, &["s", "ctrl-s"], "save", "Show the difference, and save.", 7).unless(no::save),
    act(Id::Remove, Env, &["d"], "remove", "Remove the selected key.", 0).unless(no::without_set_key),
    act(Id::Redo, Env, &["U", "ctrl-r"], "redo", "Make the change again that was taken back.", 0).unless(no::redo),
    act(Id::NextMark, Env, &["n"], "next mark", "Go to the next key that something is to be said about.", 0).unless(no::without_marks),
    act(Id::PreviousMark, Env, &["N"], "previous mark", "Go to the previous key that something is to be said about.", 0).unless(no::without_marks),
    act(Id::Cure, Env, &["f"], "fix", "Write the selected value in the form that the most readers read alike.", 0).unless(no::without_set_key),
    act(Id::Optional, Env, &["o"], "optional keys", "Offer the keys that could be set as well, or hide them again.", 0).unless(no::without_env),
    act(Id::CopyValue, Env, &["y"], "copy value", "Copy the selected value to the clipboard.", 0).unless(no::without_set_key),
    act(Id::CopyName, Env, &["Y"], "copy name", "Copy the selected key's name to the clipboard.", 0).unless(no::without_key),
    act(Id::History, Env, &["H"], "history", "Show the saved changes of the selected key.", 0).unless(no::without_key),
    act(Id::Clashes, Env, &["C"], "clashes", "Choose whose value counts where a key was changed in the file as well.", 0).unless(no::without_clash),
    act(Id::EditFile, Env, &["E"], "editor", "Open the file in your editor.", 0).unless(no::without_file),
    act(Id::Discard, Env, &["X"], "discard", "Let all unsaved changes go.", 0).unless(no::save),

    act(Id::Accept, EnvFilter, &["enter"], "done", "Keep the filter and go back to the keys.", 1),
    act(Id::Back, EnvFilter, &["esc"], "clear", "Clear the filter.", 2),
    act(Id::Up, EnvFilter, &["up"], "up", "Go to the key above.", 0),
    act(Id::Down, EnvFilter, &["down"], "down", "Go to the key below.", 0),

    act(Id::Switch, Clashes, &["space", "left", "right"], "other side", "Choose the other side's value.", 1),
    act(Id::Accept, Clashes, &["enter"], "done", "Go on with what is chosen.", 2),
    act(Id::Up, Clashes, &["up", "k"], "up", "Go to the key above.", 0),
    act(Id::Down, Clashes, &["down", "j"], "down", "Go to the key below.", 0),
    act(Id::Back, Clashes, &["esc"], "later", "Decide later: the marks stay.", 3),

    act(Id::Accept, Compare, &["enter"], "take", "Compare with the selected one, or take its value over.", 1),
    act(Id::AddEmpty, Compare, &["a"], "add empty", "Add the key that is missing here, without a value.", 2),
    act(Id::Fold, Compare, &["f"], "equal ones", "Show or hide the keys that are equal.", 3),
    act(Id::Reveal, Compare, &["v"], "show", "Show the selected pair of values.", 4),
    act(Id::Up, Compare, &["up", "k"], "up", "Go up a line.", 0),
    act(Id::Down, Compare, &["down", "j"], "down", "Go down a line.", 0),
    act(Id::PageUp, Compare, &["page-up", "ctrl-b"], "page up", "Go up a page.", 0),
    act(Id::PageDown, Compare, &["page-down", "ctrl-f"], "page down", "Go down a page.", 0),
    act(Id::First, Compare, &["g", "home"], "first", "Go to the first line.", 0),
    act(Id::Last, Compare, &["G", "end"], "last", "Go to the last line.", 0),
    act(Id::Back, Compare, &["esc", "q"], "back", "Choose another one, or close this.", 5),

    act(Id::Change, Configs, &["enter"], "change", "Change the selected value, and save it.", 1).unless(no::without_value),
    act(Id::EditFile, Configs, &["E"], "editor", "Open the file in your editor.", 2).unless(no::without_config),
    act(Id::Add, Configs, &["a"], "add", "Add a key that the file could have.", 3).unless(no::without_missing_key),
    act(Id::Remove, Configs, &["d"], "remove", "Remove the selected key, and save.", 4).unless(no::without_value),
    act(Id::Undo, Configs, &["u"], "undo", "Take the last saved change back.", 5).unless(no::undo_config),
    act(Id::Redo, Configs, &["U", "ctrl-r"], "redo", "Make the change again that was taken back.", 0).unless(no::redo_config),
    act(Id::NextMark, Configs, &["n"], "next mark", "Go to the next value that something is to be said about.", 0).unless(no::without_config),
    act(Id::PreviousMark, Configs, &["N"], "previous mark", "Go to the previous value that something is to be said about.", 0).unless(no::without_config),
    act(Id::CopyValue, Configs, &["y"], "copy value", "Copy the selected value to the clipboard.", 0).unless(no::without_value),
    act(Id::CopyName, Configs, &["Y"], "copy name", "Copy the selected value's name to the clipboard.", 0).unless(no::without_config),

    act(Id::Fold, Jobs, &["enter", "space"], "steps", "Show or hide the steps of the selected job.", 1).unless(no::without_job),
    act(Id::Log, Jobs, &["l"], "log", "Read the log of the selected job.", 2).unless(no::without_job),
    act(Id::Report, Jobs, &["o"], "report", "Read what the selected job rewrote, left and held back.", 5).unless(no::without_job),
    act(Id::Cancel, Jobs, &["x"], "cancel", "Cancel the selected job and take back what it created.", 3).unless(no::cancel),
    act(Id::Resume, Jobs, &["R"], "resume", "Go on with the selected job where it stopped.", 4).unless(no::resume),
    act(Id::Up, Jobs, &["up", "k"], "up", "Go to the job above.", 0),
    act(Id::Down, Jobs, &["down", "j"], "down", "Go to the job below.", 0),
    act(Id::PageUp, Jobs, &["page-up", "ctrl-b"], "page up", "Scroll up.", 0),
    act(Id::PageDown, Jobs, &["page-down", "ctrl-f"], "page down", "Scroll down.", 0),
    act(Id::First, Jobs, &["g", "home"], "first", "Go to the first job.", 0),
    act(Id::Last, Jobs, &["G", "end"], "last", "Go to the last job.", 0),
    act(Id::Back, Jobs, &["esc"], "list", "Go back to the list.", 6),

    act(Id::Follow, Log, &["f"], "follow", "Stay at the end while the log grows.", 1),
    act(Id::Up, Log, &["up", "k"], "up", "Scroll up a line.", 0),
    act(Id::Down, Log, &["down", "j"], "down", "Scroll down a line.", 0),
    act(Id::PageUp, Log, &["page-up", "ctrl-b"], "page up", "Scroll up a page.", 2),
    act(Id::PageDown, Log, &["page-down", "ctrl-f", "space"], "page down", "Scroll down a page.", 3),
    act(Id::First, Log, &["g", "home"], "start", "Go to the start.", 0),
    act(Id::Last, Log, &["G", "end"], "end", "Go to the end, and follow.", 4),
    act(Id::Left, Log, &["left", "h"], "left", "Scroll to the left.", 0),
    act(Id::Right, Log, &["right", "l"], "right", "Scroll to the right.", 0),
    act(Id::Cancel, Log, &["x"], "cancel", "Cancel this job and take back what it created.", 5).unless(no::cancel),
    act(Id::Back, Log, &["esc", "q"], "close", "Close the log.", 6),

    act(Id::Accept, Question, &["enter"], "yes", "Do what is shown.", 1),
    act(Id::Back, Question, &["esc"], "not now", "Change nothing.", 2),
    act(Id::Up, Question, &["up"], "up", "Scroll up.", 0),
    act(Id::Down, Question, &["down"], "down", "Scroll down.", 0),

    act(Id::Accept, Form, &["enter"], "go on", "Go on with what is filled in.", 1),
    act(Id::Down, Form, &["tab", "down"], "next field", "Go to the next field.", 2),
    act(Id::Up, Form, &["shift-tab", "up"], "previous field", "Go to the previous field.", 0),
    act(Id::NewLine, Form, &["alt-enter", "ctrl-j"], "new line", "Begin a new line within the value.", 0).unless(no::one_line),
    act(Id::Reveal, Form, &["ctrl-r"], "show", "Show or hide what is typed into a secret field.", 3).unless(no::without_secret),
    act(Id::Back, Form, &["esc"], "not now", "Change nothing.", 4),

    act(Id::Accept, Palette, &["enter"], "run", "Run the selected command.", 1),
    act(Id::Up, Palette, &["up", "ctrl-k"], "up", "Go to the command above.", 0),
    act(Id::Down, Palette, &["down", "ctrl-j"], "down", "Go to the command below.", 0),
    act(Id::Back, Palette, &["esc"], "close", "Close the palette.", 2),

    act(Id::Accept, Held, &["enter"], "turn on", "Turn the selected one on.", 1),
    act(Id::Up, Held, &["up", "k"], "up", "Go to the one above.", 0),
    act(Id::Down, Held, &["down", "j"], "down", "Go to the one below.", 0),
    act(Id::Back, Held, &["esc", "q"], "close", "Close this.", 2),

    act(Id::Accept, Isolation, &["enter"], "mend", "Mend the selected finding, after showing what changes.", 1).unless(no::without_fix),
    act(Id::Up, Isolation, &["up", "k"], "up", "Go to the finding above.", 0),
    act(Id::Down, Isolation, &["down", "j"], "down", "Go to the finding below.", 0),
    act(Id::PageUp, Isolation, &["page-up", "ctrl-b"], "page up", "Scroll the explanation up.", 0),
    act(Id::PageDown, Isolation, &["page-down", "ctrl-f", "space"], "page down", "Scroll the explanation down.", 0),
    act(Id::Everyone, Isolation, &["a"], "all or one", "Show the findings of all instances, or of the selected one.", 2),
    act(Id::Refresh, Isolation, &["r"], "look again", "Look at every instance again.", 3),
    act(Id::Back, Isolation, &["esc", "q", "I"], "close", "Close this.", 4),

    act(Id::Accept, Reader, &["enter"], "more", "Show more, where there is more.", 0),
    act(Id::Up, Reader, &["up", "k"], "up", "Scroll up.", 1),
    act(Id::Down, Reader, &["down", "j"], "down", "Scroll down.", 2),
    act(Id::PageUp, Reader, &["page-up", "ctrl-b"], "page up", "Scroll up a page.", 0),
    act(Id::PageDown, Reader, &["page-down", "ctrl-f", "space"], "page down", "Scroll down a page.", 0),
    act(Id::Back, Reader, &["esc", "q", "?"], "close", "Close this.", 3),

    act(Id::Palette, Global, &[":", "ctrl-p"], "commands", "Find a command by its name.", 90),
    act(Id::Help, Global, &["?"], "help", "Show what every key does here.", 91),
    act(Id::Isolation, Global, &["I"], "isolation", "Show what the instances share and shouldn't, and mend it one by one.", 0),
    act(Id::NextPane, Global, &["tab"], "next pane", "Go to the next pane.", 0),
    act(Id::PreviousPane, Global, &["shift-tab"], "previous pane", "Go to the previous pane.", 0),
    act(Id::FocusList, Global, &["1"], "instances", "Go to the list of instances.", 0),
    act(Id::FocusDetail, Global, &["2"], "detail", "Go to the detail of the selected instance.", 0),
    act(Id::FocusJobs, Global, &["3"], "jobs", "Go to the jobs.", 0),
    act(Id::Repaint, Global, &["ctrl-l"], "repaint", "Draw the whole screen again.", 0),
    act(Id::Suspend, Global, &["ctrl-z"], "suspend", "Go back to the shell; fg returns here.", 0),
    act(Id::Quit, Global, &["q", "ctrl-c"], "quit", "Leave. Jobs go on.", 0),
];

/// The row of the table for an action in the innermost of these scopes that has it.
pub fn find(scopes: &[Scope], id: Id) -> Option<&'static Action> {
    scopes
        .iter()
        .find_map(|scope| ACTIONS.iter().find(|a| a.scope == *scope && a.id == id))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_row_reads_like_the_others() {
        let mut rows = HashSet::new();
        for action in ACTIONS {
            assert!(rows.insert((action.scope, action.id)), "{}", action.label);
            assert!(!action.keys.is_empty(), "{}", action.label);
            assert!(action.description.ends_with('.'), "{}", action.description);
            assert!(!action.description.contains('!'), "{}", action.description);
            assert_eq!(action.label.trim(), action.label);
            assert!(action.label.len() <= 14, "{}", action.label);
        }
    }
}
