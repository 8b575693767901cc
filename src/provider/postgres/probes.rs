//! What a project's database has to be like, asked in the words of SQL. Nothing is written: each
//! question is a `SELECT` in a transaction that may only read.
//!
//! Roles, schemas and attributes as Supabase's guides and its image of Postgres have them (2026);
//! the program makes schemas and roles (strategy `schema`), reads rows past their policies, and
//! copies under a snapshot, which a pooler in transaction mode can't hold.

use crate::domain::probe::{Outcome, ProbeFinding};
use crate::provider::postgres::connect::{ConnectOptions, Connection, connect};
use crate::provider::postgres::explain;
use crate::provider::postgres::find::{Search, pg_dump_for};
use crate::provider::postgres::url::DatabaseUrl;

/// A question whose answer is one text, and whether that is as expected.
pub struct Question {
    pub name: &'static str,
    pub why: &'static str,
    pub asked: &'static str,
    /// Gives one column of text in one row.
    sql: &'static str,
    pub expected: &'static str,
    fits: fn(&str) -> bool,
}

const QUESTIONS: [Question; 9] = [
    Question {
        name: "version",
        why: "pg_dump has to be of the same version or newer, and the copy knows these",
        asked: "the server's version",
        sql: "SELECT current_setting('server_version')",
        expected: "Postgres 15 to 18",
        fits: |version| {
            let major = version
                .split(['.', ' '])
                .next()
                .and_then(|v| v.parse().ok());
            major.is_some_and(|major: u32| (15..=18).contains(&major))
        },
    },
    Question {
        name: "role",
        why: "the role makes roles and schemas, and reads every row",
        asked: "what the role of the address may do",
        sql: "SELECT concat_ws(' ', CASE WHEN rolcreaterole THEN 'createrole' END,
                CASE WHEN rolcreatedb THEN 'createdb' END,
                CASE WHEN rolbypassrls THEN 'bypassrls' END,
                CASE WHEN rolsuper THEN 'superuser' END)
              FROM pg_catalog.pg_roles WHERE rolname = current_user",
        expected: "createrole and bypassrls (or superuser)",
        fits: |may| {
            let has = |word: &str| may.split(' ').any(|w| w == word);
            has("superuser") || (has("createrole") && has("bypassrls"))
        },
    },
    Question {
        name: "replica_role",
        why: "a copy writes rows without firing the target's triggers",
        asked: "whether the role may set session_replication_role",
        sql: "SELECT CASE WHEN current_setting('server_version_num')::int < 150000 THEN 'true'
              ELSE has_parameter_privilege('session_replication_role', 'SET')::text END",
        expected: "true",
        fits: |may| may == "true",
    },
    Question {
        name: "roles",
        why: "policies and grants name these roles",
        asked: "the roles that every project has",
        sql: "SELECT coalesce(string_agg(rolname, ' ' ORDER BY rolname), '')
              FROM pg_catalog.pg_roles WHERE rolname IN ('anon', 'authenticated', 'authenticator',
                'postgres', 'service_role', 'supabase_auth_admin', 'supabase_storage_admin')",
        expected: "anon authenticated authenticator postgres service_role supabase_auth_admin supabase_storage_admin",
        fits: |roles| roles.split(' ').count() == 7,
    },
    Question {
        name: "schemas",
        why: "these are the service's own: a copy fills them, and makes none of them",
        asked: "the schemas that every project has",
        sql: "SELECT coalesce(string_agg(nspname, ' ' ORDER BY nspname), '')
              FROM pg_catalog.pg_namespace
              WHERE nspname IN ('auth', 'extensions', 'public', 'storage')",
        expected: "auth extensions public storage",
        fits: |schemas| schemas == "auth extensions public storage",
    },
    Question {
        name: "vector",
        why: "every instance has columns of vectors",
        asked: "the extension vector",
        sql: "SELECT coalesce((SELECT 'installed ' || extversion FROM pg_catalog.pg_extension
                WHERE extname = 'vector'),
              (SELECT 'available ' || default_version FROM pg_catalog.pg_available_extensions
                WHERE name = 'vector'), 'missing')",
        expected: "installed or available",
        fits: |said| said != "missing",
    },
    Question {
        name: "users",
        why: "a clone's users keep their ids and password hashes",
        asked: "the columns of auth.users that a sign-in needs",
        sql: "SELECT coalesce(string_agg(attname, ' ' ORDER BY attname), '')
              FROM pg_catalog.pg_attribute
              WHERE attrelid = to_regclass('auth.users') AND NOT attisdropped
                AND attname IN ('id', 'email', 'encrypted_password')",
        expected: "email encrypted_password id",
        fits: |columns| columns == "email encrypted_password id",
    },
    Question {
        name: "snapshot",
        why: "a copy reads all tables as they were at one moment",
        asked: "whether a snapshot can be exported (session mode)",
        sql: "SELECT CASE WHEN pg_catalog.pg_export_snapshot() <> '' THEN 'exported' END",
        expected: "exported",
        fits: |said| said == "exported",
    },
    Question {
        name: "connections",
        why: "a copy opens several at once",
        asked: "how many connections the server allows",
        sql: "SELECT current_setting('max_connections')",
        expected: "10 or more",
        fits: |count| count.parse::<u32>().is_ok_and(|count| count >= 10),
    },
];

/// Asks the database, and looks on this machine for a `pg_dump` that fits. `secrets` in the address
/// are never told.
pub async fn run(
    url: &DatabaseUrl,
    search: Option<&Search>,
    tell: &mut (dyn FnMut(ProbeFinding) + Send),
) {
    let mut finding = finding(
        "connect",
        "everything about rows and schemas",
        "a login at the address in the .env",
        "a session",
    );
    let options = ConnectOptions::named("matriz doctor");
    let connection = match connect(url, &options).await {
        Ok(connection) => connection,
        Err(error) => {
            finding.outcome = Outcome::Refused;
            "no session".clone_into(&mut finding.came);
            finding.differences.push(error.message);
            finding.notes.extend(error.hint);
            return tell(finding);
        }
    };
    finding.outcome = Outcome::Ok;
    "a session".clone_into(&mut finding.came);
    tell(finding);
    for question in &QUESTIONS {
        tell(ask(&connection, question).await);
    }
    let major = connection.server_major();
    connection.close().await;
    tell(dump(search, major).await);
}

fn finding(name: &str, why: &str, asked: &str, expected: &str) -> ProbeFinding {
    ProbeFinding {
        service: "Postgres".to_owned(),
        name: name.to_owned(),
        asked: asked.to_owned(),
        why: why.to_owned(),
        expected: vec![expected.to_owned()],
        came: String::new(),
        outcome: Outcome::Skipped,
        differences: Vec::new(),
        notes: Vec::new(),
    }
}

async fn ask(connection: &Connection, question: &Question) -> ProbeFinding {
    let Question {
        name,
        why,
        asked,
        sql,
        expected,
        fits,
    } = question;
    let mut found = finding(name, why, asked, expected);
    match answer(connection, sql).await {
        Ok(said) => {
            found.outcome = match fits(&said) {
                true => Outcome::Ok,
                false => Outcome::Differs,
            };
            if found.outcome == Outcome::Differs {
                found
                    .differences
                    .push(format!("it is \"{said}\"; {expected} is expected"));
            }
            found.came = said;
        }
        Err(error) => {
            found.outcome = Outcome::Refused;
            "an error".clone_into(&mut found.came);
            found
                .differences
                .push(explain::statement(error, "Asking").message);
        }
    }
    found
}

/// In a transaction that may only read; it's ended whatever came.
async fn answer(connection: &Connection, sql: &str) -> Result<String, tokio_postgres::Error> {
    connection
        .batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        .await?;
    let row = connection.query_one(sql, &[]).await;
    let ended = connection.batch_execute("ROLLBACK").await;
    let said: Option<String> = row?.get(0);
    ended?;
    Ok(said.unwrap_or_default())
}

async fn dump(search: Option<&Search>, major: u32) -> ProbeFinding {
    let expected = format!("pg_dump {major} or newer");
    let mut found = finding(
        "pg_dump",
        "reads the schema that is copied",
        "the programs on this machine",
        &expected,
    );
    let there = match search {
        Some(search) => pg_dump_for(search, major).await,
        None => return found,
    };
    match there {
        Ok(postgres) => {
            found.outcome = Outcome::Ok;
            found.came = postgres.label();
        }
        Err(error) => {
            found.outcome = Outcome::Differs;
            "none that fits".clone_into(&mut found.came);
            found.differences.push(error.message);
            found.notes.extend(error.hint);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(name: &str, said: &str) -> bool {
        let question = QUESTIONS.iter().find(|q| q.name == name).unwrap();
        (question.fits)(said)
    }

    #[test]
    fn answers_are_told_from_others() {
        for (name, good, bad) in [
            ("version", "17.6 (Ubuntu 17.6-1)", "14.2"),
            (
                "role",
                "createrole createdb bypassrls",
                "createrole createdb",
            ),
            ("role", "superuser", ""),
            ("schemas", "auth extensions public storage", "auth public"),
            ("vector", "available 0.8.0", "missing"),
            ("connections", "60", "5"),
        ] {
            assert!(fits(name, good), "{name}");
            assert!(!fits(name, bad), "{name}");
        }
    }
}
