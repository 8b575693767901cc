//! The seeds, with their embeddings.

use async_trait::async_trait;

use crate::domain::name::InstanceName;
use crate::domain::site_seed::symbol::{has_symbols, resolve};
use crate::error::Result;
use crate::job::step::{Step, StepContext};
use crate::job::steps::site_names::SiteNames;
use crate::job::world::World;
use crate::memory::seeds::{self, LoadOptions, SeedSet, SeedValue};
use crate::provider::postgres::connect::{ConnectOptions, connect};

pub struct LoadSeeds {
    pub world: World,
    pub name: InstanceName,
    pub reembed: bool,
}

#[async_trait]
impl Step for LoadSeeds {
    fn name(&self) -> &str {
        "seeds"
    }

    fn title(&self) -> &str {
        "Load the seeds"
    }

    fn weight(&self) -> u32 {
        50
    }

    async fn done(&self, _ctx: &StepContext) -> Result<bool> {
        Ok(false)
    }

    async fn run(&self, ctx: &StepContext) -> Result<()> {
        let dir = self.world.instance(&self.name)?;
        let folder = dir.path().join("seeds");
        if !folder.is_dir() {
            ctx.log("no seeds folder");
            return Ok(());
        }
        let mut set = seeds::read_dir(&folder)?;
        self.name_issues_and_pages(&mut set, ctx).await?;
        let schema = dir.supabase_config()?.schema;
        let url = self.world.admin_database(&self.name)?;
        let connection = connect(&url, &ConnectOptions::named("matriz seeds")).await?;
        let options = LoadOptions {
            reembed: self.reembed,
            ..LoadOptions::default()
        };
        let report = seeds::load(
            &connection,
            &schema,
            &set,
            &options,
            &mut |report| ctx.report(report),
            &ctx.cancel,
        )
        .await?;
        for table in &report.tables {
            ctx.log(format!(
                "{}: {} rows added, {} there already",
                table.table, table.inserted, table.skipped
            ));
        }
        for note in &report.notes {
            ctx.log(note);
        }
        ctx.summary(&format!("{} rows added", report.inserted()))?;
        connection.close().await;
        Ok(())
    }

    /// What it made goes with the project and the folder.
    async fn undo(&self, _ctx: &StepContext) -> Result<()> {
        Ok(())
    }
}

impl LoadSeeds {
    /// Rows may name issues and pages as the board's and the space's seeds do.
    async fn name_issues_and_pages(&self, set: &mut SeedSet, ctx: &StepContext) -> Result<()> {
        let mut found = false;
        each_text(set, &mut |text| found |= has_symbols(text));
        if found {
            let names = SiteNames::read(&self.world, &self.name, ctx).await?;
            each_text(set, &mut |text| {
                *text = resolve(text, |asks, name| names.value(asks, name));
            });
        }
        Ok(())
    }
}

fn each_text(set: &mut SeedSet, change: &mut impl FnMut(&mut String)) {
    let tables = set.files.iter_mut().flat_map(|file| &mut file.tables);
    for row in tables.flat_map(|table| &mut table.rows) {
        for (_, value) in &mut row.values {
            each_text_in(value, change);
        }
    }
}

fn each_text_in(value: &mut SeedValue, change: &mut impl FnMut(&mut String)) {
    match value {
        SeedValue::Text(text) => change(text),
        SeedValue::List(all) => all.iter_mut().for_each(|one| each_text_in(one, change)),
        SeedValue::Map(all) => all
            .iter_mut()
            .for_each(|(_, one)| each_text_in(one, change)),
        SeedValue::Null | SeedValue::Bool(_) | SeedValue::Number(_) => {}
    }
}
