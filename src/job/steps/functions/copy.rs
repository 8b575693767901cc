//! The functions of a clone: the source's files, byte by byte, proven by reading them back.

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::residues::residues;
use crate::domain::name::InstanceName;
use crate::domain::progress::{Amount, Report, Unit};
use crate::domain::reference::{Leftover, Rewriter};
use crate::domain::report_project::{
    FUNCTIONS, FunctionChanges, FunctionCopy, Noted, secrets_to_set,
};
use crate::error::{Error, Kind, Result};
use crate::job::step::{Step, StepContext};
use crate::job::steps::auth::project;
use crate::job::steps::references::created;
use crate::job::steps::references::pairs::{self, Place};
use crate::job::world::World;
use crate::provider::supabase::{
    Deployment, Function, FunctionBody, ProjectRef, SecretDigest, Supabase,
};
use crate::registry::journal::JournalState;

/// So many at a time; each has its files in memory.
const AT_ONCE: usize = 3;
const PROVIDER: &str = "supabase";
const KIND: &str = "function";

pub struct CopyFunctions {
    pub world: World,
    pub source: InstanceName,
    pub target: InstanceName,
    /// The project was there before this job: cancel takes the functions out of it again.
    pub keeps_project: bool,
}

#[async_trait]
impl Step for CopyFunctions {
    fn name(&self) -> &str {
        "functions"
    }

    fn title(&self) -> &str {
        "Copy the edge functions"
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let (from, source) = project(&self.world, &self.source, ctx).await?;
        let (to, target) = project(&self.world, &self.target, ctx).await?;
        let mut map = pairs::map(&self.world, &self.source, &self.target, Place::Text)?;
        created::add(&mut map, &ctx.journal()?);
        let rewriter = map.compile()?;
        let functions = from.functions(&source).await?;
        let pair = Pair {
            ctx,
            from: &from,
            source: &source,
            to: &to,
            target: &target,
            there: to.functions(&target).await?,
            rewriter: &rewriter,
        };
        let total = functions.len() as u64;
        let pair = &pair;
        let mut copying = stream::iter(functions)
            .map(|function| async move { pair.copy(&function).await })
            .buffer_unordered(AT_ONCE);
        let mut changes = FunctionChanges::default();
        let mut done = 0;
        while let Some(outcome) = copying.try_next().await? {
            match outcome {
                Outcome::Equal(copy, left) => {
                    changes.functions.push(copy);
                    changes.left.extend(left);
                }
                Outcome::NotCarried(noted) => changes.not_carried.push(noted),
            }
            done += 1;
            ctx.report(Report {
                amount: Amount::new(done, total, Unit::Items),
                ..Report::default()
            });
        }
        changes.functions.sort_by(|a, b| a.slug.cmp(&b.slug));
        changes.left.sort_by(|a, b| a.place.cmp(&b.place));
        changes.secrets = missing(&from.secrets(&source).await?, &to.secrets(&target).await?);
        say(ctx, &changes);
        ctx.save_report(FUNCTIONS, &changes)
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        // the project that this job made goes as a whole
        if !self.keeps_project {
            return Ok(());
        }
        let mut made = ctx.journal()?;
        made.retain(|entry| {
            (&*entry.provider, &*entry.kind) == (PROVIDER, KIND)
                && entry.state != JournalState::Undone
        });
        if made.is_empty() {
            return Ok(());
        }
        let (to, target) = project(&self.world, &self.target, ctx).await?;
        for entry in made {
            to.delete_function(&target, &entry.source_id).await?;
            ctx.mark(entry.seq, JournalState::Undone)?;
            ctx.log(format!("function {} deleted", entry.source_id));
        }
        Ok(())
    }
}

/// Names of the source's secrets that the target lacks. The service has some of its own.
pub(in crate::job) fn missing(source: &[SecretDigest], target: &[SecretDigest]) -> Vec<String> {
    let lacks = |name: &str| target.iter().all(|own| own.name != name);
    let mut names: Vec<String> = source
        .iter()
        .filter(|secret| !secret.name.starts_with("SUPABASE_") && lacks(&secret.name))
        .map(|secret| secret.name.clone())
        .collect();
    names.sort();
    names
}

enum Outcome {
    Equal(FunctionCopy, Vec<Leftover>),
    NotCarried(Noted),
}

/// Both projects, while functions go from one to the other.
struct Pair<'a> {
    ctx: &'a StepContext,
    from: &'a Supabase,
    source: &'a ProjectRef,
    to: &'a Supabase,
    target: &'a ProjectRef,
    /// What the target had at the start.
    there: Vec<Function>,
    rewriter: &'a Rewriter,
}

impl Pair<'_> {
    async fn copy(&self, function: &Function) -> Result<Outcome> {
        let slug = &function.slug;
        let body = match self.from.function_body(self.source, slug).await {
            Ok(body) => body,
            Err(error) if error.kind == Kind::Parse => return Ok(not_carried(slug, error.message)),
            Err(error) => return Err(error),
        };
        let named = |name: &Option<String>| name.as_deref().and_then(|name| body.named(name));
        let entrypoint = named(&body.entrypoint).or_else(|| named(&function.entrypoint_path));
        let Some(entrypoint) = entrypoint else {
            let why = "its entry point isn't among the files that the service gives";
            return Ok(not_carried(slug, why.into()));
        };
        let new = Deployment {
            slug,
            name: &function.name,
            // without a word from the service, the safer of the two
            verify_jwt: function.verify_jwt.unwrap_or(true),
            entrypoint,
            import_map: named(&function.import_map_path),
            files: &body.files,
        };
        let digest = body.digest();
        if !self.is_there(&new, &digest).await? {
            let intent = self.ctx.intent(PROVIDER, KIND, slug)?;
            let made = self.to.deploy_function(self.target, &new).await?;
            self.ctx.result(intent, &made.id)?;
            let copy = self.to.function_body(self.target, slug).await?;
            if copy.digest() != digest {
                return Err(Error::new(
                    Kind::Provider,
                    format!("The files of the function {slug} differ after they were deployed."),
                )
                .hint("Somebody may have changed the function meanwhile: resume the job."));
            }
        }
        let bytes = body.files.iter().map(|file| file.bytes.len() as u64).sum();
        let left = residues(slug, &body, self.rewriter);
        let copy = FunctionCopy {
            slug: slug.clone(),
            files: body.files.len() as u64,
            bytes,
            sha256: digest,
        };
        Ok(Outcome::Equal(copy, left))
    }

    /// Whether the target has the very same function. Another one under the name is somebody's own,
    /// unless this job put it there.
    async fn is_there(&self, new: &Deployment<'_>, digest: &str) -> Result<bool> {
        let Some(own) = self.there.iter().find(|own| own.slug == new.slug) else {
            return Ok(false);
        };
        let body = match self.to.function_body(self.target, new.slug).await {
            Ok(body) => body,
            Err(error) if error.kind == Kind::Parse => FunctionBody::default(),
            Err(error) => return Err(error),
        };
        let named = |name: &Option<String>| name.as_deref().and_then(|name| body.named(name));
        let same = body.digest() == digest
            && own.name == new.name
            && own.verify_jwt == Some(new.verify_jwt)
            && named(&own.entrypoint_path) == Some(new.entrypoint)
            && named(&own.import_map_path) == new.import_map;
        if !same && self.ctx.lookup(PROVIDER, KIND, new.slug)?.is_none() {
            return Err(Error::refused(format!(
                "The target's project has another function {} already.",
                new.slug
            ))
            .hint("Delete or rename it there, then resume the job."));
        }
        Ok(same)
    }
}

fn not_carried(slug: &str, why: String) -> Outcome {
    Outcome::NotCarried(Noted {
        what: format!("function {slug}"),
        why,
    })
}

fn say(ctx: &StepContext, changes: &FunctionChanges) {
    for one in &changes.functions {
        ctx.log(format!("function {}: equal, {}", one.slug, one.sha256));
    }
    for one in &changes.not_carried {
        ctx.log(format!("not carried: {}: {}", one.what, one.why));
    }
    for left in &changes.left {
        ctx.log(left.line());
    }
    if !changes.secrets.is_empty() {
        ctx.log(secrets_to_set(&changes.secrets));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_that_are_missing_are_named() {
        let of = |names: &[&str]| -> Vec<SecretDigest> {
            let named = names.iter().map(|name| SecretDigest {
                name: (*name).into(),
                digest: "0".into(),
            });
            named.collect()
        };
        let source = of(&["Z_KEY", "SUPABASE_URL", "MAIL_KEY", "A_KEY"]);
        assert_eq!(missing(&source, &of(&["A_KEY"])), ["MAIL_KEY", "Z_KEY"]);
    }
}
