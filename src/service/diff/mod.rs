//! Two instances side by side.

mod components;
mod counts;
mod database;
mod files;

use super::Service;
use crate::domain::difference::{Comparison, Identity, Item, Own, Part, Section, Side, compare};
use crate::domain::fingerprint::Fingerprints;
use crate::domain::name::InstanceName;
use crate::domain::secret;
use crate::error::{Error, Result};
use crate::sandbox::FetchConsent;
use crate::workspace::InstanceDir;

/// One of the two, with what says that it's this one.
struct One {
    name: InstanceName,
    dir: InstanceDir,
    identity: Identity,
}

/// What of one part an instance has; `missing`: what couldn't be read, and why.
#[derive(Default)]
struct Found {
    items: Vec<Item>,
    missing: Vec<String>,
}

impl Service {
    /// Compares two instances, in the order of `parts`. A database or a site that can't be reached
    /// leaves its part out, with the reason; nothing is woken up for it.
    ///
    /// # Errors
    /// Where one of the two isn't there, both are the same, or a file can't be read.
    pub async fn diff(
        &self,
        left: &InstanceName,
        right: &InstanceName,
        parts: &[Part],
    ) -> Result<Comparison> {
        if left == right {
            return Err(
                Error::usage(format!("{left} is the same as itself.")).hint("Name two instances.")
            );
        }
        let sides = [self.one(left)?, self.one(right)?];
        let mut sections = Vec::new();
        for part in parts {
            let [left, right] = match part {
                Part::Env => [self.env_items(&sides[0])?, self.env_items(&sides[1])?],
                Part::Config => [self.config_items(&sides[0])?, self.config_items(&sides[1])?],
                Part::Components => [components::items(&sides[0])?, components::items(&sides[1])?],
                Part::Schema => self.schema_items(&sides).await?,
                Part::Counts => self.count_items(&sides).await?,
            };
            let mut section = Section::new(*part);
            // a side that wasn't read has nothing to compare: all of the other would be a difference
            if left.missing.is_empty() && right.missing.is_empty() || *part == Part::Counts {
                let [a, b] = &sides;
                compare(
                    &mut section,
                    [(&left.items, &a.identity), (&right.items, &b.identity)],
                );
            }
            section.missing = left.missing;
            section.missing.extend(right.missing);
            sections.push(section);
        }
        Ok(Comparison {
            left: left.to_string(),
            right: right.to_string(),
            sections,
        })
    }

    fn one(&self, name: &InstanceName) -> Result<One> {
        let dir = self.workspace.instance(name)?;
        Ok(One {
            identity: files::identity(&dir)?,
            name: name.clone(),
            dir,
        })
    }

    fn fingerprints(&self) -> Result<Fingerprints> {
        Ok(Fingerprints::new(self.workspace.key("fingerprint")?))
    }

    fn quiet_world(&self) -> Result<crate::job::world::World> {
        self.world(FetchConsent::No)
    }
}

/// A value as it may be shown: a secret as its fingerprint alone.
fn item(prints: &Fingerprints, name: String, key: &str, value: &str, own: Own) -> Item {
    let is_secret = !value.is_empty() && secret::is_secret(key, value);
    Item {
        shown: match is_secret {
            true => Side::Fingerprint(prints.of(value)),
            false => Side::Value(value.to_owned()),
        },
        value: value.to_owned(),
        name,
        own,
    }
}
