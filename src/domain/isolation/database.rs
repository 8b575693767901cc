//! Which database an address leads to, whatever form it's written in.
//!
//! Supabase's forms are those of its own documentation
//! (<https://supabase.com/docs/guides/database/connecting-to-postgres>): the direct host
//! `db.REF.supabase.co`, and a pooler that many projects share, where the user is `ROLE.REF`.

use super::written::is_ref;

/// Where an address leads, and as whom. No password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabasePlace {
    /// In small letters; every name of this machine is `localhost`.
    pub host: String,
    pub port: u16,
    pub database: String,
    pub role: String,
    /// The project, where the address names one.
    pub project: Option<String>,
}

const PORT: u16 = 5432;

impl DatabasePlace {
    /// Reads `postgresql://USER:PASSWORD@HOST:PORT/DATABASE`; `None` where it's something else.
    pub fn parse(url: &str) -> Option<DatabasePlace> {
        let rest = url.trim();
        let rest = rest
            .strip_prefix("postgresql://")
            .or_else(|| rest.strip_prefix("postgres://"))?;
        let rest = rest.split(['?', '#']).next().unwrap_or(rest);
        let (login, place) = rest.rsplit_once('@').unwrap_or(("", rest));
        let user = login.split(':').next().unwrap_or_default();
        let (at, database) = place.split_once('/').unwrap_or((place, ""));
        let (host, port) = match at.rsplit_once(':') {
            Some((host, digits)) if !digits.ends_with(']') => (host, digits.parse().ok()?),
            _ => (at, PORT),
        };
        let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
        if host.is_empty() {
            return None;
        }
        let local = matches!(host.as_str(), "127.0.0.1" | "::1" | "localhost");
        let direct = host
            .strip_prefix("db.")
            .and_then(|rest| rest.split_once(".supabase."))
            .map(|(project, _)| project)
            .filter(|project| is_ref(project));
        let pooled = user
            .rsplit_once('.')
            .filter(|(_, project)| is_ref(project) && host.contains("pooler.supabase."));
        let (role, project) = match (pooled, direct) {
            (Some((role, project)), _) => (role, Some(project)),
            (None, Some(project)) => (user, Some(project)),
            // the sandbox names a project's database after it
            (None, None) => (user, Some(database).filter(|name| local && is_ref(name))),
        };
        Some(DatabasePlace {
            host: if local {
                "localhost".into()
            } else {
                host.clone()
            },
            port,
            database: if database.is_empty() { user } else { database }.to_owned(),
            role: role.to_owned(),
            project: project.map(str::to_owned),
        })
    }

    /// The same for every address of one database. The pooler's and the direct host's are one, as are
    /// the ports of both modes.
    pub fn identity(&self) -> String {
        match &self.project {
            Some(project) => format!("project {project}"),
            None => format!("{}:{}/{}", self.host, self.port, self.database),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REF: &str = "abcdefghijklmnopqrst";

    #[test]
    fn every_form_of_one_database_is_one() {
        let forms = [
            format!("postgresql://postgres:example@db.{REF}.supabase.co:5432/postgres"),
            format!(
                "postgres://postgres.{REF}:p%40ss@aws-0-sa-east-1.pooler.supabase.com:6543/postgres?pgbouncer=true"
            ),
            format!(
                "postgresql://postgres.{REF}:ex@mple/x@AWS-0-sa-east-1.pooler.supabase.com/postgres" // matriz:allow
            ),
        ];
        for form in forms {
            let place = DatabasePlace::parse(&form).unwrap();
            assert_eq!(place.identity(), format!("project {REF}"), "{form}");
            assert_eq!(place.role, "postgres");
        }
        let a = DatabasePlace::parse("postgres://u@127.0.0.1/acme").unwrap();
        let b = DatabasePlace::parse("postgresql://v:example@LOCALHOST:5432/acme").unwrap();
        assert_eq!(a.identity(), b.identity());
        assert_ne!(a.role, b.role);
        let other = DatabasePlace::parse("postgres://u@127.0.0.1:5433/acme").unwrap();
        assert_ne!(a.identity(), other.identity());
    }

    #[test]
    fn the_sandbox_and_other_texts() {
        let url = format!("postgresql://clone_1_abcdefgh:example@127.0.0.1:54321/{REF}");
        let place = DatabasePlace::parse(&url).unwrap();
        assert_eq!(place.project.as_deref(), Some(REF));
        assert_eq!(place.role, "clone_1_abcdefgh");
        for wrong in ["", "mysql://u@h/d", "postgres://", "postgres://u@h:x/d"] {
            assert_eq!(DatabasePlace::parse(wrong), None, "{wrong}");
        }
    }
}
