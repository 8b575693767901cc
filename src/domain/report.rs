//! What a job did, kept when it's over: `matriz jobs show ID --report`.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::held::{self, HELD, Held};
use super::human;
use super::job::JobView;
use super::reference::Leftover;
use super::report_confluence::{CONFLUENCE, SpaceChanges};
use super::report_jira::{JIRA, JiraChanges};
use super::report_project::{AUTH, FUNCTIONS, FunctionChanges, SignInChanges};
use super::report_storage::{STORAGE, StorageChanges};

/// The part that says what was rewritten in the target's database.
pub const DATABASE: &str = "references.database";
/// The part that says what was rewritten in the target's files.
pub const FILES: &str = "references.files";

/// A job and what its steps had to say.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct JobReport {
    pub job: JobView,
    pub parts: Vec<ReportPart>,
}

impl JobReport {
    /// As a person reads it.
    pub fn lines(&self) -> Vec<String> {
        let (title, word) = (self.job.title(), self.job.state.word());
        let mut lines = vec![format!("{} {title} · {word}", self.job.id)];
        lines.extend(self.job.summary.clone());
        for part in &self.parts {
            lines.push(String::new());
            lines.extend(part.lines());
        }
        if self.parts.is_empty() {
            lines.push("It has nothing to report.".to_owned());
        }
        lines
    }
}

/// What one step had to say: its shape is the step's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportPart {
    pub name: String,
    pub data: Value,
}

/// What the second pass made of a database.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DatabaseChanges {
    /// Tables that were looked at.
    pub looked_at: u64,
    /// Tables in which something was rewritten, by name.
    pub tables: Vec<TableChanges>,
    /// Materialised views that were filled again because they held what was rewritten.
    #[serde(default)]
    pub refreshed: Vec<String>,
    pub left: Vec<Leftover>,
    /// Leftovers beyond those that are listed.
    #[serde(default)]
    pub unlisted: u64,
}

/// One table's values that were rewritten, and no others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TableChanges {
    /// `public.posts`.
    pub table: String,
    pub columns: Vec<ColumnChanges>,
    pub rows: Vec<RowChange>,
    /// Rows beyond those that are listed.
    #[serde(default)]
    pub unlisted: u64,
    /// Columns that the database computes from others, so that they may have followed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub computed: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ColumnChanges {
    pub column: String,
    /// Values that differ now.
    pub values: u64,
    /// References in them.
    pub references: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RowChange {
    /// The primary key (`id=5`), rewritten itself; none where the table has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<String>,
    pub columns: Vec<String>,
}

/// What the second pass made of an instance's files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileChanges {
    pub files: Vec<FileChange>,
    pub left: Vec<Leftover>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct FileChange {
    /// Below the instance's folder.
    pub file: String,
    pub references: u64,
}

impl DatabaseChanges {
    pub fn values(&self) -> u64 {
        let columns = self.tables.iter().flat_map(|t| &t.columns);
        columns.map(|c| c.values).sum()
    }

    pub fn left_over(&self) -> u64 {
        self.left.len() as u64 + self.unlisted
    }

    fn lines(&self) -> Vec<String> {
        let tables = human::plural(self.looked_at, "table", "tables");
        let mut out = vec![format!(
            "Database: {} {tables} looked at, {} {} rewritten",
            self.looked_at,
            self.values(),
            human::plural(self.values(), "value", "values")
        )];
        for table in &self.tables {
            for column in &table.columns {
                let place = format!("{}.{}", table.table, column.column);
                out.push(format!(
                    "  {place:<40} {} {}, {} {}",
                    column.values,
                    human::plural(column.values, "value", "values"),
                    column.references,
                    human::plural(column.references, "reference", "references")
                ));
            }
            if !table.computed.is_empty() {
                let names = table.computed.join(", ");
                out.push(format!("  {}: computed anew: {names}", table.table));
            }
        }
        for view in &self.refreshed {
            out.push(format!("  {view}: filled again"));
        }
        push_left(&mut out, &self.left, self.unlisted);
        out
    }
}

impl FileChanges {
    fn lines(&self) -> Vec<String> {
        let total: u64 = self.files.iter().map(|f| f.references).sum();
        let mut out = vec![format!(
            "Files: {total} {} rewritten",
            human::plural(total, "reference", "references")
        )];
        for file in &self.files {
            out.push(format!("  {:<40} {}", file.file, file.references));
        }
        push_left(&mut out, &self.left, 0);
        out
    }
}

pub(super) fn push_left(out: &mut Vec<String>, left: &[Leftover], unlisted: u64) {
    if left.is_empty() && unlisted == 0 {
        out.push("  nothing names the source any more".to_owned());
    }
    for one in left {
        out.push(format!("  {}", one.line()));
    }
    if unlisted > 0 {
        out.push(format!("  and {unlisted} more"));
    }
}

impl ReportPart {
    /// As a person reads it.
    pub fn lines(&self) -> Vec<String> {
        let known = match self.name.as_str() {
            DATABASE => DatabaseChanges::deserialize(&self.data).map(|c| c.lines()),
            FILES => FileChanges::deserialize(&self.data).map(|c| c.lines()),
            CONFLUENCE => SpaceChanges::deserialize(&self.data).map(|c| c.lines()),
            HELD => Vec::<Held>::deserialize(&self.data).map(|all| held::lines(&all)),
            JIRA => JiraChanges::deserialize(&self.data).map(|c| c.lines()),
            AUTH => SignInChanges::deserialize(&self.data).map(|c| c.lines()),
            FUNCTIONS => FunctionChanges::deserialize(&self.data).map(|c| c.lines()),
            STORAGE => StorageChanges::deserialize(&self.data).map(|c| c.lines()),
            name => Ok(vec![format!("{name}: {}", self.data)]),
        };
        known.unwrap_or_else(|_| vec![format!("{}: {}", self.name, self.data)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reference::Reason;

    #[test]
    fn a_part_reads_like_a_report() {
        let changes = DatabaseChanges {
            looked_at: 3,
            tables: vec![TableChanges {
                table: "public.posts".into(),
                columns: vec![ColumnChanges {
                    column: "body".into(),
                    values: 2,
                    references: 3,
                }],
                ..TableChanges::default()
            }],
            left: vec![Leftover {
                place: "function public.f()".into(),
                row: None,
                names: "project ref".into(),
                reason: Reason::Definition("function body".into()),
            }],
            ..DatabaseChanges::default()
        };
        let part = ReportPart {
            name: DATABASE.into(),
            data: serde_json::to_value(&changes).unwrap(),
        };
        assert_eq!(
            part.lines().join("\n"),
            "Database: 3 tables looked at, 2 values rewritten\n  \
             public.posts.body                        2 values, 3 references\n  \
             function public.f() names the source's project ref: function body: change it yourself"
        );
        assert_eq!(DatabaseChanges::deserialize(&part.data).unwrap(), changes);
    }
}
