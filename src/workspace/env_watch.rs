//! Who wants to know of every change of a `.env` that is made through this room.

use std::fmt;
use std::sync::Arc;

use super::file::{self, PRIVATE};
use super::instance_dir::InstanceDir;
use super::root::Workspace;
use super::stamp::Stamp;
use crate::error::Result;

/// A file that is about to be replaced.
#[derive(Clone, Copy)]
pub struct EnvWrite<'a> {
    pub dir: &'a InstanceDir,
    /// `None` where there is no file.
    pub before: Option<&'a str>,
    pub after: &'a str,
}

/// What is called when the file is written. It isn't called where that fails.
pub type Written = Box<dyn FnOnce()>;

type Watch = dyn Fn(EnvWrite<'_>) -> Result<Written> + Send + Sync;

/// Called before each write, under the instance's lock; an error keeps the file from being written.
#[derive(Clone, Default)]
pub(super) struct EnvWatch(Option<Arc<Watch>>);

impl fmt::Debug for EnvWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Watched"
        } else {
            "Unwatched"
        })
    }
}

/// Two handles on one folder are equal, whoever watches.
impl PartialEq for EnvWatch {
    fn eq(&self, _: &EnvWatch) -> bool {
        true
    }
}

impl Eq for EnvWatch {}

impl Workspace {
    /// The same workspace, whose instances' `.env` files are written only after `watch` was told.
    /// `watch` must not write to the instance: it would wait for itself.
    #[must_use]
    pub fn watched(
        &self,
        watch: impl Fn(EnvWrite<'_>) -> Result<Written> + Send + Sync + 'static,
    ) -> Workspace {
        let mut watched = self.clone();
        watched.watch = EnvWatch(Some(Arc::new(watch)));
        watched
    }
}

impl InstanceDir {
    /// Writes the `.env`; the one place where that is done. The instance is locked.
    pub(super) fn put_env(&self, before: Option<&str>, after: &str) -> Result<Stamp> {
        let written = match &self.watch.0 {
            Some(watch) => Some(watch(EnvWrite {
                dir: self,
                before,
                after,
            })?),
            None => None,
        };
        file::write_whole(&self.env_path(), after.as_bytes(), PRIVATE)?;
        if let Some(written) = written {
            written();
        }
        Ok(Stamp::of(Some(after)))
    }

    /// Looks at the `.env` as it is, with nobody writing meanwhile.
    pub fn look_at_env<T>(&self, look: impl FnOnce(Option<&str>) -> Result<T>) -> Result<T> {
        let _lock = self.lock()?;
        look(file::read_text(&self.env_path())?.as_deref())
    }

    /// Writes a whole text if the file still is `before` (`None`: it isn't there); says whether it
    /// did. The text has to be one that can be read back.
    pub fn replace_env(
        &self,
        before: impl FnOnce(Option<&str>) -> bool,
        after: &str,
    ) -> Result<bool> {
        let _lock = self.lock()?;
        let now = file::read_text(&self.env_path())?;
        if !before(now.as_deref()) {
            return Ok(false);
        }
        self.put_env(now.as_deref(), after)?;
        Ok(true)
    }
}
