//! One copy between two databases, as the comparison script runs it:
//! `copy SOURCE_URL TARGET_URL PG_DUMP [JOBS] [--ahead]`. Prints the summary as JSON, and to stderr
//! when each part was over. `--ahead`: the schema is read before the time begins, as a clone reads
//! it while its project is being made.

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Instant;

use matriz::domain::progress::Report;
use matriz::provider::postgres::copy::{CopyRequest, EarlySchema, Observer, run};
use matriz::provider::postgres::url::DatabaseUrl;
use tokio_util::sync::CancellationToken;

/// Keeps the checkpoint in memory and writes down when each part of the copy was over.
struct Timeline {
    began: Instant,
    checkpoint: Mutex<Option<serde_json::Value>>,
    said: Mutex<Vec<String>>,
}

impl Timeline {
    fn once(&self, what: String) {
        let Ok(mut said) = self.said.lock() else {
            return;
        };
        if !said.contains(&what) {
            eprintln!("{:7.3} s  {what}", self.began.elapsed().as_secs_f64());
            said.push(what);
        }
    }
}

impl Observer for Timeline {
    fn report(&self, report: Report) {
        if let Some(note) = &report.note {
            self.once(note.clone());
        }
        for phase in &report.phases {
            let amount = phase.amount;
            if amount.total > 0 && amount.done >= amount.total {
                self.once(format!("{}: all {} are done", phase.name, amount.total));
            }
        }
    }

    fn log(&self, line: &str) {
        eprintln!("{line}");
    }

    fn checkpoint(&self) -> Option<serde_json::Value> {
        self.checkpoint.lock().ok()?.clone()
    }

    fn save_checkpoint(&self, value: serde_json::Value) -> matriz::Result<()> {
        if let Ok(mut kept) = self.checkpoint.lock() {
            *kept = Some(value);
        }
        Ok(())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let ahead = std::env::args().any(|word| word == "--ahead");
    let words: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| !word.starts_with("--"))
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
    // Two threads, as the worker process has.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?;
    if ahead {
        let began = Instant::now();
        let schema = runtime.block_on(EarlySchema::read(&request))?;
        eprintln!(
            "{:7.3} s  ahead of it: the schema",
            began.elapsed().as_secs_f64()
        );
        request.early = Some(schema.into());
    }
    let began = Instant::now();
    let observer = Timeline {
        began,
        checkpoint: Mutex::default(),
        said: Mutex::default(),
    };
    let summary = runtime.block_on(run(&request, &observer, CancellationToken::new()))?;
    eprintln!("seconds {:.3}", began.elapsed().as_secs_f64());
    println!("{}", serde_json::to_string_pretty(&summary)?);
    // Linux tells the most memory that this process ever had.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    if let Some(peak) = status.lines().find(|line| line.starts_with("VmHWM")) {
        eprintln!("{peak}");
    }
    Ok(())
}
