//! What is said about a key: in a few words beside its value, and in full at the pane's foot.

use jiff::Timestamp;

use crate::domain::env_file::LintCode;
use crate::domain::env_schema::{KeySpec, SchemaFinding, Wanted, jwt};
use crate::domain::strategy::Strategy;

use super::refs::Whose;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// It isn't there, and something needs it.
    Missing,
    Warn,
    /// The value can't do what it's for.
    Bad,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    pub weight: Weight,
    pub short: String,
    pub full: String,
    /// Writing the value in another form may mend it.
    pub curable: bool,
}

fn remark(weight: Weight, short: impl Into<String>, full: impl Into<String>) -> Remark {
    Remark {
        weight,
        short: short.into(),
        full: full.into(),
        curable: false,
    }
}

pub fn clash() -> Remark {
    remark(
        Weight::Warn,
        "changed outside too",
        "This key was changed in the file as well. C chooses, key by key, whose value counts; saving keeps what stands here.",
    )
}

/// The value leads to another instance's project.
pub fn opens(other: &str, own: &str) -> Remark {
    remark(
        Weight::Warn,
        format!("opens {other}, not {own}"),
        format!(
            "This value belongs to the project of {other}. Whatever reads it works on {other}, not on {own}."
        ),
    )
}

pub fn finding(found: &SchemaFinding) -> Remark {
    let prefix = format!("{}: ", found.key);
    let text = found.text.strip_prefix(&prefix).unwrap_or(&found.text);
    let short = match found.code {
        "E301" => "has no value",
        "E303" => "another project's",
        "E304" => "expired",
        "W305" => "pooler without sessions",
        _ => text.split(['.', ':', ',']).next().unwrap_or_default(),
    };
    let weight = match found.code {
        "E301" => Weight::Missing,
        _ => Weight::Warn,
    };
    remark(weight, short, format!("{} {text}", found.code))
}

pub fn lint(code: LintCode) -> Remark {
    let curable = !matches!(
        code,
        LintCode::ByteOrderMark
            | LintCode::NoValue
            | LintCode::UnreadableLine
            | LintCode::Colon
            | LintCode::SwallowedLine
    );
    let cure = match code {
        LintCode::HashAmbiguous => " f puts the space; Enter types the whole value.",
        _ if curable => " f does that.",
        _ => "",
    };
    Remark {
        curable,
        ..remark(
            Weight::Warn,
            format!("{} {}", code.code(), in_short(code)),
            format!("{} {}{cure}", code.code(), code.explain()),
        )
    }
}

/// So few words that they fit beside the value.
fn in_short(code: LintCode) -> &'static str {
    match code {
        LintCode::HashAmbiguous => "the # may cut the value",
        LintCode::DollarAmbiguous => "others expand the $",
        LintCode::CommandSubstitution => "a shell runs the $(",
        LintCode::EscapeAmbiguous => "backslash read differently",
        LintCode::NotSourceable => "a shell can't load it",
        LintCode::Duplicate => "set twice",
        LintCode::ByteOrderMark => "byte order mark",
        LintCode::TextAfterQuote => "text after the quote",
        LintCode::NoValue => "no =",
        LintCode::UnreadableLine => "ignored line",
        LintCode::Colon => "colon in place of =",
        LintCode::Backtick => "a shell runs the backticks",
        LintCode::SwallowedLine => "holds another line",
    }
}

/// A key that such an instance needs and hasn't.
pub fn missing(spec: &KeySpec, wanted: &Wanted) -> Remark {
    let by = needed_by(spec, wanted);
    let own = match spec.init {
        true => " Setting the instance up writes it; Enter fills it in by hand.",
        false => " Enter fills it in.",
    };
    let help = match spec.help.is_empty() {
        true => String::new(),
        false => format!(" {}", spec.help),
    };
    remark(
        Weight::Missing,
        format!("needed by {by}"),
        format!("{} is needed by {by}.{help}{own}", spec.name),
    )
}

/// "strategy hybrid": what of an instance makes it need the key.
fn needed_by(spec: &KeySpec, wanted: &Wanted) -> String {
    let need = spec.required_when.iter().find(|need| {
        (need.strategy.is_empty() || need.strategy.contains(&wanted.strategy))
            && (need.supabase.is_empty() || need.supabase.contains(&wanted.supabase))
            && (need.atlassian.is_empty() || need.atlassian.contains(&wanted.atlassian))
    });
    match need {
        Some(need) if !need.strategy.is_empty() => format!("strategy {}", wanted.strategy),
        Some(need) if !need.supabase.is_empty() => {
            format!("a project in the {}", wanted.supabase.word())
        }
        Some(need) if !need.atlassian.is_empty() => "its Jira and wiki".to_owned(),
        // what every project of its own needs
        _ if wanted.strategy != Strategy::Schema => format!("strategy {}", wanted.strategy),
        _ => "every instance".to_owned(),
    }
}

/// What a token says of itself, without being one that could be used.
#[derive(Default)]
pub struct Token {
    /// "anon, this project, until 2036-03-02".
    pub says: Option<String>,
    /// It has expired.
    pub over: Option<Remark>,
}

pub fn token(value: &str, whose: Whose<'_>, now: i64) -> Token {
    let Some(claims) = jwt::claims(value) else {
        let says = match value {
            v if v.starts_with("sb_publishable_") => Some("publishable key".to_owned()),
            v if v.starts_with("sb_secret_") => Some("secret key".to_owned()),
            _ => None,
        };
        return Token { says, over: None };
    };
    let role = claims.role.filter(|role| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        role.len() <= 24 && role.chars().all(plain)
    });
    let whose = match (whose, claims.reference) {
        (Whose::Own, _) => Some("this project".to_owned()),
        (_, Some(_)) => Some("a project that isn't known here".to_owned()),
        (_, None) => None,
    };
    let day = |at: i64| {
        let at = Timestamp::from_second(at).ok()?;
        Some(at.strftime("%Y-%m-%d").to_string())
    };
    let end = claims.expires.and_then(day);
    let over = claims.expires.is_some_and(|at| at <= now);
    let until = end.as_ref().map(|day| format!("until {day}"));
    let parts: Vec<String> = [role, whose, until].into_iter().flatten().collect();
    Token {
        says: (!parts.is_empty()).then(|| parts.join(", ")),
        over: over.then(|| {
            let day = end.unwrap_or_else(|| "long ago".into());
            remark(
                Weight::Bad,
                format!("expired {day}"),
                format!("E304 This token has expired ({day}): whatever reads it is turned away."),
            )
        }),
    }
}
