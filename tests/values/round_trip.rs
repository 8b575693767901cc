//! A hundred thousand values: what is set is what is read, and nothing else in the file changes.

use matriz::domain::env_file::EnvFile;
use matriz::error::Kind;

use crate::strategies::{file, many, value};

const VALUES: usize = 100_000;

#[test]
fn what_is_set_is_what_is_read_or_it_is_refused_with_a_reason() {
    let cases = many(&(file(), value()), VALUES);
    let (mut kept, mut refused) = (0u32, 0u32);
    let mut needless = Vec::new();
    for (text, value) in &cases {
        let before = EnvFile::parse(text).unwrap();
        let mut after = before.clone();
        match after.set("KEY", value) {
            Ok(()) => {
                kept += 1;
                assert_eq!(after.get("KEY"), Some(value.as_str()), "{text:?} {value:?}");
                let again = EnvFile::parse(after.text()).unwrap();
                assert_eq!(again.get("KEY"), Some(value.as_str()), "{text:?} {value:?}");
                outside_is_the_same(&before, &after, value);
            }
            Err(error) => {
                refused += 1;
                assert_eq!(error.kind, Kind::Refused, "{value:?}");
                assert!(error.message.contains("KEY"), "{}", error.message);
                let told = format!("{} {}", error.message, error.hint.unwrap_or_default());
                assert!(value.len() < 8 || !told.contains(value), "{told}");
                assert_eq!(after.text(), text, "a refused value changes nothing");
                if !is_impossible(value) {
                    needless.push(format!("{value:?} in {text:?}"));
                }
            }
        }
    }
    needless.sort_by_key(String::len);
    needless.truncate(12);
    assert!(
        needless.is_empty(),
        "refused without need:\n{}",
        needless.join("\n")
    );
    println!("{kept} of {VALUES} values kept, {refused} refused");
    assert!(kept > 80_000 && refused > 1_000, "{kept} {refused}");
}

/// All bytes before the edited value and after it are as they were.
fn outside_is_the_same(before: &EnvFile, after: &EnvFile, value: &str) {
    let (old, new) = (before.text().as_bytes(), after.text().as_bytes());
    if old == new {
        return;
    }
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    // what is left between the two is the edited span: within the line of KEY
    let old_span = head..old.len().saturating_sub(tail).max(head);
    let replaced = String::from_utf8_lossy(&old[old_span.clone()]);
    let of_key = before.entries().filter(|e| e.key == "KEY" && e.effective);
    let held = of_key.map(|e| e.value.len()).max().unwrap_or(0);
    assert!(
        replaced.len() <= held + 2,
        "more than the value was replaced: {replaced:?} by {value:?}"
    );
    let others = |file: &EnvFile| -> Vec<(String, String)> {
        let entries = file.entries().filter(|e| !(e.key == "KEY" && e.effective));
        entries
            .map(|e| (e.key.to_owned(), e.value.to_owned()))
            .collect()
    };
    assert_eq!(others(before), others(after), "{value:?}");
}

/// No variable holds a NUL byte. Else it's that no kind of quotes can stand around it: a value that
/// needs them and holds the quote itself, ends with a backslash (which would keep the quote from
/// closing), or, in double quotes, has a backslash before an n or r that isn't a line end.
fn is_impossible(value: &str) -> bool {
    let blocked = |quote: char| value.contains(quote) || value.ends_with('\\');
    let double = blocked('"') || value.contains("\\n") || value.contains("\\r");
    // a carriage return is a line end in every other kind of quotes
    let carriage = value.contains('\r') && double;
    value.contains('\0') || carriage || (double && blocked('\'') && blocked('`'))
}
