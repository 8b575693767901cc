//! One project's database and its roles. Everything here may be run again after a crash.

use postgres_protocol::password::scram_sha_256;

use crate::error::{Error, Result};
use crate::provider::postgres::connect::Connection;
use crate::provider::postgres::explain;
use crate::provider::postgres::quote::ident;
use crate::sandbox::database::bootstrap::{TEMPLATE, batch};
use crate::sandbox::database::{gone, unknown};

/// The role that clients log in with.
pub fn owner(reference: &str) -> String {
    format!("postgres.{reference}")
}

/// A role that may log in for a while.
pub struct Login<'a> {
    pub role: &'a str,
    pub password: &'a str,
    pub read_only: bool,
    pub seconds: u64,
}

pub async fn create(admin: &Connection, reference: &str, password: &str) -> Result<()> {
    check(reference)?;
    let doing = format!("Cannot make the database of the project {reference}");
    for (role, acts_as, api) in [
        (owner(reference), "postgres", false),
        (format!("api.{reference}"), "postgres", true),
        (format!("read.{reference}"), "supabase_read_only_user", true),
    ] {
        role_acting_as(admin, &role, acts_as, &doing).await?;
        if api {
            batch(
                admin,
                &format!("grant matriz_api to {}", ident(&role)),
                &doing,
            )
            .await?;
        }
    }
    give_password(admin, &owner(reference), password, &doing).await?;
    let database = ident(reference);
    match state(admin, reference, &doing).await? {
        State::Whole => {}
        other => {
            if other == State::HalfDropped {
                batch(admin, &format!("drop database {database}"), &doing).await?;
            }
            let create = format!("create database {database} owner postgres template {TEMPLATE}");
            batch(admin, &create, &doing).await?;
        }
    }
    let owner = ident(&owner(reference));
    let (api, read) = (
        ident(&format!("api.{reference}")),
        ident(&format!("read.{reference}")),
    );
    let rest = format!(
        "revoke all on database {database} from public;
         grant connect, temporary on database {database} to {owner}, {api}, {read};
         alter database {database} set search_path to \"$user\", public, extensions;
         alter role {read} in database {database} set default_transaction_read_only to on"
    );
    batch(admin, &rest, &doing).await
}

/// Puts the database and its roles aside (see [`gone`]): all or nothing.
pub async fn drop(admin: &Connection, reference: &str) -> Result<()> {
    check(reference)?;
    let doing = format!("Cannot remove the database of the project {reference}");
    let mut roles = vec![
        owner(reference),
        format!("api.{reference}"),
        format!("read.{reference}"),
    ];
    roles.extend(login_roles(admin, reference, &doing).await?);
    match state(admin, reference, &doing).await? {
        State::Whole => {
            // it can't be renamed while anybody is in it
            allow_connections(admin, reference, false).await?;
            let mut there = Vec::new();
            for role in roles {
                if role_exists(admin, &role, &doing).await? {
                    there.push(role);
                }
            }
            return batch(admin, &gone::put_aside(reference, &there), &doing).await;
        }
        State::HalfDropped => {
            let drop = format!("drop database {}", ident(reference));
            batch(admin, &drop, &doing).await?;
        }
        State::Missing => {}
    }
    for role in roles {
        let drop = format!("drop role if exists {}", ident(&role));
        batch(admin, &drop, &doing).await?;
    }
    Ok(())
}

/// Closing also ends the connections that are there.
pub async fn allow_connections(admin: &Connection, reference: &str, allow: bool) -> Result<()> {
    check(reference)?;
    let doing = format!("Cannot pause or resume the database of the project {reference}");
    if state(admin, reference, &doing).await? != State::Whole {
        return Err(unknown(reference));
    }
    let database = ident(reference);
    batch(
        admin,
        &format!("alter database {database} allow_connections {allow}"),
        &doing,
    )
    .await?;
    if !allow {
        admin
            .execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1",
                &[&reference],
            )
            .await
            .map_err(|error| explain::statement(error, &doing))?;
    }
    Ok(())
}

pub async fn set_password(admin: &Connection, reference: &str, password: &str) -> Result<()> {
    check(reference)?;
    let doing = format!("Cannot set the password of the project {reference}");
    if state(admin, reference, &doing).await? != State::Whole {
        return Err(unknown(reference));
    }
    give_password(admin, &owner(reference), password, &doing).await
}

pub async fn login_role(admin: &Connection, reference: &str, login: &Login<'_>) -> Result<()> {
    check(reference)?;
    let doing = format!("Cannot make a login for the project {reference}");
    if state(admin, reference, &doing).await? != State::Whole {
        return Err(unknown(reference));
    }
    // A role that isn't a login of this project must keep what it is.
    let known = login_roles(admin, reference, &doing).await?;
    if role_exists(admin, login.role, &doing).await? && !known.iter().any(|r| r == login.role) {
        return Err(Error::refused(format!(
            "{} is a role already, and not a login of the project {reference}.",
            login.role
        )));
    }
    let acts_as = if login.read_only {
        "supabase_read_only_user"
    } else {
        "postgres"
    };
    role_acting_as(admin, login.role, acts_as, &doing).await?;
    give_password(admin, login.role, login.password, &doing).await?;
    let (role, database) = (ident(login.role), ident(reference));
    let read_only = if login.read_only { "on" } else { "off" };
    let until = admin
        .query_one(
            "select to_char(clock_timestamp() + $1 * interval '1 second', 'YYYY-MM-DD HH24:MI:SSOF')",
            &[&(login.seconds as f64)],
        )
        .await
        .map_err(|error| explain::statement(error, &doing))?;
    let until: String = until.get(0);
    let rest = format!(
        "alter role {role} valid until '{until}';
         alter role {role} in database {database} set default_transaction_read_only to {read_only};
         comment on role {role} is '{}';
         grant connect, temporary on database {database} to {role}",
        login_mark(reference)
    );
    batch(admin, &rest, &doing).await
}

/// Makes a role that, once logged in, is another: what it creates belongs to that one, and its own
/// membership gives it nothing elsewhere (`noinherit`), so that it can enter its database only.
async fn role_acting_as(admin: &Connection, role: &str, acts_as: &str, doing: &str) -> Result<()> {
    let name = ident(role);
    if !role_exists(admin, role, doing).await? {
        batch(admin, &format!("create role {name} login noinherit"), doing).await?;
    }
    let sql = format!("grant {acts_as} to {name}; alter role {name} set role to {acts_as}");
    batch(admin, &sql, doing).await
}

/// Sends the password's SCRAM verifier, so that the password itself never leaves this process.
async fn give_password(admin: &Connection, role: &str, password: &str, doing: &str) -> Result<()> {
    let verifier = scram_sha_256(password.as_bytes());
    let sql = format!("alter role {} password '{verifier}'", ident(role));
    batch(admin, &sql, doing).await
}

async fn role_exists(admin: &Connection, role: &str, doing: &str) -> Result<bool> {
    admin
        .query_opt("select from pg_roles where rolname = $1", &[&role])
        .await
        .map(|row| row.is_some())
        .map_err(|error| explain::statement(error, doing))
}

async fn login_roles(admin: &Connection, reference: &str, doing: &str) -> Result<Vec<String>> {
    let rows = admin
        .query(
            "select rolname from pg_roles where shobj_description(oid, 'pg_authid') = $1",
            &[&login_mark(reference)],
        )
        .await
        .map_err(|error| explain::statement(error, doing))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

fn login_mark(reference: &str) -> String {
    format!("login of the project {reference}")
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Missing,
    /// Removing it was interrupted: it can only be removed again.
    HalfDropped,
    Whole,
}

async fn state(admin: &Connection, reference: &str, doing: &str) -> Result<State> {
    let row = admin
        .query_opt(
            "select datconnlimit = -2 from pg_database where datname = $1",
            &[&reference],
        )
        .await
        .map_err(|error| explain::statement(error, doing))?;
    Ok(match row.map(|row| row.get::<_, bool>(0)) {
        None => State::Missing,
        Some(true) => State::HalfDropped,
        Some(false) => State::Whole,
    })
}

/// A reference becomes part of role names, which the server cuts at 63 bytes.
fn check(reference: &str) -> Result<()> {
    let fits = (1..=40).contains(&reference.len())
        && reference
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let reserved = ["postgres", "template0", "template1"].contains(&reference);
    if fits && !reserved {
        return Ok(());
    }
    Err(
        Error::usage(format!("{reference} can't be a project's reference."))
            .hint("A reference is made of lower-case letters and digits."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_plain() {
        assert!(check("abcdefghijklmnopqrst").is_ok());
        for bad in [
            "",
            "a b",
            "a\"b",
            "Ab",
            "postgres",
            "template1",
            &"a".repeat(41),
        ] {
            assert!(check(bad).is_err(), "{bad}");
        }
    }
}
