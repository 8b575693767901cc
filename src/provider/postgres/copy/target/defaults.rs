//! Default rights of the target's role. While the copy makes objects there must be none, or every
//! object would be more open than in the source; the source's own are set at the end.

use std::collections::BTreeMap;

use crate::error::Result;
use crate::provider::postgres::copy::session::{Session, get};
use crate::provider::postgres::copy::sql::quote::ident;

/// One row of `pg_default_acl`, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultRights {
    role: String,
    /// `None`: in every schema, in place of the built-in rights.
    schema: Option<String>,
    /// `TABLES`, `SEQUENCES`, `FUNCTIONS`, `TYPES`, `SCHEMAS`.
    objects: String,
    /// By grantee (`None` for `PUBLIC`): the right, and whether it may be passed on.
    grants: BTreeMap<Option<String>, Vec<(String, bool)>>,
}

const READ: &str = "SELECT pg_catalog.pg_get_userbyid(d.defaclrole)::text, n.nspname::text, d.defaclobjtype::text,
   a.grantee <> 0, pg_catalog.pg_get_userbyid(a.grantee)::text, a.privilege_type, a.is_grantable, d.oid::int8
 FROM pg_catalog.pg_default_acl d
 LEFT JOIN pg_catalog.pg_namespace n ON n.oid = d.defaclnamespace
 LEFT JOIN LATERAL pg_catalog.aclexplode(d.defaclacl) a ON true
 WHERE d.defaclrole = (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = current_user)
 ORDER BY d.oid";

/// The default rights of the role that we are.
pub async fn read(session: &Session) -> Result<Vec<DefaultRights>> {
    let rows = session
        .query(READ, &[], "Reading the default rights")
        .await?;
    let mut out: Vec<(i64, DefaultRights)> = Vec::new();
    for row in &rows {
        let id: i64 = get(row, 7)?;
        if out.last().is_none_or(|(last, _)| *last != id) {
            out.push((
                id,
                DefaultRights {
                    role: get(row, 0)?,
                    schema: get(row, 1)?,
                    objects: kind(&get::<String>(row, 2)?).to_owned(),
                    grants: BTreeMap::new(),
                },
            ));
        }
        let right: Option<String> = get(row, 5)?;
        let (Some(right), Some((_, entry))) = (right, out.last_mut()) else {
            continue;
        };
        let named: bool = get(row, 3)?;
        let grantee = if named {
            Some(get::<String>(row, 4)?)
        } else {
            None
        };
        let passed_on: bool = get(row, 6)?;
        entry
            .grants
            .entry(grantee)
            .or_default()
            .push((right, passed_on));
    }
    Ok(out.into_iter().map(|(_, rights)| rights).collect())
}

fn kind(letter: &str) -> &'static str {
    match letter {
        "r" => "TABLES",
        "S" => "SEQUENCES",
        "f" => "FUNCTIONS",
        "T" => "TYPES",
        _ => "SCHEMAS",
    }
}

impl DefaultRights {
    /// The schema that it is for; `None` for all.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    fn head(&self) -> String {
        let schema = match &self.schema {
            Some(schema) => format!(" IN SCHEMA {}", ident(schema)),
            None => String::new(),
        };
        format!(
            "ALTER DEFAULT PRIVILEGES FOR ROLE {}{schema}",
            ident(&self.role)
        )
    }

    fn grantee(name: &Option<String>) -> String {
        name.as_deref().map_or_else(|| "PUBLIC".to_owned(), ident)
    }

    /// What PUBLIC gets where nobody said anything (`acldefault` in `utils/adt/acl.c`).
    fn built_in(&self) -> Option<&'static str> {
        match (&self.schema, self.objects.as_str()) {
            (None, "FUNCTIONS") => Some("EXECUTE"),
            (None, "TYPES") => Some("USAGE"),
            _ => None,
        }
    }

    /// Statements after which this row says nothing any more.
    pub fn take_away(&self) -> Vec<String> {
        let (head, objects) = (self.head(), &self.objects);
        let mut out: Vec<String> = self
            .grants
            .keys()
            .map(|who| format!("{head} REVOKE ALL ON {objects} FROM {}", Self::grantee(who)))
            .collect();
        if self.schema.is_none() {
            out.push(format!(
                "{head} GRANT ALL ON {objects} TO {}",
                ident(&self.role)
            ));
        }
        if let Some(right) = self.built_in() {
            out.push(format!("{head} GRANT {right} ON {objects} TO PUBLIC"));
        }
        out
    }

    /// Statements that make this row again.
    pub fn bring_back(&self) -> Vec<String> {
        let (head, objects) = (self.head(), &self.objects);
        let mut out = Vec::new();
        if self.schema.is_none() {
            out.push(format!(
                "{head} REVOKE ALL ON {objects} FROM {}",
                ident(&self.role)
            ));
        }
        if self.built_in().is_some() {
            out.push(format!("{head} REVOKE ALL ON {objects} FROM PUBLIC"));
        }
        for (who, rights) in &self.grants {
            for (right, passed_on) in rights {
                let option = if *passed_on { " WITH GRANT OPTION" } else { "" };
                out.push(format!(
                    "{head} GRANT {right} ON {objects} TO {}{option}",
                    Self::grantee(who)
                ));
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn taking_away_and_bringing_back_name_the_same_row() {
        let rights = DefaultRights {
            role: "postgres".into(),
            schema: Some("public".into()),
            objects: "TABLES".into(),
            grants: BTreeMap::from([(Some("anon".into()), vec![("SELECT".into(), false)])]),
        };
        assert_eq!(
            rights.take_away(),
            [
                "ALTER DEFAULT PRIVILEGES FOR ROLE \"postgres\" IN SCHEMA \"public\" REVOKE ALL ON TABLES FROM \"anon\""
            ]
        );
        assert_eq!(
            rights.bring_back(),
            [
                "ALTER DEFAULT PRIVILEGES FOR ROLE \"postgres\" IN SCHEMA \"public\" GRANT SELECT ON TABLES TO \"anon\""
            ]
        );
        let everywhere = DefaultRights {
            schema: None,
            objects: "FUNCTIONS".into(),
            ..rights
        };
        assert!(
            everywhere
                .take_away()
                .last()
                .unwrap()
                .ends_with("GRANT EXECUTE ON FUNCTIONS TO PUBLIC")
        );
    }
}
