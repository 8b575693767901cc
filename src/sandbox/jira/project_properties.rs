//! The properties of projects.

use crate::sandbox::atlassian::{Answer, Call, Db, Reply};
use crate::sandbox::jira::shape::address;
use crate::sandbox::jira::{projects, properties};

fn owner(db: &Db<'_>, call: &Call) -> Answer<String> {
    let project = projects::find(db, call.param("projectIdOrKey"))?;
    Ok(format!("project/{}", project.id))
}

pub fn show(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    properties::show(db, call, &owner(db, call)?)
}

pub fn put(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    properties::put(db, call, &owner(db, call)?)
}

pub fn delete(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    properties::delete(db, call, &owner(db, call)?)
}

pub fn keys(db: &Db<'_>, call: &Call) -> Answer<Reply> {
    let owner = owner(db, call)?;
    properties::keys(db, &owner, &address(call, &format!("{owner}/properties")))
}
