//! Ways to write a value, best first.

use super::document::Quote;
use super::lint::LintCode;
use super::parse::{OnProblem, read};

/// Every form in which the value, alone on a line, reads back as itself: first those that all readers
/// agree on, then those that only this dialect reads so. `newline` is the file's line ending;
/// `current` is how the value stands now, which is kept where it can be.
pub(super) fn forms(value: &str, newline: &str, current: Option<Quote>) -> Vec<String> {
    let lines = value.replace('\n', newline);
    let wrap = |mark: char, inner: &str| format!("{mark}{inner}{mark}");
    let styles = [
        (Quote::None, value.to_owned()),
        (Quote::Single, wrap('\'', &lines)),
        (Quote::Double, wrap('"', &lines)),
        // only double quotes can hold a carriage return
        (
            Quote::Double,
            wrap('"', &value.replace('\r', "\\r").replace('\n', newline)),
        ),
        (
            Quote::Double,
            wrap('"', &value.replace('\r', "\\r").replace('\n', "\\n")),
        ),
        (Quote::Backtick, wrap('`', &lines)),
    ];
    let mut sure = Vec::new();
    let mut ours = Vec::new();
    for (quote, form) in styles {
        let file = read(&format!("K={form}\n"), OnProblem::Stop);
        let one = file.problems.is_empty() && file.nodes.len() == 1;
        // quotes inside of the same quotes read back in dotenv by luck, and in no other reader
        let luck = file
            .lints
            .iter()
            .any(|l| l.code == LintCode::TextAfterQuote);
        if !one || luck || file.get("K") != Some(value) {
            continue;
        }
        // a plain value in a line of its own isn't put in quotes just because its neighbour was
        match (file.lints.is_empty(), Some(quote) == current) {
            (true, true) => sure.insert(0, form),
            (true, false) => sure.push(form),
            (false, _) => ours.push((quote, form)),
        }
    }
    // text that a shell would run or split comes last, backticks after all others
    ours.sort_by_key(|(quote, _)| match quote {
        Quote::Single => 0,
        Quote::Double => 1,
        Quote::None => 2,
        Quote::Backtick => 3,
    });
    sure.extend(ours.into_iter().map(|(_, form)| form));
    sure
}
