//! Looking into files, on all processors.

use std::fs::File;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};

use nix::fcntl::OFlag;

use super::walk::{LARGEST, Look};
use crate::domain::human::plural;
use crate::domain::isolation::{Area, Facts, Hit, Needles};

/// So many at once; more wouldn't be faster on one disk.
const THREADS: usize = 8;

/// Who waits for a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// A person: all processors work on it.
    Fast,
    /// Nobody: keys and frames come first.
    Aside,
}

/// The configuration files, which are read already.
pub fn own(facts: &Facts, needles: &Needles) -> Vec<Hit> {
    let tracked = |path: &str| {
        facts
            .git
            .as_ref()
            .is_some_and(|git| git.tracked.contains(path))
    };
    let mut hits = Vec::new();
    for instance in &facts.instances {
        for text in &instance.texts {
            let file = instance.path(text.name);
            for (line, named) in needles.scan(text.text.as_bytes()) {
                hits.push(Hit {
                    line,
                    area: Area::Own {
                        instance: instance.name.clone(),
                        file: text.name,
                    },
                    tracked: tracked(&file),
                    file: file.clone(),
                    named,
                });
            }
        }
    }
    hits
}

/// What stands in the files, in their order; and what couldn't be looked into.
pub fn all(files: &[Look], needles: &Needles, pace: Pace) -> (Vec<Hit>, Vec<String>) {
    let next = AtomicUsize::new(0);
    let threads = match pace {
        Pace::Fast => std::thread::available_parallelism().map_or(1, |n| n.get().min(THREADS)),
        Pace::Aside => 1,
    };
    let work = || {
        let mut hits = Vec::new();
        let mut large = 0;
        let mut bytes = Vec::new();
        while let Some(look) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            match read(look, &mut bytes) {
                Some(true) => {}
                Some(false) => {
                    large += 1;
                    continue;
                }
                None => continue,
            }
            hits.extend(needles.scan(&bytes).into_iter().map(|(line, named)| Hit {
                file: look.shown.clone(),
                line,
                area: look.area.clone(),
                tracked: look.tracked,
                named,
            }));
        }
        (hits, large)
    };
    let parts = std::thread::scope(|scope| {
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        all.into_iter()
            .filter_map(|one| one.join().ok())
            .collect::<Vec<_>>()
    });
    let large: usize = parts.iter().map(|(_, large)| large).sum();
    let mut hits: Vec<Hit> = parts.into_iter().flat_map(|(hits, _)| hits).collect();
    hits.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    let left_out = (large > 0).then(|| {
        let files = plural(large as u64, "file", "files");
        let were = plural(large as u64, "wasn't", "weren't");
        format!("{large} {files} of more than 1 MB {were} looked into.")
    });
    (hits, left_out.into_iter().collect())
}

/// Reads a file into `bytes`: false where it's too large, `None` where it can't be read (it may be gone,
/// or a link by now, which isn't followed).
fn read(look: &Look, bytes: &mut Vec<u8>) -> Option<bool> {
    use std::os::unix::fs::OpenOptionsExt;
    bytes.clear();
    let flags = OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
    let file: File = File::options()
        .read(true)
        .custom_flags(flags.bits())
        .open(&look.path)
        .ok()?;
    let meta = file.metadata().ok().filter(|meta| meta.is_file())?;
    if meta.len() > LARGEST {
        return Some(false);
    }
    file.take(LARGEST).read_to_end(bytes).ok()?;
    Some(true)
}
