//! What the kernel says of a process.

use nix::unistd::Pid;

/// How often the process's threads slept and were woken up, all together, and how many there are.
#[cfg(target_os = "linux")]
pub fn switches(pid: Pid) -> (u64, usize) {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).expect("its threads");
    let mut sum = 0;
    let mut threads = 0;
    for task in tasks.flatten() {
        let Ok(status) = std::fs::read_to_string(task.path().join("status")) else {
            continue;
        };
        threads += 1;
        sum += figure(&status, "voluntary_ctxt_switches:").unwrap_or(0);
    }
    (sum, threads)
}

/// Resident memory in KiB.
#[cfg(target_os = "linux")]
pub fn resident(pid: Pid) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).expect("its state");
    figure(&status, "VmRSS:").expect("its memory")
}

/// Processor time so far, in hundredths of a second.
#[cfg(target_os = "linux")]
pub fn ticks(pid: Pid) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("its figures");
    // the name before them is in brackets and may hold anything
    let figures = stat.rsplit(')').next().unwrap_or_default();
    // the manual page's fields 14 and 15; what is left of the line begins with field 3
    let times = figures.split_whitespace().skip(14 - 3).take(2);
    times.filter_map(|time| time.parse::<u64>().ok()).sum()
}

#[cfg(target_os = "linux")]
fn figure(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
