//! Whether a coding agent runs this process: its terminal isn't a person's, and what is printed on it
//! goes to a model.
//!
//! There is no one variable for it. Where the names come from: the table of agentsmd/agents.md issue
//! 136 (`AGENT`, `CLAUDECODE`, `CURSOR_AGENT`, `GEMINI_CLI`, `CODEX_SANDBOX`, `AUGMENT_AGENT`,
//! `CLINE_ACTIVE`, `OPENCODE_CLIENT`, `TRAE_AI_SHELL_ID`); vercel/vercel `packages/detect-agent`
//! (`AI_AGENT`, `CLAUDE_CODE`); aws/aws-cdk-cli `detect-agent.ts` (`CODEX_THREAD_ID`,
//! `AWS_EXECUTION_ENV`); the release notes of VS Code 1.121 (`VSCODE_AGENT`); aider sets none, and
//! passes its own options on as `AIDER_…` (<https://aider.chat/docs/config/dotenv.html>).
//! Variables that a person's own terminal has as well (`CURSOR_TRACE_ID`, `REPL_ID`) are left out.

/// Variables that, set to anything but nothing, `0` or `false`, say that an agent is at work.
const NAMES: [&str; 17] = [
    "AGENT",
    "AI_AGENT",
    "AUGMENT_AGENT",
    "CLAUDECODE",
    "CLAUDE_CODE",
    "CLINE_ACTIVE",
    "CODEX_CI",
    "CODEX_SANDBOX",
    "CODEX_SANDBOX_NETWORK_DISABLED",
    "CODEX_THREAD_ID",
    "CURSOR_AGENT",
    "GEMINI_CLI",
    "GOOSE_TERMINAL",
    "OPENCODE",
    "OPENCODE_CLIENT",
    "TRAE_AI_SHELL_ID",
    "VSCODE_AGENT",
];

/// Families of such variables.
const PREFIXES: [&str; 1] = ["AIDER_"];

/// The variable that gives an agent's runtime away; the first by name.
pub fn shown_by(variables: impl IntoIterator<Item = (String, String)>) -> Option<String> {
    variables
        .into_iter()
        .filter(|(name, value)| says(name, value))
        .map(|(name, _)| name)
        .min()
}

fn says(name: &str, value: &str) -> bool {
    if name == "AWS_EXECUTION_ENV" {
        return value.to_ascii_lowercase().contains("amazonq");
    }
    let named = NAMES.contains(&name) || PREFIXES.iter().any(|p| name.starts_with(p));
    named && !matches!(value.trim(), "" | "0" | "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(pairs: &[(&str, &str)]) -> Option<String> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        shown_by(pairs.iter().map(owned))
    }

    #[test]
    fn the_known_runtimes_show() {
        for (name, value) in [
            ("CLAUDECODE", "1"),
            ("CURSOR_AGENT", "1"),
            ("CODEX_SANDBOX", "seatbelt"),
            ("GEMINI_CLI", "1"),
            ("AIDER_MODEL", "example"),
            ("AGENT", "goose"),
            ("AWS_EXECUTION_ENV", "AmazonQ-For-CLI"),
        ] {
            let found = seen(&[("PATH", "/bin"), (name, value)]);
            assert_eq!(found.as_deref(), Some(name));
        }
    }

    #[test]
    fn a_persons_terminal_does_not() {
        let person = [
            ("PATH", "/bin"),
            ("SSH_AGENT_PID", "12"),
            ("CLAUDECODE", ""),
            ("CURSOR_AGENT", "0"),
            ("AWS_EXECUTION_ENV", "AWS_ECS_EC2"),
            ("CURSOR_TRACE_ID", "example"),
        ];
        assert_eq!(seen(&person), None);
    }
}
