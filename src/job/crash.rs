//! A hook for tests: `MATRIZ_CRASH_AT=STEP:POINT` kills the worker (SIGKILL, no clean-up) at a
//! step's boundary, so that what follows a crash can be tried at every one of them.
//!
//! Points: `before` (written down as running, nothing done), `after` (done, not yet written down),
//! `undo-before`, `undo-after`. The history of values has two of its own: `history:intended` (written
//! down, the file as it was) and `history:written` (the file written, not yet written down).

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// The variable's name.
pub(super) const VARIABLE: &str = "MATRIZ_CRASH_AT";

pub(crate) fn point(step: &str, point: &str) {
    let Ok(wanted) = std::env::var(VARIABLE) else {
        return;
    };
    if wanted.rsplit_once(':') == Some((step, point)) {
        let _ = kill(Pid::this(), Signal::SIGKILL);
    }
}
