//! What a clone made of a Supabase project beside its database: the report's parts on its sign-in
//! and on its edge functions.

use serde::{Deserialize, Serialize};

use super::human;
use super::reference::Leftover;
use super::report::push_left;

/// The part that says what became of the settings of the sign-in.
pub const AUTH: &str = "auth";
/// The part that says what became of the edge functions.
pub const FUNCTIONS: &str = "functions";

/// Something with the reason for what was done about it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Noted {
    pub what: String,
    pub why: String,
}

/// The settings of the sign-in, and their copy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SignInChanges {
    /// Who can sign in to the clone, where its Auth API says so.
    pub users: Option<u64>,
    /// Settings that were compared.
    pub settings: u64,
    /// Names of those that were set, because the target had another value.
    pub set: Vec<String>,
    /// Names of those whose value names the target now.
    pub rewritten: Vec<String>,
    /// What would act outside, and is off in the clone until its owner turns it on.
    pub held: Vec<Noted>,
    /// Names of settings that hold a secret, which no API gives.
    pub secrets: Vec<String>,
    /// Settings that the target didn't take, with what the service says.
    pub refused: Vec<Noted>,
    /// Names of settings that were taken and yet are others now.
    pub differ: Vec<String>,
    pub left: Vec<Leftover>,
}

/// The edge functions, and their copies.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FunctionChanges {
    /// Those that are equal on both sides.
    pub functions: Vec<FunctionCopy>,
    /// Those that the service doesn't give.
    pub not_carried: Vec<Noted>,
    /// Names of secrets that the source has and the target lacks: no API gives their values.
    pub secrets: Vec<String>,
    pub left: Vec<Leftover>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FunctionCopy {
    pub slug: String,
    pub files: u64,
    pub bytes: u64,
    /// SHA-256 over the paths and contents of its files, in hexadecimal: the same on both sides.
    pub sha256: String,
}

impl SignInChanges {
    pub(super) fn lines(&self) -> Vec<String> {
        let users = self.users.map_or(String::new(), |n| {
            format!("{n} {}, ", human::plural(n, "user", "users"))
        });
        let mut out = vec![format!(
            "Sign-in: {users}{} {} compared, {} set",
            self.settings,
            human::plural(self.settings, "setting", "settings"),
            self.set.len()
        )];
        for (label, names) in [
            ("set", &self.set),
            ("rewritten", &self.rewritten),
            ("not as it was set", &self.differ),
        ] {
            if !names.is_empty() {
                out.push(format!("  {label}: {}", names.join(", ")));
            }
        }
        for one in &self.held {
            out.push(format!("  held: {}: {}", one.what, one.why));
        }
        for one in &self.refused {
            out.push(format!("  not taken: {}: {}", one.what, one.why));
        }
        if !self.secrets.is_empty() {
            out.push(format!(
                "  secrets to set in the project's settings: {}",
                self.secrets.join(", ")
            ));
        }
        push_left(&mut out, &self.left, 0);
        out
    }
}

impl FunctionChanges {
    pub(super) fn lines(&self) -> Vec<String> {
        let n = self.functions.len() as u64;
        let mut out = vec![format!(
            "Functions: {n} {}, equal",
            human::plural(n, "function", "functions")
        )];
        for one in &self.functions {
            out.push(format!(
                "  {:<40} {} {}, {}",
                one.slug,
                one.files,
                human::plural(one.files, "file", "files"),
                human::bytes(one.bytes)
            ));
        }
        for one in &self.not_carried {
            out.push(format!("  not carried: {}: {}", one.what, one.why));
        }
        if !self.secrets.is_empty() {
            out.push(format!("  {}", secrets_to_set(&self.secrets)));
        }
        push_left(&mut out, &self.left, 0);
        out
    }
}

/// `secrets to set: A, B (values can't be read: supabase secrets set NAME=VALUE)`
pub fn secrets_to_set(names: &[String]) -> String {
    format!(
        "secrets to set: {} (no API gives their values; set them with: supabase secrets set NAME=VALUE --project-ref REF)",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reference::Reason;

    #[test]
    fn the_sign_in_reads_like_a_report() {
        let changes = SignInChanges {
            users: Some(4),
            settings: 237,
            set: vec!["jwt_exp".into(), "site_url".into()],
            rewritten: vec!["site_url".into()],
            held: vec![Noted {
                what: "smtp_host".into(),
                why: "the clone would send e-mail".into(),
            }],
            secrets: vec!["smtp_pass".into()],
            ..SignInChanges::default()
        };
        assert_eq!(
            changes.lines().join("\n"),
            "Sign-in: 4 users, 237 settings compared, 2 set\n  \
             set: jwt_exp, site_url\n  \
             rewritten: site_url\n  \
             held: smtp_host: the clone would send e-mail\n  \
             secrets to set in the project's settings: smtp_pass\n  \
             nothing names the source any more"
        );
    }

    #[test]
    fn functions_read_like_a_report() {
        let changes = FunctionChanges {
            functions: vec![FunctionCopy {
                slug: "entrega".into(),
                files: 1,
                bytes: 512,
                sha256: "00".into(),
            }],
            secrets: vec!["MAIL_KEY".into()],
            left: vec![Leftover {
                place: "function entrega: index.ts:3".into(),
                row: None,
                names: "project ref".into(),
                reason: Reason::Definition("edge function".into()),
            }],
            ..FunctionChanges::default()
        };
        let text = changes.lines().join("\n");
        assert!(
            text.starts_with("Functions: 1 function, equal\n  entrega"),
            "{text}"
        );
        assert!(text.contains("secrets to set: MAIL_KEY (no API"), "{text}");
        assert!(
            text.ends_with("edge function: change it yourself"),
            "{text}"
        );
    }
}
