//! Reading from a server only while somebody waits for what comes.
//!
//! A connection reads ahead: several messages lie in memory while one is being worked on. Where one
//! message is a row of many megabytes, that is most of a copy's memory. A held connection leaves
//! them in the socket, so that the server waits instead.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::task::AtomicWaker;

/// Shared by a connection's task and whoever uses the connection.
#[derive(Default)]
pub struct Pace {
    held: AtomicBool,
    driver: AtomicWaker,
}

impl Pace {
    /// Ready where the connection may read; otherwise its task is woken once it may.
    pub(super) fn poll_read(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.driver.register(cx.waker());
        match self.held.load(Ordering::Acquire) {
            true => Poll::Pending,
            false => Poll::Ready(()),
        }
    }

    /// From now on the connection does nothing but in [`Held::wait`], until the value is dropped.
    pub fn hold(self: &Arc<Self>) -> Held {
        self.held.store(true, Ordering::Release);
        Held(self.clone())
    }

    fn release(&self) {
        self.held.store(false, Ordering::Release);
        self.driver.wake();
    }
}

/// A connection that does nothing by itself.
pub struct Held(Arc<Pace>);

impl Held {
    /// Waits for something that comes over the connection, which works meanwhile.
    pub async fn wait<F: Future>(&self, future: F) -> F::Output {
        let mut future = pin!(future);
        poll_fn(|cx| {
            let came = Waker::from(Arc::new(Came {
                pace: self.0.clone(),
                waiting: cx.waker().clone(),
            }));
            let polled = future.as_mut().poll(&mut Context::from_waker(&came));
            match polled {
                Poll::Ready(_) => self.0.held.store(true, Ordering::Release),
                Poll::Pending => self.0.release(),
            }
            polled
        })
        .await
    }
}

/// Stops the connection at the moment at which it wakes who waits, as that one may take a while to
/// run.
struct Came {
    pace: Arc<Pace>,
    waiting: Waker,
}

impl Wake for Came {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.pace.held.store(true, Ordering::Release);
        self.waiting.wake_by_ref();
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.release();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// A "connection" that puts a message down whenever its task is polled and may read.
    async fn drive(pace: Arc<Pace>, read: Arc<AtomicUsize>, into: tokio::sync::mpsc::Sender<()>) {
        loop {
            poll_fn(|cx| pace.poll_read(cx)).await;
            read.fetch_add(1, Ordering::SeqCst);
            if into.send(()).await.is_err() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn nothing_is_read_while_nobody_waits() {
        let (pace, read) = (Arc::new(Pace::default()), Arc::new(AtomicUsize::new(0)));
        let held = pace.hold();
        let (sender, mut receiver) = tokio::sync::mpsc::channel(8);
        tokio::spawn(drive(pace.clone(), read.clone(), sender));
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        assert_eq!(read.load(Ordering::SeqCst), 0, "read before anybody waited");
        for taken in 1..=5 {
            held.wait(receiver.recv()).await.unwrap();
            let ahead = read.load(Ordering::SeqCst);
            for _ in 0..50 {
                tokio::task::yield_now().await;
            }
            assert_eq!(read.load(Ordering::SeqCst), ahead, "read on meanwhile");
            assert!(ahead <= taken + 1, "{ahead} read for {taken}");
        }
        drop(held);
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
        let free = read.load(Ordering::SeqCst);
        assert!(free > 8, "it didn't go on by itself: {free}");
    }
}
