//! A list of a text with other elements: those that stay keep their bytes, and what stands between
//! them (line breaks, comments); new ones are set apart as the old ones are.

use std::ops::Range;

use super::splice;

/// `list` is the whole list in `text`, brackets and all; `old` its elements' places, `new` the
/// elements that it shall have.
pub(super) fn with_elements(
    text: &str,
    list: Range<usize>,
    old: &[Range<usize>],
    new: &[&str],
) -> String {
    let same = |(old, new): &(&Range<usize>, &&str)| text.get((*old).clone()) == Some(**new);
    let front = old.iter().zip(new).take_while(same).count();
    let both = old.len().min(new.len()) - front;
    let back = old.iter().rev().zip(new.iter().rev()).take(both);
    let back = back.take_while(same).count();
    let gone = old.get(front..old.len() - back).unwrap_or_default();
    let come = new.get(front..new.len() - back).unwrap_or_default();
    let between = between(text, &list, old);
    let come = come.join(&between);
    let before = front.checked_sub(1).and_then(|i| old.get(i));
    let after = old.get(old.len() - back);
    match (gone.first(), gone.last(), before, after) {
        (Some(_), Some(_), None, None) if come.is_empty() => splice(text, list, "[]"),
        (Some(first), Some(last), _, _) if !come.is_empty() => {
            splice(text, first.start..last.end, &come)
        }
        (Some(_), Some(last), Some(before), _) => splice(text, before.end..last.end, ""),
        (Some(first), Some(_), None, Some(after)) => splice(text, first.start..after.start, ""),
        _ if come.is_empty() => text.to_owned(),
        (_, _, Some(before), _) => {
            splice(text, before.end..before.end, &format!("{between}{come}"))
        }
        (_, _, None, Some(after)) => {
            splice(text, after.start..after.start, &format!("{come}{between}"))
        }
        (_, _, None, None) => splice(text, list, &format!("[{come}]")),
    }
}

/// What sets the elements apart: as between the first two, else as before the first.
fn between(text: &str, list: &Range<usize>, old: &[Range<usize>]) -> String {
    let gap = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let is_blank = |gap: &str| gap.trim().is_empty();
    match old {
        [first, second, ..] if gap(first.end, second.start).trim() == "," => {
            gap(first.end, second.start).to_owned()
        }
        [first, ..] if gap(list.start + 1, first.start).contains('\n') => {
            let lead = gap(list.start + 1, first.start);
            let line = lead.rfind('\n').and_then(|i| lead.get(i..)).unwrap_or(lead);
            match is_blank(lead) {
                true => format!(",{lead}"),
                false => format!(",{line}"),
            }
        }
        _ => ", ".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Elements are single letters here.
    fn changed(text: &str, new: &[&str]) -> String {
        let letters = text.char_indices().filter(|(_, c)| c.is_ascii_lowercase());
        let old: Vec<Range<usize>> = letters.map(|(i, _)| i..i + 1).collect();
        let list = text.find('[').unwrap()..text.rfind(']').unwrap() + 1;
        with_elements(text, list, &old, new)
    }

    #[test]
    fn what_stays_keeps_its_place_and_what_comes_looks_like_it() {
        for (text, new, expected) in [
            ("=[ a,b ]", &["a", "c"][..], "=[ a,c ]"),
            ("=[ a,b ]", &["a", "b", "c"], "=[ a,b,c ]"),
            ("=[ a,b ]", &["c", "a", "b"], "=[ c,a,b ]"),
            ("=[ a,b ]", &["b"], "=[ b ]"),
            ("=[ a,b ]", &["a"], "=[ a ]"),
            ("=[ a,b ]", &[], "=[]"),
            ("=[ a,b ]", &["a", "b"], "=[ a,b ]"),
            ("=[ a,b,c ]", &["a", "c"], "=[ a,c ]"),
            ("=[a]", &["a", "a"], "=[a, a]"),
            ("=[a, a]", &["a"], "=[a]"),
            ("=[ ]", &["a", "b"], "=[a, b]"),
            (
                "=[\n  a,\n  b,\n]",
                &["a", "b", "c"],
                "=[\n  a,\n  b,\n  c,\n]",
            ),
            ("=[\n  a\n]", &["b", "c"], "=[\n  b,\n  c\n]"),
            (
                "=[\n  a, # A\n  b # B\n]",
                &["a", "c"],
                "=[\n  a, # A\n  c # B\n]",
            ),
        ] {
            assert_eq!(changed(text, new), expected, "{text:?} {new:?}");
        }
    }
}
