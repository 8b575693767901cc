//! Tables that the target has by itself, of which only rows are copied: the platform's and those of
//! extensions.

use std::collections::{HashMap, HashSet};

use crate::error::Result;
use crate::provider::postgres::copy::data::TableJob;
use crate::provider::postgres::copy::inventory::{Column, Inventory, Relation, columns, relations};
use crate::provider::postgres::copy::managed;
use crate::provider::postgres::copy::request::Skipped;
use crate::provider::postgres::copy::script::classify::Target;
use crate::provider::postgres::copy::session::{Session, get};

type Name = (String, String);

const REFERENCES: &str =
    "SELECT k.conrelid::int8, k.confrelid::int8 FROM pg_catalog.pg_constraint k
 WHERE k.contype = 'f' AND k.conrelid <> k.confrelid";
const WRITABLE: &str = "SELECT c.oid::int8 FROM pg_catalog.pg_class c
 WHERE c.relkind = 'r' AND pg_catalog.has_table_privilege(c.oid, 'INSERT')
   AND pg_catalog.has_table_privilege(c.oid, 'DELETE')";

/// The tables in an order in which each comes after those that it refers to.
pub async fn tables(
    inventory: &Inventory,
    theirs: &Target,
    target: &Session,
    same_major: bool,
    skipped: &mut Vec<Skipped>,
) -> Result<Vec<TableJob>> {
    let wanted: Vec<(&Relation, &str)> = inventory
        .relations
        .iter()
        .filter(|r| r.kind == 'r')
        .filter_map(|r| Some((r, condition(r, inventory, theirs)?)))
        .collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let doing = "Looking at the platform's tables in the target";
    let (there, columns, references, writable) = tokio::try_join!(
        relations::read(target),
        columns::read(target),
        target.query(REFERENCES, &[], doing),
        target.query(WRITABLE, &[], doing),
    )?;
    let by_name: HashMap<Name, u32> = there
        .iter()
        .map(|r| ((r.schema.clone(), r.name.clone()), r.oid))
        .collect();
    let mut may_write = HashSet::new();
    for row in &writable {
        may_write.insert(relations::oid(get(row, 0)?));
    }
    let mut before: HashMap<u32, Vec<u32>> = HashMap::new();
    for row in &references {
        let (from, to) = (relations::oid(get(row, 0)?), relations::oid(get(row, 1)?));
        before.entry(from).or_default().push(to);
    }
    let mut jobs: HashMap<u32, TableJob> = HashMap::new();
    let mut order = Vec::new();
    for (relation, filter) in wanted {
        let title = format!("rows of {}", relation.plain());
        let Some(oid) = by_name.get(&(relation.schema.clone(), relation.name.clone())) else {
            skipped.push(Skipped::new(title, "the target has no such table"));
            continue;
        };
        if !relation.readable {
            skipped.push(Skipped::new(title, "the source's role may not read them"));
        } else if !may_write.contains(oid) {
            skipped.push(Skipped::new(title, "the target's role may not write them"));
        } else {
            let theirs: &[Column] = columns.get(oid).map_or(&[], Vec::as_slice);
            let job = TableJob::kept(relation, inventory, theirs, filter, same_major);
            jobs.insert(*oid, job);
            order.push(*oid);
        }
    }
    let mut out = Vec::with_capacity(order.len());
    let mut seen = HashSet::new();
    for oid in order {
        take(oid, &before, &mut seen, &mut jobs, &mut out);
    }
    Ok(out)
}

/// The condition on the rows that are copied, or `None` where none are.
fn condition<'a>(
    relation: &Relation,
    inventory: &'a Inventory,
    theirs: &Target,
) -> Option<&'a str> {
    let config = inventory.config.get(&relation.oid).map(String::as_str);
    if theirs.manages(&relation.schema) {
        let users = managed::has_users_rows(&relation.schema, &relation.name);
        return users.then_some(config.unwrap_or(""));
    }
    relation.extension.as_ref().and(config)
}

/// What a table refers to comes before it; a circle is entered where it is met first.
fn take(
    oid: u32,
    before: &HashMap<u32, Vec<u32>>,
    seen: &mut HashSet<u32>,
    jobs: &mut HashMap<u32, TableJob>,
    out: &mut Vec<TableJob>,
) {
    if !seen.insert(oid) {
        return;
    }
    for other in before.get(&oid).map_or(&[][..], Vec::as_slice) {
        take(*other, before, seen, jobs, out);
    }
    out.extend(jobs.remove(&oid));
}
