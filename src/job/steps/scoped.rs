//! A step inside a job that it wasn't made for: the same work under a name of its own.

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::error::Result;
use crate::job::step::{Stage, Step, StepContext};

/// `seeds` of `default` inside a clone becomes `source.seeds`, "Load the seeds of default".
struct Scoped {
    inner: Box<dyn Step>,
    name: String,
    title: String,
}

/// Gives every step of some stages a name that is unique beside another instance's steps.
pub fn scope(stages: Vec<Stage>, prefix: &str, of: &InstanceName) -> Vec<Stage> {
    let wrap = |inner: Box<dyn Step>| -> Box<dyn Step> {
        Box::new(Scoped {
            name: format!("{prefix}.{}", inner.name()),
            title: format!("{} ({of})", inner.title()),
            inner,
        })
    };
    stages
        .into_iter()
        .map(|stage| stage.into_iter().map(wrap).collect())
        .collect()
}

/// Gives a step another title, where it does its work on what is there already.
pub fn titled(inner: impl Step + 'static, title: &str) -> Box<dyn Step> {
    Box::new(Scoped {
        name: inner.name().to_owned(),
        title: title.to_owned(),
        inner: Box::new(inner),
    })
}

#[async_trait]
impl Step for Scoped {
    fn name(&self) -> &str {
        &self.name
    }

    fn title(&self) -> &str {
        &self.title
    }

    fn weight(&self) -> u32 {
        self.inner.weight()
    }

    fn each_worker(&self) -> bool {
        self.inner.each_worker()
    }

    async fn done(&self, ctx: &StepContext) -> Result<bool> {
        self.inner.done(ctx).await
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        self.inner.run(ctx).await
    }

    async fn undo(&self, ctx: &StepContext) -> Result<()> {
        self.inner.undo(ctx).await
    }
}
