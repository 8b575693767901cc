//! What a request comes to in this workspace, decided once, when the job is planned. It's written
//! down with the job, so that a resume makes the same steps, whatever has changed since.

use serde::{Deserialize, Serialize};

use crate::domain::config::AtlassianKind;
use crate::domain::name::InstanceName;
use crate::domain::request::{Area, AtlassianKeys, Request};
use crate::domain::strategy::{ProviderKind, Strategy};
use crate::domain::user_map::UserPair;
use crate::error::{Error, Result};
use crate::job::refresh;
use crate::job::steps::storage::StorageSeeds;
use crate::job::steps::{auth, functions};
use crate::job::world::World;

/// What a job does about an instance's Jira project and Confluence space.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AtlassianShape {
    /// A Jira project is made, copied or deleted.
    pub jira: bool,
    /// A Confluence space is.
    pub confluence: bool,
    /// The keys that were asked for.
    pub keys: AtlassianKeys,
}

impl AtlassianShape {
    pub fn any(&self) -> bool {
        self.jira || self.confluence
    }
}

/// What a job takes along of a Supabase project beside its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SupabaseShape {
    /// The files of its buckets.
    pub storage: bool,
    /// The settings of its sign-in.
    pub auth: bool,
    /// Its edge functions.
    pub functions: bool,
}

impl SupabaseShape {
    pub fn any(self) -> bool {
        self.storage || self.auth || self.functions
    }
}

/// A request with everything that its steps depend on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    pub request: Request,
    /// The strategy of the instance that is written to.
    pub strategy: Strategy,
    pub kind: ProviderKind,
    /// Strategy `schema`: whose project is shared.
    pub owner: Option<InstanceName>,
    /// A clone's source isn't set up yet and is set up first.
    pub sets_up_source: bool,
    /// A clone's target has a project already, which stays when the job is cancelled.
    pub keeps_project: bool,
    /// The instance that is written to.
    #[serde(default)]
    pub atlassian: AtlassianShape,
    /// A clone's source, where it's set up first.
    #[serde(default)]
    pub source_atlassian: AtlassianShape,
    /// A clone leaves the database out.
    #[serde(default)]
    pub without_database: bool,
    /// What of the project comes beside its database. A schema in another's project shares it all.
    /// To an instance that is set up or seeded: what its seeds hold.
    #[serde(default)]
    pub supabase: SupabaseShape,
    /// What the seeds of a clone's source hold, where it's set up first.
    #[serde(default)]
    pub source_supabase: SupabaseShape,
    /// Whose account takes whose place: ids on both sides.
    #[serde(default)]
    pub users: Vec<UserPair>,
}

impl Shape {
    /// Whether a clone leaves everything of Supabase out, so that no project is needed.
    pub fn without_project(&self) -> bool {
        self.without_database && !self.supabase.any()
    }

    /// Looks at the workspace's files; asks no provider.
    pub fn of(world: &World, request: &Request) -> Result<Shape> {
        match request {
            Request::Clone {
                source,
                target,
                strategy,
                project_of,
                only,
                keys,
                users,
                ..
            } => {
                let shape = clone(
                    world,
                    request,
                    source,
                    target,
                    *strategy,
                    project_of.as_ref(),
                )?;
                let shape = with_areas(world, shape, source, only, keys)?;
                with_users(shape, users)
            }
            Request::Init {
                name,
                project_of,
                keys,
                ..
            } => {
                let dir = world.instance(name)?;
                let strategy = dir.manifest()?.strategy;
                Ok(Shape {
                    strategy,
                    kind: dir.supabase_config()?.kind,
                    owner: owner(world, strategy, name, project_of.as_ref())?,
                    sets_up_source: false,
                    keeps_project: world.project(name)?.is_some(),
                    atlassian: set_up(world, name, keys.clone())?,
                    source_atlassian: AtlassianShape::default(),
                    without_database: false,
                    supabase: seeded(world, name, strategy)?,
                    source_supabase: SupabaseShape::default(),
                    users: Vec::new(),
                    request: request.clone(),
                })
            }
            Request::Refresh {
                target,
                from,
                only,
                users,
            } => {
                let mut shape = refresh::shape(world, target, from.as_ref(), only)?;
                shape.users.clone_from(users);
                Ok(shape)
            }
            Request::Seed { name, .. } | Request::Delete { name } => {
                let dir = world.instance(name)?;
                let mut atlassian = own(world, name)?;
                if matches!(request, Request::Delete { .. }) {
                    unshared(world, name, &mut atlassian)?;
                }
                let strategy = dir.manifest()?.strategy;
                let supabase = match request {
                    Request::Seed { .. } => seeded(world, name, strategy)?,
                    _ => SupabaseShape::default(),
                };
                Ok(Shape {
                    strategy,
                    kind: dir.supabase_config()?.kind,
                    owner: None,
                    sets_up_source: false,
                    keeps_project: true,
                    atlassian,
                    source_atlassian: AtlassianShape::default(),
                    without_database: false,
                    supabase,
                    source_supabase: SupabaseShape::default(),
                    users: Vec::new(),
                    request: request.clone(),
                })
            }
        }
    }
}

fn clone(
    world: &World,
    request: &Request,
    source: &InstanceName,
    target: &InstanceName,
    strategy: Option<Strategy>,
    project_of: Option<&InstanceName>,
) -> Result<Shape> {
    if source == target {
        return Err(
            Error::usage(format!("{source} can't be cloned into itself."))
                .hint("Give the clone a name of its own."),
        );
    }
    let from = world.instance(source)?;
    let sets_up_source = world.project(source)?.is_none();
    let there = world.has(target);
    let (own, keeps_project) = if there {
        let own = world.instance(target)?.manifest()?.strategy;
        (Some(own), world.project(target)?.is_some())
    } else {
        (None, false)
    };
    if let (Some(own), Some(asked)) = (own, strategy)
        && own != asked
    {
        return Err(Error::refused(format!(
            "{target} is there already, with strategy {own}; --strategy says {asked}."
        ))
        .hint("Leave --strategy out, or choose another name."));
    }
    let strategy = own
        .or(strategy)
        .map_or_else(|| from.manifest().map(|m| m.strategy), Ok)?;
    let owner = if keeps_project {
        None
    } else {
        // a schema in the source's own project, unless said otherwise
        owner(world, strategy, target, project_of.or(Some(source)))?
    };
    Ok(Shape {
        strategy,
        kind: from.supabase_config()?.kind,
        owner,
        sets_up_source,
        keeps_project,
        atlassian: AtlassianShape::default(),
        source_atlassian: AtlassianShape::default(),
        without_database: false,
        supabase: SupabaseShape::default(),
        source_supabase: SupabaseShape::default(),
        users: Vec::new(),
        request: request.clone(),
    })
}

/// What of the source is there to be copied, and asked for.
fn with_areas(
    world: &World,
    mut shape: Shape,
    source: &InstanceName,
    only: &[Area],
    keys: &AtlassianKeys,
) -> Result<Shape> {
    let wants = |area: Area| only.is_empty() || only.contains(&area);
    if shape.sets_up_source {
        shape.source_atlassian = set_up(world, source, AtlassianKeys::default())?;
        let strategy = world.instance(source)?.manifest()?.strategy;
        shape.source_supabase = seeded(world, source, strategy)?;
    }
    if only.contains(&Area::Auth) && !only.contains(&Area::Database) {
        return Err(Error::refused(
            "Users are rows of the database: the sign-in isn't copied without it.",
        )
        .hint("Add database: --only database,auth"));
    }
    let there = own(world, source)?;
    // a target that is there and has no site gets neither
    let target = shape.request.instance();
    let refuses = world.has(target)
        && world.instance(target)?.atlassian_config()?.kind == AtlassianKind::None;
    let has = |made: bool, area: Area| made && wants(area) && !refuses;
    shape.atlassian = AtlassianShape {
        jira: has(there.jira || shape.source_atlassian.jira, Area::Jira),
        confluence: has(
            there.confluence || shape.source_atlassian.confluence,
            Area::Confluence,
        ),
        keys: keys.clone(),
    };
    shape.without_database = !wants(Area::Database);
    let own_project = shape.strategy != Strategy::Schema;
    // of a schema in another's project, the files are the other's
    let own_files = world.instance(source)?.manifest()?.strategy != Strategy::Schema;
    shape.supabase = SupabaseShape {
        storage: own_project && own_files && wants(Area::Storage),
        auth: own_project && wants(Area::Auth),
        functions: own_project && wants(Area::Functions),
    };
    Ok(shape)
}

/// What an instance's seeds hold for its project beside rows. A schema in another's project has no
/// users, files and functions of its own.
fn seeded(world: &World, name: &InstanceName, strategy: Strategy) -> Result<SupabaseShape> {
    if strategy == Strategy::Schema {
        return Ok(SupabaseShape::default());
    }
    let dir = world.instance(name)?;
    Ok(SupabaseShape {
        storage: StorageSeeds::folder(&dir).is_dir(),
        auth: !auth::seeds(&dir)?.users.is_empty(),
        functions: !functions::seeds(&dir)?.is_empty(),
    })
}

fn with_users(mut shape: Shape, users: &[UserPair]) -> Result<Shape> {
    if !users.is_empty() && !shape.atlassian.any() {
        return Err(Error::usage(
            "--map-users maps people in issues and pages, and this clone takes none along.",
        )
        .hint("Leave --map-users out."));
    }
    shape.users = users.to_vec();
    Ok(shape)
}

/// Where an instance's config says that it has a place at Atlassian, it's made one.
fn set_up(world: &World, name: &InstanceName, keys: AtlassianKeys) -> Result<AtlassianShape> {
    let made = world.instance(name)?.atlassian_config()?.kind != AtlassianKind::None;
    Ok(AtlassianShape {
        jira: made,
        confluence: made,
        keys,
    })
}

/// Leaves out what another instance's config names as well: it stays when this one is deleted or
/// emptied.
pub(super) fn unshared(
    world: &World,
    name: &InstanceName,
    shape: &mut AtlassianShape,
) -> Result<()> {
    let own = world.instance(name)?.atlassian_config()?;
    for other in world.workspace().instances()? {
        if other == *name {
            continue;
        }
        // a broken config of another instance must not stop this one
        let Ok(theirs) = world
            .instance(&other)
            .and_then(|dir| dir.atlassian_config())
        else {
            continue;
        };
        if (theirs.kind, &theirs.site) == (own.kind, &own.site) {
            shape.jira &= theirs.jira_project_key != own.jira_project_key;
            shape.confluence &= theirs.confluence_space_key != own.confluence_space_key;
        }
    }
    Ok(())
}

/// What an instance's config names.
pub(super) fn own(world: &World, name: &InstanceName) -> Result<AtlassianShape> {
    let config = world.instance(name)?.atlassian_config()?;
    let named = |key: &Option<String>| {
        config.kind != AtlassianKind::None && key.as_ref().is_some_and(|key| !key.is_empty())
    };
    Ok(AtlassianShape {
        jira: named(&config.jira_project_key),
        confluence: named(&config.confluence_space_key),
        keys: AtlassianKeys::default(),
    })
}

/// Whose project a schema goes into. An instance with a project of its own shares nobody's.
fn owner(
    world: &World,
    strategy: Strategy,
    name: &InstanceName,
    project_of: Option<&InstanceName>,
) -> Result<Option<InstanceName>> {
    match (strategy, project_of) {
        (Strategy::Schema, Some(owner)) if owner == name => Err(Error::usage(format!(
            "{name} can't share its own project: it has none."
        ))
        .hint("Name another instance with --project-of.")),
        (Strategy::Schema, Some(owner)) => {
            world.instance(owner)?;
            if world.instance(owner)?.manifest()?.strategy == Strategy::Schema {
                return Err(Error::refused(format!(
                    "{owner} itself lives in another instance's project."
                ))
                .hint("Name the instance that owns the project with --project-of."));
            }
            Ok(Some(owner.clone()))
        }
        // set up already: whose project it is stands in its config
        (Strategy::Schema, None) if world.has(name) && world.project(name)?.is_some() => {
            world.owner_of(name)
        }
        (Strategy::Schema, None) => Err(Error::usage(format!(
            "{name} has the strategy schema: whose project does it share?"
        ))
        .hint("Say it with --project-of NAME.")),
        _ => Ok(None),
    }
}
