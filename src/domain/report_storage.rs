//! What a job's report says of files: `matriz jobs show ID --report`.

use serde::{Deserialize, Serialize};

use super::human;

/// The part's name.
pub const STORAGE: &str = "storage";
/// So many files that were left out are listed.
const LISTED: usize = 200;

/// What was made of a project's files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct StorageChanges {
    pub buckets: u64,
    /// Files that were copied, and compared with their source.
    pub files: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Files that were there already, with the same contents.
    #[serde(default)]
    pub there: u64,
    pub left: Vec<LeftOut>,
    /// Files that were left out beyond those that are listed.
    #[serde(default)]
    pub unlisted: u64,
    /// What else there is to know.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// A file that wasn't copied.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its bucket and its name.
    pub file: String,
    pub reason: String,
}

impl StorageChanges {
    pub fn leave_out(&mut self, file: String, reason: String) {
        match self.left.len() < LISTED {
            true => self.left.push(LeftOut { file, reason }),
            false => self.unlisted += 1,
        }
    }

    pub fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    pub fn left_out(&self) -> u64 {
        self.left.len() as u64 + self.unlisted
    }

    /// `8 files`; empty where there are none.
    pub fn words(&self) -> Option<String> {
        let files = self.files + self.there;
        (files > 0).then(|| format!("{files} {}", human::plural(files, "file", "files")))
    }

    pub fn lines(&self) -> Vec<String> {
        let mut out = vec![format!(
            "Storage: {} {} in {} {}, {}, each with the SHA-256 of its source",
            self.files,
            human::plural(self.files, "file", "files"),
            self.buckets,
            human::plural(self.buckets, "bucket", "buckets"),
            human::bytes(self.bytes)
        )];
        if self.there > 0 {
            out.push(format!(
                "  {} more were there already, the same",
                self.there
            ));
        }
        for left in &self.left {
            out.push(format!("  left out: {}: {}", left.file, left.reason));
        }
        if self.unlisted > 0 {
            out.push(format!("  and {} more", self.unlisted));
        }
        out.extend(self.notes.iter().map(|note| format!("  {note}")));
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_what_was_left_out_and_not_all_of_it() {
        let mut changes = StorageChanges {
            buckets: 2,
            files: 1,
            bytes: 2048,
            ..StorageChanges::default()
        };
        changes.leave_out("docs/a".into(), "it is gone".into());
        changes.note("as they are");
        changes.note("as they are");
        assert_eq!(
            changes.lines().join("\n"),
            "Storage: 1 file in 2 buckets, 2.0 kB, each with the SHA-256 of its source\n  \
             left out: docs/a: it is gone\n  as they are"
        );
        for n in 0..300 {
            changes.leave_out(format!("docs/{n}"), "x".into());
        }
        assert_eq!((changes.left.len(), changes.left_out()), (LISTED, 301));
        assert_eq!(changes.words().as_deref(), Some("1 file"));
    }
}
