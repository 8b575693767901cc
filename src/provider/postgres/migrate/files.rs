//! Where migrations come from: a folder, or the program itself.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::error::{Context, Error, Kind, Result};

/// One file of SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migration {
    /// The number in front of the file's name (`20260105090000` of `20260105090000_tables.sql`),
    /// or the whole name where there is none. Unique in a list.
    pub version: String,
    /// The rest of the file's name, without `.sql`.
    pub name: String,
    /// The file as a person would look for it; used in messages.
    pub file: String,
    pub sql: String,
}

impl Migration {
    /// Takes version and name from a file's name.
    pub fn new(file_name: &str, file: impl Into<String>, sql: impl Into<String>) -> Migration {
        let stem = file_name.strip_suffix(".sql").unwrap_or(file_name);
        let (version, name) = match stem.split_once('_') {
            Some((number, rest))
                if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) =>
            {
                (number, rest)
            }
            _ => (stem, stem),
        };
        Migration {
            version: version.to_owned(),
            name: name.to_owned(),
            file: file.into(),
            sql: sql.into(),
        }
    }
}

macro_rules! embedded_files {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../assets/migrations/", $name)))),*]
    };
}

/// The migrations that are part of the program: the tables every instance has.
pub fn embedded() -> Vec<Migration> {
    let files = embedded_files![
        "20260105090000_extensions.sql",
        "20260105090100_tables.sql",
        "20260105090200_functions.sql",
        "20260105090300_policies.sql",
    ];
    files
        .into_iter()
        .map(|(name, sql)| Migration::new(name, format!("built-in {name}"), sql))
        .collect()
}

/// The `*.sql` files of a folder, in the order of their names.
///
/// # Errors
/// `Kind::NotFound` when the folder isn't there, `Kind::Io` when a file can't be read,
/// `Kind::Parse` when one isn't UTF-8, `Kind::Conflict` when two have the same version.
pub fn from_dir(folder: &Path) -> Result<Vec<Migration>> {
    let entries = fs::read_dir(folder).map_err(|error| {
        let kind = if error.kind() == std::io::ErrorKind::NotFound {
            Kind::NotFound
        } else {
            Kind::Io
        };
        Error::new(
            kind,
            format!(
                "The migrations folder {} cannot be read: {error}.",
                folder.display()
            ),
        )
    })?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.context(Kind::Io, || format!("Cannot list {}", folder.display()))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".sql") && !name.starts_with('.') && entry.path().is_file() {
            names.push(name);
        }
    }
    names.sort();
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    let mut migrations = Vec::new();
    for name in names {
        let path = folder.join(&name);
        let bytes =
            fs::read(&path).context(Kind::Io, || format!("Cannot read {}", path.display()))?;
        let sql = String::from_utf8(bytes).map_err(|_| {
            Error::new(
                Kind::Parse,
                format!("The migration {} is not UTF-8 text.", path.display()),
            )
        })?;
        let sql = sql.strip_prefix('\u{FEFF}').unwrap_or(&sql);
        let migration = Migration::new(&name, path.display().to_string(), sql);
        if let Some(other) = seen.insert(migration.version.clone(), name.clone()) {
            return Err(Error::new(
                Kind::Conflict,
                format!(
                    "The migrations {other} and {name} in {} have the same version, {}.",
                    folder.display(),
                    migration.version
                ),
            )
            .hint("Give one of the files another number."));
        }
        migrations.push(migration);
    }
    Ok(migrations)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_as_the_supabase_command_line_cuts_them() {
        let one = Migration::new("20260105_add_table.sql", "x", "");
        assert_eq!(
            (one.version.as_str(), one.name.as_str()),
            ("20260105", "add_table")
        );
        let two = Migration::new("init.sql", "x", "");
        assert_eq!((two.version.as_str(), two.name.as_str()), ("init", "init"));
    }

    #[test]
    fn a_folder_is_read_in_order_and_double_versions_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["2_b.sql", "1_a.sql", "notes.md", ".hidden.sql"] {
            fs::write(folder.path().join(name), "select 1").unwrap();
        }
        let list = from_dir(folder.path()).unwrap();
        let names: Vec<&str> = list.iter().map(|m| m.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        fs::write(folder.path().join("1_c.sql"), "").unwrap();
        let error = from_dir(folder.path()).unwrap_err();
        assert!(error.message.contains("1_a.sql and 1_c.sql"), "{error}");
        let error = from_dir(&folder.path().join("nowhere")).unwrap_err();
        assert_eq!(error.kind, Kind::NotFound);
    }

    #[test]
    fn the_built_in_files_are_in_order_and_not_empty() {
        let list = embedded();
        assert!(
            list.windows(2)
                .all(|pair| pair[0].version < pair[1].version)
        );
        assert!(list.iter().all(|m| !m.sql.trim().is_empty()));
    }
}
