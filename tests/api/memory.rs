//! Databases that are only names: enough for tests of projects' states.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use matriz::error::{Error, Kind, Result};
use matriz::sandbox::api::{DatabaseAddress, ProjectDatabases};
use serde_json::{Value, json};

#[derive(Default)]
pub struct Memory {
    /// Reference, and whether it is running.
    databases: Mutex<BTreeMap<String, bool>>,
    /// How many creations still fail.
    pub failing: AtomicU32,
    pub created: AtomicU32,
}

impl Memory {
    pub fn names(&self) -> Vec<String> {
        self.databases.lock().unwrap().keys().cloned().collect()
    }

    fn set(&self, reference: &str, running: bool) -> Result<()> {
        match self.databases.lock().unwrap().get_mut(reference) {
            Some(state) => *state = running,
            None => return Err(Error::not_found("No such database.")),
        }
        Ok(())
    }
}

#[async_trait]
impl ProjectDatabases for Memory {
    async fn create(&self, reference: &str, password: &str) -> Result<()> {
        assert!(!password.is_empty());
        let failing = self.failing.load(Ordering::SeqCst);
        if failing > 0 {
            self.failing.store(failing - 1, Ordering::SeqCst);
            return Err(Error::new(Kind::Database, "No space left."));
        }
        self.created.fetch_add(1, Ordering::SeqCst);
        self.databases
            .lock()
            .unwrap()
            .insert(reference.into(), true);
        Ok(())
    }

    async fn drop(&self, reference: &str) -> Result<()> {
        self.databases.lock().unwrap().remove(reference);
        Ok(())
    }

    async fn pause(&self, reference: &str) -> Result<()> {
        self.set(reference, false)
    }

    async fn resume(&self, reference: &str) -> Result<()> {
        self.set(reference, true)
    }

    async fn query(&self, _: &str, sql: &str, _: &[Value], _: bool) -> Result<Vec<Value>> {
        match sql.contains("server_version") {
            true => Ok(vec![json!({ "version": "17.6" })]),
            false => Err(Error::new(Kind::Database, "ERROR: only names here")),
        }
    }

    async fn set_password(&self, _: &str, _: &str) -> Result<()> {
        Ok(())
    }

    async fn connection(&self, reference: &str) -> Result<DatabaseAddress> {
        Ok(DatabaseAddress {
            host: "127.0.0.1".into(),
            port: 5432,
            user: format!("postgres.{reference}"),
            database: "postgres".into(),
        })
    }

    async fn login_role(&self, _: &str, _: &str, _: &str, _: bool, _: u64) -> Result<()> {
        Ok(())
    }

    async fn healthy(&self, reference: &str) -> Result<bool> {
        Ok(self.databases.lock().unwrap().get(reference) == Some(&true))
    }
}
