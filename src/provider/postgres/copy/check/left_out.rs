//! What a copy will leave out or do otherwise, found beforehand by the code that decides it in the
//! copy.

use crate::error::Result;
use crate::provider::postgres::copy::check::Look;
use crate::provider::postgres::copy::data::kept;
use crate::provider::postgres::copy::early::EarlySchema;
use crate::provider::postgres::copy::inventory::Inventory;
use crate::provider::postgres::copy::request::Skipped;
use crate::provider::postgres::copy::schema;
use crate::provider::postgres::copy::script::classify::classify;
use crate::provider::postgres::copy::script::{Script, Task};
use crate::provider::postgres::copy::toc::Toc;

pub(super) async fn read(look: &Look<'_>) -> Result<Vec<Skipped>> {
    let (schema, mut inventory) = tokio::try_join!(
        EarlySchema::read(look.request),
        Inventory::read(&look.source)
    )?;
    let mut toc = schema.toc;
    let mut out = Vec::new();
    if let Some(map) = &look.request.schemas {
        inventory.keep_only(&map.from);
        let names = schema::Names::read(&look.source, &map.from).await?;
        out.extend(schema::repoint(&mut toc, map, &names));
    }
    let script = classify(&toc, &look.theirs);
    // A table that isn't made has no rows either, so only the platform's and the extensions' matter.
    let same_major = look.source.connection.server_major() == look.target.connection.server_major();
    kept::tables(&inventory, &look.theirs, &look.target, same_major, &mut out).await?;
    if !look.theirs.roles.superuser {
        out.extend(for_superusers(&script, &toc));
    }
    out.extend(script.skipped);
    Ok(out)
}

/// Statements that any server refuses to those who aren't superusers.
fn for_superusers(script: &Script, toc: &Toc) -> Vec<Skipped> {
    let refused = |task: &&Task| {
        let entry = toc.entries.get(task.entry);
        let all = entry.is_some_and(|e| {
            e.desc == "PUBLICATION" && e.defn.contains(" FOR ALL ")
                || e.desc == "PUBLICATION TABLES IN SCHEMA"
        });
        task.may_be_refused && all && !task.title.starts_with("owner of ")
    };
    let tasks = script.tasks.iter().filter(refused);
    tasks
        .map(|task| Skipped::new(&task.title, "only a superuser of the target may make it"))
        .collect()
}
