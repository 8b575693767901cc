//! The work that is left, the heaviest first. Work may bring more work; the queue ends when
//! nothing waits and nobody works.

use std::collections::BinaryHeap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::provider::postgres::copy::data::Range;

/// One piece of work. Numbers are places in the engine's lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// A table's rows, all or a range of them.
    Table { job: usize, range: Option<Range> },
    /// Small tables.
    Batch(Vec<usize>),
    /// Tables that the target had already, in the order of their references.
    Kept(Vec<usize>),
    /// Statements on these tables, in their order.
    Index { jobs: Vec<usize>, tasks: Vec<usize> },
    /// The hashes of these tables' rows in the target.
    Check(Vec<usize>),
    /// A large table's statistics, while others are being checked.
    Analyze(usize),
}

struct Waiting {
    weight: u64,
    order: u64,
    work: Work,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        (self.weight, self.order) == (other.weight, other.order)
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // What came first goes first among equals.
        (self.weight, std::cmp::Reverse(self.order))
            .cmp(&(other.weight, std::cmp::Reverse(other.order)))
    }
}

#[derive(Default)]
struct State {
    waiting: BinaryHeap<Waiting>,
    /// Pieces that wait or are being worked on.
    open: usize,
    order: u64,
}

#[derive(Default)]
pub struct Queue {
    state: Mutex<State>,
    changed: Notify,
}

impl Queue {
    pub fn push(&self, weight: u64, work: Work) {
        let mut state = self.lock();
        state.open += 1;
        state.order += 1;
        let order = state.order;
        state.waiting.push(Waiting {
            weight,
            order,
            work,
        });
        drop(state);
        self.changed.notify_waiters();
    }

    /// The next piece, or `None` when everything is done.
    pub async fn next(&self) -> Option<Work> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            {
                let mut state = self.lock();
                if let Some(next) = state.waiting.pop() {
                    return Some(next.work);
                }
                if state.open == 0 {
                    return None;
                }
            }
            changed.await;
        }
    }

    /// A piece is finished; whatever it brings must have been pushed before.
    pub fn done(&self) {
        let mut state = self.lock();
        state.open = state.open.saturating_sub(1);
        let over = state.open == 0;
        drop(state);
        if over {
            self.changed.notify_waiters();
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_heaviest_goes_first_and_the_end_is_noticed() {
        let queue = Queue::default();
        queue.push(1, Work::Batch(vec![1]));
        queue.push(9, Work::Batch(vec![2]));
        queue.push(1, Work::Batch(vec![3]));
        assert_eq!(queue.next().await, Some(Work::Batch(vec![2])));
        queue.push(5, Work::Check(vec![2]));
        queue.done();
        assert_eq!(queue.next().await, Some(Work::Check(vec![2])));
        queue.done();
        assert_eq!(queue.next().await, Some(Work::Batch(vec![1])));
        assert_eq!(queue.next().await, Some(Work::Batch(vec![3])));
        let (end, ()) = tokio::join!(queue.next(), async {
            queue.done();
            queue.done();
        });
        assert_eq!(end, None);
    }
}
