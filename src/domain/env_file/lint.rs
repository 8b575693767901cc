//! What is readable here and read otherwise elsewhere.

/// A kind of remark about a line. The codes are stable: scripts may rely on them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LintCode {
    /// W201
    HashAmbiguous,
    /// W202
    DollarAmbiguous,
    /// W203
    CommandSubstitution,
    /// W204
    EscapeAmbiguous,
    /// W205
    NotSourceable,
    /// W206
    Duplicate,
    /// W207
    ByteOrderMark,
    /// W208
    TextAfterQuote,
    /// W209
    NoValue,
    /// W210
    UnreadableLine,
    /// W211
    Colon,
    /// W212
    Backtick,
    /// W213
    SwallowedLine,
}

impl LintCode {
    pub const ALL: [LintCode; 13] = [
        LintCode::HashAmbiguous,
        LintCode::DollarAmbiguous,
        LintCode::CommandSubstitution,
        LintCode::EscapeAmbiguous,
        LintCode::NotSourceable,
        LintCode::Duplicate,
        LintCode::ByteOrderMark,
        LintCode::TextAfterQuote,
        LintCode::NoValue,
        LintCode::UnreadableLine,
        LintCode::Colon,
        LintCode::Backtick,
        LintCode::SwallowedLine,
    ];

    pub fn code(self) -> &'static str {
        match self {
            LintCode::HashAmbiguous => "W201",
            LintCode::DollarAmbiguous => "W202",
            LintCode::CommandSubstitution => "W203",
            LintCode::EscapeAmbiguous => "W204",
            LintCode::NotSourceable => "W205",
            LintCode::Duplicate => "W206",
            LintCode::ByteOrderMark => "W207",
            LintCode::TextAfterQuote => "W208",
            LintCode::NoValue => "W209",
            LintCode::UnreadableLine => "W210",
            LintCode::Colon => "W211",
            LintCode::Backtick => "W212",
            LintCode::SwallowedLine => "W213",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            LintCode::HashAmbiguous => "hash-ambiguous",
            LintCode::DollarAmbiguous => "dollar-ambiguous",
            LintCode::CommandSubstitution => "command-substitution",
            LintCode::EscapeAmbiguous => "escape-ambiguous",
            LintCode::NotSourceable => "not-sourceable",
            LintCode::Duplicate => "duplicate",
            LintCode::ByteOrderMark => "byte-order-mark",
            LintCode::TextAfterQuote => "text-after-quote",
            LintCode::NoValue => "no-value",
            LintCode::UnreadableLine => "unreadable-line",
            LintCode::Colon => "colon",
            LintCode::Backtick => "backtick",
            LintCode::SwallowedLine => "swallowed-line",
        }
    }

    /// What it means, and what to do.
    pub fn explain(self) -> &'static str {
        match self {
            LintCode::HashAmbiguous => {
                "The value ends at the #. Some readers keep what follows. Put the value in single quotes if the # belongs to it, or put a space before the comment."
            }
            LintCode::DollarAmbiguous => {
                "The $ is plain text here, but some readers replace $NAME. Put the value in single quotes."
            }
            LintCode::CommandSubstitution => {
                "$( is plain text here, but a shell and some readers run it as a command. Put the value in single quotes."
            }
            LintCode::EscapeAmbiguous => {
                "Readers differ about backslashes here: only \\n and \\r in double quotes are replaced, everything else is kept. Put the value in single quotes; a \\\\ is read differently even there."
            }
            LintCode::NotSourceable => {
                "A shell can't load this line with \"source\". Use KEY='value' without spaces around the =, and letters, digits and underscores in the key."
            }
            LintCode::Duplicate => {
                "The key is set again further down; that line counts. Delete this one."
            }
            LintCode::ByteOrderMark => {
                "The file starts with a byte order mark; some readers take it for a part of the first key. It is dropped when the file is saved."
            }
            LintCode::TextAfterQuote => {
                "There is text after the closing quote, so the quotes may become part of the value. Put one kind of quotes around the whole value."
            }
            LintCode::NoValue => "The line has a key but no =, so it sets nothing.",
            LintCode::UnreadableLine => "The line isn't KEY=value, so it is ignored.",
            LintCode::Colon => {
                "KEY: value is ignored here, though some readers take it. Write KEY=value."
            }
            LintCode::Backtick => {
                "Backtick quotes: a shell runs the value as a command, and some readers keep the backticks. Put the value in single quotes."
            }
            LintCode::SwallowedLine => {
                "The quoted value runs over a line that looks like KEY=value. Check that its quote closes where it should."
            }
        }
    }
}

/// A remark about one line. Never holds a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lint {
    /// From 1.
    pub line: usize,
    pub code: LintCode,
}

impl std::fmt::Display for Lint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "line {}: {} {}",
            self.line,
            self.code.code(),
            self.code.explain()
        )
    }
}
