//! A service's limit in the middle of a job: whoever follows the job is told what it waits for.

use std::process::Command;

use crate::command::Running;
use crate::place::Place;

#[test]
fn a_wait_for_a_limit_is_told_and_counts_down() {
    let Some(place) = Place::whole() else { return };
    place.matriz(&["sandbox", "start", "--yes"]).ok();
    let fault = "POST /rest/api/3/issue/bulk status=429 retry-after=3 times=1";
    place.matriz(&["sandbox", "faults", "add", fault]).ok();
    let init: Command = place.command(&["init", "default", "--yes", "--json"]);
    let said = Running::start(init).end().ok();
    let lines = said.lines();
    let notes: Vec<&str> = lines
        .iter()
        .filter_map(|line| line["note"].as_str())
        .collect();
    let waits: Vec<u64> = notes
        .iter()
        .filter_map(|note| note.strip_prefix("waiting for Jira's limit, "))
        .filter_map(|left| left.strip_suffix(" s")?.parse().ok())
        .collect();
    // asked for 3 s, and a moment more so that not all come back at once; the line that tells of a
    // second may come late, or not at all on a busy machine
    let counts_down = waits.windows(2).all(|pair| pair[0] >= pair[1]);
    let (first, last) = (waits.first(), waits.last());
    assert!(
        counts_down && first > last && first <= Some(&4),
        "{notes:?}"
    );
    let last = lines.last().expect("the end");
    assert_eq!(last["state"], "done");
    let job = place.job(place.newest_job());
    let left = job
        .steps
        .iter()
        .filter_map(|step| step.report.note.as_deref());
    assert!(left.into_iter().all(|note| !note.contains("limit")));
}
