//! One copy between two databases, as the comparison script runs it:
//! `copy SOURCE_URL TARGET_URL PG_DUMP [JOBS]`. Prints the summary as JSON.

use std::path::PathBuf;
use std::sync::Mutex;

use matriz::domain::progress::Report;
use matriz::provider::postgres::copy::{CopyRequest, Observer, run};
use matriz::provider::postgres::url::DatabaseUrl;
use tokio_util::sync::CancellationToken;

/// Keeps the checkpoint in memory and says nothing.
#[derive(Default)]
struct Quiet(Mutex<Option<serde_json::Value>>);

impl Observer for Quiet {
    fn report(&self, _: Report) {}

    fn log(&self, line: &str) {
        eprintln!("{line}");
    }

    fn checkpoint(&self) -> Option<serde_json::Value> {
        self.0.lock().ok()?.clone()
    }

    fn save_checkpoint(&self, value: serde_json::Value) -> matriz::Result<()> {
        if let Ok(mut kept) = self.0.lock() {
            *kept = Some(value);
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|w| w != "--bench")
        .collect();
    let [source, target, pg_dump, rest @ ..] = words.as_slice() else {
        println!("Nothing to measure: run benches/compare.sh.");
        return Ok(());
    };
    let mut request = CopyRequest::new(
        DatabaseUrl::parse(source)?,
        DatabaseUrl::parse(target)?,
        PathBuf::from(pg_dump),
    );
    if let Some(jobs) = rest.first() {
        request.jobs = jobs.parse()?;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let observer = Quiet::default();
    let summary = runtime.block_on(run(&request, &observer, CancellationToken::new()))?;
    println!("{}", serde_json::to_string_pretty(&summary)?);
    // Linux tells the most memory that this process ever had.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM")) {
        eprintln!("{peak}");
    }
    Ok(())
}
