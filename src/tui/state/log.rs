//! A job's log, read as it grows.

use std::collections::VecDeque;

use crate::domain::job::JobId;

use super::notice::Notice;
use crate::tui::backend::LogPart;

/// Lines kept; older ones are in the job's log file.
pub const KEPT: usize = 20_000;

#[derive(Debug)]
pub struct LogView {
    pub job: JobId,
    pub lines: VecDeque<String>,
    /// Where the next part begins.
    pub next: u64,
    /// Lines that were let go at the front.
    pub dropped: usize,
    /// The view stays at the end.
    pub follow: bool,
    /// First line shown, while it doesn't follow.
    pub offset: usize,
    /// First column shown.
    pub column: usize,
    pub reading: bool,
    pub error: Option<Notice>,
}

impl LogView {
    pub fn new(job: JobId) -> Self {
        LogView {
            job,
            lines: VecDeque::new(),
            next: 0,
            dropped: 0,
            follow: true,
            offset: 0,
            column: 0,
            reading: false,
            error: None,
        }
    }

    pub fn extend(&mut self, part: LogPart) {
        self.next = part.next.max(self.next);
        self.lines.extend(part.lines);
        while self.lines.len() > KEPT {
            self.lines.pop_front();
            self.dropped += 1;
            self.offset = self.offset.saturating_sub(1);
        }
        self.error = None;
    }

    /// The first line shown in a view of `height`.
    pub fn top(&self, height: usize) -> usize {
        let last = self.lines.len().saturating_sub(height);
        if self.follow {
            last
        } else {
            self.offset.min(last)
        }
    }

    /// Moves the view; reaching the end follows again.
    pub fn scroll(&mut self, by: isize, height: usize) {
        let last = self.lines.len().saturating_sub(height);
        self.offset = self.top(height).saturating_add_signed(by).min(last);
        self.follow = by > 0 && self.offset == last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_follows_until_scrolled_and_again_at_the_end() {
        let mut log = LogView::new(1);
        let lines = |n: usize| (0..n).map(|i| i.to_string()).collect();
        log.extend(LogPart {
            next: 5,
            lines: lines(100),
        });
        assert_eq!(log.top(10), 90);
        log.scroll(-5, 10);
        assert_eq!((log.follow, log.top(10)), (false, 85));
        log.extend(LogPart {
            next: 9,
            lines: lines(10),
        });
        assert_eq!(log.top(10), 85);
        log.scroll(100, 10);
        assert_eq!((log.follow, log.top(10)), (true, 100));
    }

    #[test]
    fn memory_is_bounded() {
        let mut log = LogView::new(1);
        log.extend(LogPart {
            next: 1,
            lines: vec![String::new(); KEPT + 10],
        });
        assert_eq!((log.lines.len(), log.dropped), (KEPT, 10));
    }
}
