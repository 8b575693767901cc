//! A value as a shell reads it back, byte for byte, with nothing in it expanded or run.

use super::shell::Shell;

/// The value as one word of that shell, for `eval`.
///
/// - bash, zsh, sh: `'…'`, where only `'` ends it (POSIX shell language, 2.2.2): it is written `'\''`.
/// - fish: `'…'`, where only `\` and `'` are escaped (fish documentation, "Quotes").
/// - nu: `'…'` where no `'` is in it, else a raw string, `r#'…'#` with more `#` than any `'#…` in the
///   value (Nushell book, "Working with strings").
pub fn quote(shell: Shell, value: &str) -> String {
    match shell {
        Shell::Bash | Shell::Zsh | Shell::Sh => format!("'{}'", value.replace('\'', "'\\''")),
        Shell::Fish => format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'")),
        Shell::Nu if !value.contains('\'') => format!("'{value}'"),
        Shell::Nu => {
            let fence = "#".repeat(longest_fence(value) + 1);
            format!("r{fence}'{value}'{fence}")
        }
    }
}

/// The most `#` that follow a `'` anywhere in the text.
fn longest_fence(text: &str) -> usize {
    text.split('\'')
        .skip(1)
        .map(|after| after.bytes().take_while(|byte| *byte == b'#').count())
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// How nu reads such a string: a raw one up to the first `'` with as many `#` as it began with.
    fn read_raw(text: &str) -> Option<&str> {
        if let Some(rest) = text.strip_prefix('\'') {
            return rest
                .strip_suffix('\'')
                .filter(|inner| !inner.contains('\''));
        }
        let rest = text.strip_prefix('r')?;
        let marks = rest.bytes().take_while(|b| *b == b'#').count();
        let end = format!("'{}", "#".repeat(marks));
        let rest = rest.get(marks..)?.strip_prefix('\'')?;
        let at = rest.find(&end)?;
        (marks > 0 && rest.len() == at + end.len()).then(|| &rest[..at])
    }

    proptest! {
        #[test]
        fn a_string_of_nu_holds_anything(value in "[a'#\\\\$\n\"]{0,12}|.{0,20}") {
            let quoted = quote(Shell::Nu, &value);
            prop_assert_eq!(read_raw(&quoted), Some(value.as_str()));
        }
    }

    #[test]
    fn quotes_and_backslashes_are_written_as_each_shell_wants() {
        assert_eq!(quote(Shell::Bash, "it's $x"), r"'it'\''s $x'");
        assert_eq!(quote(Shell::Fish, r"a\b'c"), r"'a\\b\'c'");
        assert_eq!(quote(Shell::Nu, "a'#b"), "r##'a'#b'##");
        assert_eq!(quote(Shell::Nu, "a $b"), "'a $b'");
        assert_eq!(quote(Shell::Zsh, ""), "''");
    }
}
