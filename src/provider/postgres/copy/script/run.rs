//! Sending statements: many on their way at once, each answered by itself, so that an error names
//! its object although nobody waited in between.

use std::pin::Pin;
use std::task::Poll;

use futures_util::{future::poll_fn, pin_mut};
use tokio_postgres::error::SqlState;

use crate::error::Result;
use crate::provider::postgres::copy::request::Skipped;
use crate::provider::postgres::copy::script::Task;
use crate::provider::postgres::copy::session::Session;

/// So many statements on their way, and in one transaction. A table takes a handful of locks, and
/// a server has 6,400 by default.
const BATCH: usize = 500;

type Answer = std::result::Result<(), tokio_postgres::Error>;

/// Runs the tasks in their order, in transactions of [`BATCH`] statements.
pub async fn together(
    session: &Session,
    tasks: &[&Task],
    done: &(dyn Fn(u64) + Send + Sync),
) -> Result<()> {
    for chunk in tasks.chunks(BATCH) {
        let mut texts = Vec::with_capacity(chunk.len() + 2);
        texts.push("BEGIN");
        texts.extend(chunk.iter().map(|task| task.sql.as_str()));
        texts.push("COMMIT");
        let mut answers = pipelined(session, &texts).await.into_iter();
        let commit = answers.next_back();
        let begin = answers.next();
        // After the first error the others only say that the transaction is over.
        for (task, answer) in chunk.iter().zip(answers) {
            answer.map_err(|error| session.explain(error, &doing(task)))?;
        }
        for answer in [begin, commit].into_iter().flatten() {
            answer.map_err(|error| session.explain(error, "Making the schema"))?;
        }
        done(chunk.len() as u64);
    }
    Ok(())
}

/// Runs the tasks in their order, each by itself; answers with what the server refused, where that
/// may be.
pub async fn each(
    session: &Session,
    tasks: &[&Task],
    done: &(dyn Fn(u64) + Send + Sync),
) -> Result<Vec<Skipped>> {
    let mut skipped = Vec::new();
    for chunk in tasks.chunks(BATCH) {
        let texts: Vec<&str> = chunk.iter().map(|task| task.sql.as_str()).collect();
        for (task, answer) in chunk.iter().zip(pipelined(session, &texts).await) {
            let Err(error) = answer else {
                continue;
            };
            match error.as_db_error() {
                Some(said)
                    if task.may_be_refused && *said.code() == SqlState::INSUFFICIENT_PRIVILEGE =>
                {
                    skipped.push(Skipped::new(
                        task.title.clone(),
                        format!("the target's server says: {}", said.message()),
                    ));
                }
                _ => return Err(session.explain(error, &doing(task))),
            }
        }
        done(chunk.len() as u64);
    }
    Ok(skipped)
}

fn doing(task: &Task) -> String {
    format!("Making {} failed", task.title)
}

/// Sends every text before the first answer is waited for.
pub async fn pipelined(session: &Session, texts: &[&str]) -> Vec<Answer> {
    let mut waiting: Vec<Pin<Box<dyn Future<Output = Answer> + Send + '_>>> = Vec::new();
    let mut early: Vec<Option<Answer>> = Vec::new();
    for text in texts {
        let mut future: Pin<Box<dyn Future<Output = Answer> + Send + '_>> =
            Box::pin(session.connection.batch_execute(text));
        // The first poll hands the message to the connection, in this order.
        let first = poll_fn(|cx| {
            Poll::Ready(match future.as_mut().poll(cx) {
                Poll::Ready(answer) => Some(answer),
                Poll::Pending => None,
            })
        });
        pin_mut!(first);
        early.push(first.await);
        waiting.push(future);
    }
    let mut answers = Vec::with_capacity(texts.len());
    for (early, future) in early.into_iter().zip(waiting) {
        answers.push(match early {
            Some(answer) => answer,
            None => future.await,
        });
    }
    answers
}
