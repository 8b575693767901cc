//! The settings of a clone's sign-in: like its source's, but for what would act outside.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::wanted::wanted;
use crate::domain::human;
use crate::domain::name::InstanceName;
use crate::domain::report_project::{AUTH, Noted, SignInChanges};
use crate::error::{Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::mark;
use crate::job::steps::references::created;
use crate::job::steps::references::pairs::{self, Place};
use crate::job::world::World;
use crate::provider::supabase::{ProjectRef, Setting, Supabase};

pub struct CopyAuthSettings {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
    /// The project was there before this job: cancel gives it its own settings back.
    pub keeps_project: bool,
}

/// The values that the target had, of the settings that this job sets; none of them is a secret.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Mark {
    before: Map<String, Value>,
}

#[async_trait]
impl Step for CopyAuthSettings {
    fn name(&self) -> &str {
        "auth.settings"
    }

    fn title(&self) -> &str {
        "Copy the settings of the sign-in"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let (from, source) = project(&self.world, &self.source, ctx).await?;
        let (to, target) = project(&self.world, &self.target, ctx).await?;
        let mut map = pairs::map(&self.world, &self.source, &self.target, Place::Settings)?;
        created::add(&mut map, &ctx.journal()?);
        let wanted = wanted(&from.auth_config(&source).await?, &map.compile()?);
        let there = to.auth_config(&target).await?;
        let change = difference(&wanted.settings, &there);
        if mark::load::<Mark>(ctx)?.is_none() {
            let before = there.into_iter().filter(|(k, _)| change.contains_key(k));
            let before = before.collect();
            mark::save(ctx, &Mark { before })?;
        }
        let refused = set(ctx, &to, &target, &change).await?;
        let now = to.auth_config(&target).await?;
        let is_refused = |name: &str| refused.iter().any(|one| one.what == name);
        let differ = difference(&wanted.settings, &now);
        let changes = SignInChanges {
            users: users(&self.world, &self.target, ctx).await?,
            settings: wanted.settings.len() as u64,
            set: change.keys().filter(|k| !is_refused(k)).cloned().collect(),
            differ: differ.keys().filter(|k| !is_refused(k)).cloned().collect(),
            rewritten: wanted.rewritten,
            held: wanted.held,
            secrets: wanted.secrets,
            refused,
            left: wanted.left,
        };
        say(ctx, &changes);
        ctx.save_report(AUTH, &changes)?;
        match changes.left.iter().find(|left| !left.reason.is_explained()) {
            None => Ok(()),
            Some(left) => Err(Error::new(
                Kind::Internal,
                format!("The clone still points to its source: {}.", left.line()),
            )),
        }
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        let Some(mark) = mark::load::<Mark>(ctx)? else {
            return Ok(());
        };
        // the project that this job made goes as a whole
        if !self.keeps_project || mark.before.is_empty() {
            return Ok(());
        }
        let (to, target) = project(&self.world, &self.target, ctx).await?;
        for one in set(ctx, &to, &target, &mark.before).await? {
            ctx.log(format!("{} isn't as it was: {}", one.what, one.why));
        }
        Ok(())
    }
}

pub(in crate::job) async fn project(
    world: &World,
    name: &InstanceName,
    ctx: &StepContext,
) -> Result<(Supabase, ProjectRef)> {
    let supabase = world.supabase(name).await?.with_cancel(ctx.cancel.clone());
    let project = world.project(name)?;
    let project = project.ok_or_else(|| Error::not_found(format!("{name} has no project yet.")))?;
    Ok((supabase, project))
}

/// The wanted settings of which the other side has another value. What it doesn't know isn't asked
/// of it.
fn difference(wanted: &Map<String, Value>, there: &Map<String, Value>) -> Map<String, Value> {
    let differs = |name: &String, value: &Value| match there.get(name) {
        Some(own) => !same(own, value),
        None => false,
    };
    let all = wanted.iter().filter(|(name, value)| differs(name, value));
    all.map(|(n, v)| (n.clone(), v.clone())).collect()
}

/// No text and an empty one mean the same, and so do 0 and 0.0.
fn same(one: &Value, other: &Value) -> bool {
    let empty = |value: &Value| value.is_null() || value.as_str() == Some("");
    one == other
        || (empty(one) && empty(other))
        || (one.is_number() && one.as_f64() == other.as_f64())
}

/// Sets all at once; where the service says no to that, one by one, so that only what it doesn't
/// take is missing.
async fn set(
    ctx: &StepContext,
    to: &Supabase,
    target: &ProjectRef,
    change: &Map<String, Value>,
) -> Result<Vec<Noted>> {
    if change.is_empty() || to.set_auth_config(target, change).await? == Setting::Taken {
        return Ok(Vec::new());
    }
    ctx.log("the settings weren't taken all at once: they're set one by one");
    let mut refused = Vec::new();
    for (name, value) in change {
        ctx.check_cancelled()?;
        let one = Map::from_iter([(name.clone(), value.clone())]);
        if let Setting::Refused(why) = to.set_auth_config(target, &one).await? {
            refused.push(Noted {
                what: name.clone(),
                why,
            });
        }
    }
    Ok(refused)
}

/// Who can sign in. An Auth API that doesn't answer is no reason to fail: the rows are proven equal.
async fn users(world: &World, name: &InstanceName, ctx: &StepContext) -> Result<Option<u64>> {
    let counted = async {
        let auth = super::client(world, name).await?;
        auth.with_cancel(ctx.cancel.clone()).count().await
    };
    match counted.await {
        Ok(count) => Ok(count),
        Err(error) if error.kind == Kind::Cancelled => Err(error),
        Err(error) => {
            ctx.log(format!("users weren't counted: {}", error.message));
            Ok(None)
        }
    }
}

fn say(ctx: &StepContext, changes: &SignInChanges) {
    let n = changes.set.len() as u64;
    ctx.log(format!(
        "{n} {} set",
        human::plural(n, "setting", "settings")
    ));
    for one in &changes.held {
        ctx.log(format!("held: {}: {}", one.what, one.why));
    }
    for one in &changes.refused {
        ctx.log(format!("not taken: {}: {}", one.what, one.why));
    }
    for name in &changes.differ {
        ctx.log(format!("not as it was set: {name}"));
    }
    if !changes.secrets.is_empty() {
        ctx.log(format!("secrets to set: {}", changes.secrets.join(", ")));
    }
    for left in &changes.left {
        ctx.log(left.line());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_differs_and_is_known_is_asked_for() {
        let object = |value: Value| value.as_object().unwrap().clone();
        let wanted = object(json!({ "a": 1, "b": "", "c": 0, "d": true, "e": "x" }));
        let there = object(json!({ "a": 2, "b": null, "c": 0.0, "d": true, "z": 1 }));
        let change = difference(&wanted, &there);
        assert_eq!(Value::Object(change), json!({ "a": 1 }));
    }
}
