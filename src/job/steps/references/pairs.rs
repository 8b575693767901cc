//! Which of the source's names become which of the target's, from both instances' own files.

use crate::domain::config::{AtlassianKind, SupabaseConfig};
use crate::domain::env_file::EnvFile;
use crate::domain::name::InstanceName;
use crate::domain::reference::{ReferenceKind, ReferenceMap};
use crate::error::Result;
use crate::job::world::World;
use crate::provider::http::is_loopback;
use crate::provider::postgres::url::{DatabaseUrl, Host};

/// Where the map is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Files that hold settings: a short password is one there, too.
    Settings,
    /// Anything that people write: an everyday word stays one.
    Text,
}

/// The `.env` key of an Atlassian site, where the configuration has none.
const SITE_KEY: &str = "ATLASSIAN_SITE";

/// One instance's own names.
struct Names {
    env: EnvFile,
    config: SupabaseConfig,
    /// The host of its Atlassian site; empty where it has none.
    site: String,
}

impl Names {
    fn of(world: &World, name: &InstanceName) -> Result<Names> {
        let dir = world.instance(name)?;
        let env = dir.read_env()?.0;
        let atlassian = dir.atlassian_config()?;
        let mut site = atlassian.site.unwrap_or_default();
        if site.is_empty() && atlassian.kind == AtlassianKind::Cloud {
            let shared = world.workspace().shared_env()?;
            let of = |env: &EnvFile| env.get(SITE_KEY).map(str::to_owned);
            let own = of(&env).filter(|site| !site.is_empty());
            site = own.or_else(|| of(&shared)).unwrap_or_default();
        }
        Ok(Names {
            config: dir.supabase_config()?,
            site: host(&site).to_owned(),
            env,
        })
    }

    fn get(&self, key: &str) -> &str {
        self.env.get(key).unwrap_or_default()
    }

    fn project(&self) -> &str {
        self.config.project_ref.as_deref().unwrap_or_default()
    }

    fn database(&self) -> Option<DatabaseUrl> {
        DatabaseUrl::parse(self.get("DATABASE_URL")).ok()
    }
}

/// Every value that says which project, schema, database and site the source is, with the target's
/// in its place.
pub fn map(
    world: &World,
    source: &InstanceName,
    target: &InstanceName,
    place: Place,
) -> Result<ReferenceMap> {
    let from = Names::of(world, source)?;
    let to = Names::of(world, target)?;
    let mut map = ReferenceMap::default();
    // one project shared by two schemas: its address and keys are both's by design
    if from.project() != to.project() {
        project(&mut map, &from, &to);
    }
    let schema = (&*from.config.schema, &*to.config.schema);
    map.add(ReferenceKind::Schema, schema.0, schema.1);
    database(&mut map, &from, &to, place);
    map.add(ReferenceKind::Site, &from.site, &to.site);
    Ok(map)
}

fn project(map: &mut ReferenceMap, from: &Names, to: &Names) {
    map.add(ReferenceKind::ProjectRef, from.project(), to.project());
    let mut pair = |kind, key| map.add_labelled(kind, key, from.get(key), to.get(key));
    pair(ReferenceKind::ProjectRef, "SUPABASE_PROJECT_REF");
    pair(ReferenceKind::ProjectRef, "MCP_SUPABASE_PROJECT_REF");
    pair(ReferenceKind::ProjectUrl, "SUPABASE_URL");
    pair(ReferenceKind::Key, "SUPABASE_ANON_KEY");
    pair(ReferenceKind::Key, "SUPABASE_SERVICE_ROLE_KEY");
    // a domain of its own; any other host either has the ref in it or is shared by all projects
    let url = from.get("SUPABASE_URL");
    if !from.project().is_empty() && !url.contains(from.project()) && !is_loopback(host(url)) {
        map.add(ReferenceKind::Host, host(url), host(to.get("SUPABASE_URL")));
    }
    map.add_legacy_key("anon", to.get("SUPABASE_ANON_KEY"));
    map.add_legacy_key("service_role", to.get("SUPABASE_SERVICE_ROLE_KEY"));
}

/// The host in an address.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':', '?']).next().unwrap_or(rest)
}

fn database(map: &mut ReferenceMap, from: &Names, to: &Names, place: Place) {
    let key = "DATABASE_URL";
    map.add_labelled(ReferenceKind::DatabaseUrl, key, from.get(key), to.get(key));
    let password = match place {
        Place::Settings => ReferenceKind::Key,
        Place::Text => ReferenceKind::Password,
    };
    let other_project = from.project() != to.project();
    if other_project {
        let (old, new) = (&from.config.db_password_key, &to.config.db_password_key);
        map.add_labelled(password, old, from.get(old), to.get(new));
    }
    let (Some(old), Some(new)) = (from.database(), to.database()) else {
        return;
    };
    let secrets = (old.password(), new.password());
    if let (Some(old), Some(new)) = secrets {
        map.add_labelled(password, ReferenceKind::Password.word(), old, new);
    }
    // `postgres` is every project's, and one that holds the ref follows the ref
    let has_ref = |text: &str| !from.project().is_empty() && text.contains(from.project());
    if old.user != "postgres" && !(other_project && has_ref(&old.user)) {
        map.add(ReferenceKind::DatabaseRole, &old.user, &new.user);
    }
    if let (Host::Tcp(theirs), Host::Tcp(ours)) = (&old.host, &new.host)
        && !old.is_local()
        && !has_ref(theirs)
    {
        map.add(ReferenceKind::SharedHost, theirs, ours);
    }
}
