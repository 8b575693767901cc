//! What the target's role is and may do, and which roles there are.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::provider::postgres::copy::session::{Session, get};

#[derive(Debug, Clone, Default)]
pub struct Roles {
    pub current: String,
    pub superuser: bool,
    /// Every role of the server.
    pub all: HashSet<String>,
    /// Roles to which the current one may give objects (itself among them).
    pub grantable: HashSet<String>,
    /// Extensions in the database, with their version.
    pub installed: HashMap<String, String>,
    /// Extensions that the server could install, and whether a plain role may.
    pub available: HashMap<String, bool>,
    /// Schemas that are there.
    pub schemas: HashSet<String>,
}

impl Roles {
    pub async fn read(session: &Session) -> Result<Roles> {
        let doing = "Reading the roles and extensions";
        let (me, roles, installed, available, schemas) = tokio::try_join!(
            session.query(
                "SELECT current_user::text, rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user",
                &[],
                doing
            ),
            session.query(
                "SELECT rolname::text, pg_catalog.pg_has_role(oid, 'MEMBER') FROM pg_catalog.pg_roles",
                &[],
                doing
            ),
            session.query("SELECT extname::text, extversion FROM pg_catalog.pg_extension", &[], doing),
            session.query(
                "SELECT name::text, bool_or(trusted OR NOT superuser) FROM pg_catalog.pg_available_extension_versions GROUP BY name",
                &[],
                doing
            ),
            session.query("SELECT nspname::text FROM pg_catalog.pg_namespace", &[], doing),
        )?;
        let mut out = Roles::default();
        for row in &me {
            out.current = get(row, 0)?;
            out.superuser = get(row, 1)?;
        }
        for row in &roles {
            let name: String = get(row, 0)?;
            if get(row, 1)? {
                out.grantable.insert(name.clone());
            }
            out.all.insert(name);
        }
        for row in &installed {
            out.installed.insert(get(row, 0)?, get(row, 1)?);
        }
        for row in &available {
            out.available.insert(get(row, 0)?, get(row, 1)?);
        }
        for row in &schemas {
            out.schemas.insert(get(row, 0)?);
        }
        Ok(out)
    }

    /// Whether a role of this name is on the server; `PUBLIC` always is.
    pub fn exists(&self, role: &str) -> bool {
        role.eq_ignore_ascii_case("public") || self.all.contains(role)
    }
}
