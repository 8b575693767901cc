//! Which Supabase project a value belongs to, as far as the value itself says.

use super::address::{self, Address};
use super::jwt;
use super::shapes::is_project_ref;

/// The project's reference that a value names: itself, the host of a project's address, the `ref` of
/// a token, the user or the host of a database's address. The sandbox's addresses name their project
/// in the path (`…/projects/REF`), and its databases are called like their project.
pub fn project_of(value: &str) -> Option<String> {
    if is_project_ref(value) {
        return Some(value.to_owned());
    }
    if let Some(claims) = jwt::claims(value) {
        return claims.reference.filter(|r| is_project_ref(r));
    }
    let address = address::read(value).ok()?;
    let found = match address::is_postgres(&address) {
        true => of_database(&address),
        false => of_project(&address),
    };
    found.filter(|r| is_project_ref(r)).map(str::to_owned)
}

fn of_host<'a>(host: &'a str, before: &str) -> Option<&'a str> {
    [".supabase.co", ".supabase.in", ".supabase.net"]
        .iter()
        .find_map(|end| host.strip_suffix(end))?
        .strip_prefix(before)
}

fn of_project<'a>(address: &Address<'a>) -> Option<&'a str> {
    if let Some(name) = of_host(address.host, "") {
        // REF.functions.supabase.co, REF.storage.supabase.co
        return name.split('.').next();
    }
    let rest = address.path.strip_prefix("projects/")?;
    rest.split('/').next()
}

fn of_database<'a>(address: &Address<'a>) -> Option<&'a str> {
    // the pooler is told the project in the user's name: postgres.REF
    let named = address.user.rsplit_once('.').map(|(_, project)| project);
    let local = ["127.0.0.1", "localhost", "::1"].contains(&address.host);
    named
        .or_else(|| of_host(address.host, "db."))
        .or_else(|| local.then_some(address.path))
}
