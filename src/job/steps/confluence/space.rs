//! The space: made once, whatever happens in between, and taken back on cancel.

use std::collections::BTreeSet;

use async_trait::async_trait;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};

use super::client::{self, PROVIDER};
use super::delete::delete_space;
use super::marker;
use crate::domain::atlassian_key;
use crate::domain::name::InstanceName;
use crate::error::{Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::mark;
use crate::job::world::World;
use crate::provider::confluence::{Confluence, NewSpace, Owner, Space};

/// So many keys are tried before the step gives up.
const MOST_KEYS: usize = 50;
/// So often one creation is asked for when no answer comes back.
const MOST_TRIES: usize = 4;
/// The longest name of a space, in characters.
const LONGEST_NAME: usize = 200;

/// Creates the instance's space and writes its key into `atlassian.config.json`.
pub struct CreateSpace {
    pub world: World,
    pub name: InstanceName,
    /// The instance whose space it's to be a copy of; `None` for a space of its own.
    pub from: Option<InstanceName>,
    /// The key that it must have; else one is made from the instance's name.
    pub wanted: Option<String>,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Mark {
    /// The key that was free, and that a space was asked for with.
    key: String,
    /// Our space's id.
    created: Option<String>,
}

#[async_trait]
impl Step for CreateSpace {
    fn name(&self) -> &str {
        "confluence.space"
    }

    fn title(&self) -> &str {
        "Create the Confluence space"
    }

    fn weight(&self) -> u32 {
        2
    }

    /// Done where the config names a space that is there and that this job has noted.
    async fn done(&self, ctx: &StepContext) -> Result<bool> {
        let Some(key) = client::key_of(&self.world, &self.name)? else {
            return Ok(false);
        };
        let source = self.source_key(&key)?;
        let noted = ctx.lookup(PROVIDER, "space", &source)?;
        if noted.and_then(|entry| entry.target_id).as_ref() != Some(&key) {
            return Ok(false);
        }
        let client = client::of(&self.world, ctx, &self.name).await?;
        match client.find_space(&key).await? {
            Some(_) => Ok(true),
            None => Err(client::gone(&self.name, &key)),
        }
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let client = client::of(&self.world, ctx, &self.name).await?;
        let original = self.original(ctx).await?;
        let space = match (
            client::key_of(&self.world, &self.name)?,
            mark::load::<Mark>(ctx)?,
        ) {
            (Some(key), None) => self.keep(&client, &key).await?,
            _ => self.create_once(ctx, &client, original.as_ref()).await?,
        };
        self.note(ctx, &space, original.as_ref())?;
        let dir = self.world.instance(&self.name)?;
        dir.edit_atlassian_config(|config| {
            config.confluence_space_key = Some(space.key.clone());
        })?;
        ctx.log(format!("space {} ({})", space.key, space.id));
        Ok(())
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let Some(mark) = mark::load::<Mark>(ctx)? else {
            return Ok(());
        };
        let client = client::of(&self.world, ctx, &self.name).await?;
        let ours = match client.find_space(&mark.key).await? {
            Some(space) if self.is_ours(ctx, &client, &mark, &space).await? => Some(space),
            _ => None,
        };
        if let Some(space) = ours {
            delete_space(ctx, &client, &space.key).await?;
            ctx.log(format!("space {} deleted", space.key));
        }
        if self.world.has(&self.name) {
            let dir = self.world.instance(&self.name)?;
            if client::key_of(&self.world, &self.name)?.as_ref() == Some(&mark.key) {
                dir.edit_atlassian_config(|config| {
                    config.confluence_space_key = None;
                })?;
            }
        }
        Ok(())
    }
}

impl CreateSpace {
    /// What the space is called in the journal: the source's key, else its own.
    fn source_key(&self, own: &str) -> Result<String> {
        match &self.from {
            None => Ok(own.to_owned()),
            Some(from) => client::key_of(&self.world, from)?
                .ok_or_else(|| Error::not_found(format!("{from} names no Confluence space."))),
        }
    }

    /// The space that this one is to be a copy of.
    async fn original(&self, ctx: &StepContext) -> Result<Option<Space>> {
        let Some(from) = &self.from else {
            return Ok(None);
        };
        let client = client::of(&self.world, ctx, from).await?;
        client::space_of(&self.world, &client, from).await.map(Some)
    }

    /// A space that was there before the job. A copy goes into an empty one only.
    async fn keep(&self, client: &Confluence, key: &str) -> Result<Space> {
        let space = client.find_space(key).await?;
        let space = space.ok_or_else(|| client::gone(&self.name, key))?;
        if self.from.is_none() {
            return Ok(space);
        }
        let mut pages = client.page_heads(&space.id, "current");
        let mut posts = client.blog_post_heads(&space.id);
        while let Some(page) = pages.try_next().await? {
            if Some(&page.id) != space.homepage_id.as_ref() {
                return Err(not_empty(&self.name, key));
            }
        }
        if posts.try_next().await?.is_some() {
            return Err(not_empty(&self.name, key));
        }
        Ok(space)
    }

    /// Creates the space, or takes the one that an earlier try of this job made.
    async fn create_once(
        &self,
        ctx: &StepContext,
        client: &Confluence,
        original: Option<&Space>,
    ) -> Result<Space> {
        let mut taken = BTreeSet::new();
        if let Some(mark) = mark::load::<Mark>(ctx)? {
            match client.find_space(&mark.key).await? {
                Some(space) if self.is_ours(ctx, client, &mark, &space).await? => {
                    ctx.log(format!("space {} was made by an earlier try", space.key));
                    return self.finish(ctx, client, space, original).await;
                }
                Some(_) => drop(taken.insert(mark.key)),
                None => {}
            }
        }
        for _ in 0..MOST_KEYS {
            ctx.check_cancelled()?;
            let key = self.free_key(client, &mut taken).await?;
            if let Some(space) = self.try_key(ctx, client, &key, original).await? {
                return self.finish(ctx, client, space, original).await;
            }
            if self.wanted.is_some() {
                return Err(is_taken(&key));
            }
            taken.insert(key);
        }
        Err(
            Error::new(Kind::Conflict, "No key for the Confluence space is free.")
                .hint("Name one with --space-key."),
        )
    }

    /// A key that no space has that this account may see.
    async fn free_key(&self, client: &Confluence, taken: &mut BTreeSet<String>) -> Result<String> {
        loop {
            let key = match &self.wanted {
                Some(key) => key.clone(),
                None => atlassian_key::from_name(&self.name, |key| taken.contains(key)),
            };
            if client.find_space(&key).await?.is_none() {
                return Ok(key);
            }
            if self.wanted.is_some() {
                return Err(is_taken(&key));
            }
            taken.insert(key);
        }
    }

    /// Asks for a space with a key that was free. `None`: somebody has it all the same.
    async fn try_key(
        &self,
        ctx: &StepContext,
        client: &Confluence,
        key: &str,
        original: Option<&Space>,
    ) -> Result<Option<Space>> {
        let mark = Mark {
            key: key.to_owned(),
            created: None,
        };
        mark::save(ctx, &mark)?;
        ctx.intent(PROVIDER, "space", &self.source_key(key)?)?;
        let new = self.new_space(key, original);
        let mut tries = 0;
        loop {
            tries += 1;
            let failure = match client.create_space(&new).await {
                Ok(space) => return Ok(Some(space)),
                Err(failure) => failure,
            };
            let unclear = failure.ambiguous() && tries < MOST_TRIES;
            if !unclear && !matches!(failure.status(), Some(400 | 409)) {
                return Err(failure.into());
            }
            match client.find_space(key).await? {
                Some(space) if self.is_ours(ctx, client, &mark, &space).await? => {
                    return Ok(Some(space));
                }
                Some(_) => return Ok(None),
                // nothing was made: asked again
                None if unclear => {}
                // somebody's whom this account can't see
                None if failure.message.contains("exists") => return Ok(None),
                None => return Err(failure.into()),
            }
        }
    }

    /// Marks the space as this job's, so that nobody takes it for another.
    async fn finish(
        &self,
        ctx: &StepContext,
        client: &Confluence,
        space: Space,
        original: Option<&Space>,
    ) -> Result<Space> {
        mark::save(
            ctx,
            &Mark {
                key: space.key.clone(),
                created: Some(space.id.clone()),
            },
        )?;
        self.note(ctx, &space, original)?;
        let src = self.source_key(&space.key)?;
        let value = marker::value(&self.name, ctx.job(), &src);
        client
            .set_property(Owner::Space(&space.id), marker::KEY, &value)
            .await?;
        Ok(space)
    }

    /// Whether the space under the key that was asked for is the one that this job made: its id is
    /// known, or it bears this job's marker, or it has the name and no marker yet. There was none
    /// with that key right before it was asked for.
    async fn is_ours(
        &self,
        ctx: &StepContext,
        client: &Confluence,
        mark: &Mark,
        space: &Space,
    ) -> Result<bool> {
        if let Some(id) = &mark.created {
            return Ok(*id == space.id);
        }
        let found = client
            .property(Owner::Space(&space.id), marker::KEY)
            .await?;
        Ok(match found {
            Some(property) => marker::is_by(&property.value, &self.name, ctx.job()),
            None => space.name.ends_with(&self.ending()),
        })
    }

    /// In the journal, under which names the source's space is this one.
    fn note(&self, ctx: &StepContext, space: &Space, original: Option<&Space>) -> Result<()> {
        let key = self.source_key(&space.key)?;
        let id = original.map_or(&space.id, |original| &original.id);
        ctx.record(
            PROVIDER,
            &[("space", &key, &space.key), ("space-id", id, &space.id)],
        )
    }

    fn new_space(&self, key: &str, original: Option<&Space>) -> NewSpace {
        let ending = self.ending();
        let (base, description) = match original {
            None => ("", ""),
            Some(space) => {
                let own = self.from.as_ref().map(|from| format!(" ({from})"));
                let name = own.and_then(|own| space.name.strip_suffix(&own));
                let plain = space.description.pointer("/plain/value");
                (
                    name.unwrap_or(&space.name),
                    plain.and_then(|text| text.as_str()).unwrap_or_default(),
                )
            }
        };
        let room = LONGEST_NAME.saturating_sub(ending.chars().count());
        let head: String = base.chars().take(room).collect();
        NewSpace {
            key: key.to_owned(),
            name: format!("{head}{ending}"),
            description: description.to_owned(),
            private: false,
        }
    }

    /// How the space's name ends: of a copy with the instance's name in parentheses, else with that.
    fn ending(&self) -> String {
        match self.from {
            None => self.name.to_string(),
            Some(_) => format!(" ({})", self.name),
        }
    }
}

fn is_taken(key: &str) -> Error {
    Error::new(
        Kind::Conflict,
        format!("The space key {key} is taken on this site."),
    )
    .hint("Name another with --space-key, or leave it out: one is made from the instance's name.")
}

fn not_empty(name: &InstanceName, key: &str) -> Error {
    Error::refused(format!(
        "The space {key} of {name} isn't empty; nothing was copied into it."
    ))
    .hint(format!(
        "Empty it, or take confluenceSpaceKey out of instances/{name}/atlassian.config.json to get a new space."
    ))
}
