//! A project's sign-in: its settings in a clone, and the users that an instance begins with. Users
//! are rows of the database, with their ids and passwords, and come along with it.

mod seed;
mod settings;
mod wanted;

pub(in crate::job) use seed::read as seeds;
pub use seed::{MakeUsers, UserSeeds};
pub use settings::CopyAuthSettings;
pub(in crate::job) use settings::project;
pub(in crate::job) use wanted::wanted;

use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::world::World;
use crate::provider::supabase::Auth;

/// The Auth API of an instance's project, with the service key of its `.env`.
pub(in crate::job) async fn client(world: &World, name: &InstanceName) -> Result<Auth> {
    // starts the sandbox, where it's the sandbox's
    world.supabase(name).await?;
    let env = world.instance(name)?.read_env()?.0;
    let value = |key: &str| env.get(key).unwrap_or_default().to_owned();
    let (url, key) = (value("SUPABASE_URL"), value("SUPABASE_SERVICE_ROLE_KEY"));
    Auth::new(&url, &key, world.http())
}
