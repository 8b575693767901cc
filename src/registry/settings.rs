//! Small values by name, for the workspace as a whole.

use rusqlite::OptionalExtension;

use crate::error::Result;

use super::Registry;

impl Registry {
    pub fn setting(&self, name: &str) -> Result<Option<String>> {
        self.read(|c| {
            Ok(
                c.prepare_cached("SELECT value FROM setting WHERE name = ?1")?
                    .query_row([name], |row| row.get(0))
                    .optional()?,
            )
        })
    }

    pub fn set_setting(&self, name: &str, value: &str) -> Result<()> {
        self.write(|tx| {
            tx.prepare_cached(
                "INSERT INTO setting(name, value) VALUES (?1, ?2)
                 ON CONFLICT(name) DO UPDATE SET value = excluded.value",
            )?
            .execute([name, value])?;
            Ok(())
        })
    }

    pub fn remove_setting(&self, name: &str) -> Result<()> {
        self.write(|tx| {
            tx.execute("DELETE FROM setting WHERE name = ?1", [name])?;
            Ok(())
        })
    }
}
