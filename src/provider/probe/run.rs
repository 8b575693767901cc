//! Asking the probes one after the other.

use futures_util::future::BoxFuture;
use futures_util::{Stream, StreamExt};

use super::expect::{Expect, Header, Verdict};
use super::facts::{Facts, Lesson, Nothing, Problem};
use super::form::Field;
use super::recorder::{Answered, Recorder};
use crate::domain::probe::{Outcome, ProbeFinding};

/// What an operation came to; its result itself isn't needed.
pub type Asked = Result<(), Problem>;

/// An operation of the client `C`, with what is known so far.
pub type Ask<C> = for<'a> fn(&'a C, &'a Facts) -> BoxFuture<'a, Asked>;

/// One read-only call. See [`super`].
pub struct Probe<C> {
    pub name: &'static str,
    pub why: &'static str,
    pub ask: Ask<C>,
    pub expect: Expect,
    pub learn: Vec<Lesson>,
}

impl<C> Probe<C> {
    /// One whose answer is a 200 with these fields.
    pub fn new(name: &'static str, why: &'static str, ask: Ask<C>, fields: &[Field]) -> Probe<C> {
        Probe {
            name,
            why,
            ask,
            expect: Expect {
                statuses: vec![200],
                fields: fields.to_vec(),
                headers: Vec::new(),
                shown: Vec::new(),
            },
            learn: Vec::new(),
        }
    }

    /// A status that is an answer, too, and has no fields.
    #[must_use]
    pub fn or(mut self, status: u16) -> Self {
        self.expect.statuses.push(status);
        self
    }

    /// The status of a good answer, where it isn't 200.
    #[must_use]
    pub fn status(mut self, status: u16) -> Self {
        self.expect.statuses = vec![status];
        self
    }

    #[must_use]
    pub fn headers(mut self, headers: &[Header]) -> Self {
        self.expect.headers = headers.to_vec();
        self
    }

    #[must_use]
    pub fn shows(mut self, pointers: &[&'static str]) -> Self {
        self.expect.shown = pointers.to_vec();
        self
    }

    #[must_use]
    pub fn learns(
        mut self,
        fact: &'static str,
        find: fn(&serde_json::Value) -> Option<String>,
    ) -> Self {
        self.learn.push((fact, find));
        self
    }
}

/// An operation that gives one thing.
pub fn done<T, E: Into<Problem>>(result: Result<T, E>) -> Asked {
    result.map(drop).map_err(Into::into)
}

/// The first page of a list, read as far as its first entry; the client reads all entries of a
/// page at once.
pub async fn first<T, E: Into<Problem>>(
    mut items: impl Stream<Item = Result<T, E>> + Unpin,
) -> Asked {
    match items.next().await {
        Some(Err(error)) => Err(error.into()),
        Some(Ok(_)) | None => Ok(()),
    }
}

/// Asks all probes in their order, tells each finding, and learns on the way. Once a service can't
/// be reached, or doesn't take the account, it isn't asked for the rest.
pub async fn run<C>(
    service: &'static str,
    client: &C,
    probes: &[Probe<C>],
    recorder: &Recorder,
    facts: &mut Facts,
    tell: &mut (dyn FnMut(ProbeFinding) + Send),
) {
    let mut shut: Option<&'static str> = None;
    for probe in probes {
        let mut finding = ProbeFinding {
            service: service.to_owned(),
            name: probe.name.to_owned(),
            asked: probe.name.to_owned(),
            why: probe.why.to_owned(),
            expected: probe.expect.words(),
            came: String::new(),
            outcome: Outcome::Skipped,
            differences: Vec::new(),
            notes: Vec::new(),
        };
        if let Some(why) = shut {
            finding.came = why.to_owned();
            tell(finding);
            continue;
        }
        recorder.take();
        let result = (probe.ask)(client, facts).await;
        let answers = recorder.take();
        shut = match (&result, answers.last()) {
            (Err(Problem::Failed { .. }), None) => Some("it can't be reached"),
            (_, Some(answered)) if answered.status == 401 => Some("it doesn't take the account"),
            _ => None,
        };
        conclude(probe, result, &answers, facts, &mut finding);
        tell(finding);
    }
}

/// A message of the client's, without what it repeats of an answer that it can't read.
fn without_values(message: &str) -> String {
    const FROM_HERE: &str = "could not be understood: ";
    let Some((before, said)) = message.split_once(FROM_HERE) else {
        return message.to_owned();
    };
    let mut kept = String::new();
    for (n, part) in said.split('"').enumerate() {
        kept.push_str(if n % 2 == 0 { part } else { "…" });
    }
    format!("{before}{FROM_HERE}{kept}")
}

fn conclude<C>(
    probe: &Probe<C>,
    result: Asked,
    answers: &[Answered],
    facts: &mut Facts,
    finding: &mut ProbeFinding,
) {
    if let Some(first) = answers.first() {
        finding.asked = format!("{} {}", first.method, first.path);
    }
    let verdicts: Vec<Verdict> = answers.iter().map(|a| probe.expect.judge(a)).collect();
    let refused = verdicts.iter().any(|v| v.refused);
    if let Some(last) = verdicts.last() {
        finding.came.clone_from(&last.came);
        // an entry that an earlier list lacked was looked for in the next
        finding.notes.clone_from(&last.notes);
    }
    for verdict in verdicts {
        if let Some(value) = &verdict.value {
            facts.learn(&probe.learn, value);
        }
        for difference in verdict.differences {
            if !finding.differences.contains(&difference) {
                finding.differences.push(difference);
            }
        }
    }
    finding.outcome = match result {
        Err(Problem::Nothing(Nothing(what))) => {
            finding.came = format!("there is no {what}");
            Outcome::Skipped
        }
        Err(Problem::Failed { message, hint }) => {
            if answers.is_empty() {
                "no answer".clone_into(&mut finding.came);
            }
            // that the client can't read it is a difference, whatever its form says
            finding.differences.push(without_values(&message));
            finding.notes.extend(hint);
            match refused || answers.is_empty() {
                true => Outcome::Refused,
                false => Outcome::Differs,
            }
        }
        Ok(()) if finding.differences.is_empty() => Outcome::Ok,
        Ok(()) if refused => Outcome::Refused,
        Ok(()) => Outcome::Differs,
    };
}

#[cfg(test)]
mod tests {
    use super::without_values;

    #[test]
    fn what_an_answer_held_is_not_repeated() {
        let message = "Jira answered 200 to the request to show \"A\", but its text could not be understood: invalid type: string \"example-secret\", expected u64 at line 1";
        let said = without_values(message);
        assert!(
            !said.contains("example-secret") && said.contains("expected u64"),
            "{said}"
        );
        assert_eq!(
            without_values("Jira refused: \"No\"."),
            "Jira refused: \"No\"."
        );
    }
}
