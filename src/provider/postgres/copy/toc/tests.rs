use super::*;
use proptest::prelude::*;

fn int(out: &mut Vec<u8>, value: i32) {
    out.push(u8::from(value < 0));
    out.extend(value.unsigned_abs().to_le_bytes());
}

fn string(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => {
            int(out, text.len() as i32);
            out.extend(text.as_bytes());
        }
        None => int(out, -1),
    }
}

fn archive(minor: u8, entries: &[(&str, &str, i32)]) -> Vec<u8> {
    let mut out = b"PGDMP".to_vec();
    out.extend([1, minor, 0, 4, 8, 1]);
    if minor >= 15 {
        out.push(1);
    } else {
        int(&mut out, -1);
    }
    for _ in 0..7 {
        int(&mut out, 1);
    }
    for text in ["db", "15.1", "15.1"] {
        string(&mut out, Some(text));
    }
    int(&mut out, entries.len() as i32);
    for (place, (desc, defn, section)) in entries.iter().enumerate() {
        int(&mut out, place as i32 + 10);
        int(&mut out, 0);
        string(&mut out, Some("1259"));
        string(&mut out, Some("16385"));
        string(&mut out, Some("tag"));
        string(&mut out, Some(desc));
        int(&mut out, *section);
        string(&mut out, Some(defn));
        string(&mut out, Some("DROP"));
        string(&mut out, None);
        string(&mut out, Some("public"));
        string(&mut out, None);
        string(&mut out, Some("heap"));
        if minor >= 16 {
            int(&mut out, 114);
        }
        string(&mut out, Some("owner"));
        string(&mut out, Some("false"));
        string(&mut out, Some("3"));
        string(&mut out, None);
        out.extend([0; 9]);
    }
    out
}

#[test]
fn every_known_version_is_read() {
    for minor in [14, 15, 16] {
        let toc = parse(&archive(
            minor,
            &[("TABLE", "CREATE TABLE x;", 2), ("INDEX", "é", 4)],
        ))
        .unwrap();
        assert_eq!(toc.entries.len(), 2, "1.{minor}");
        let last = toc.entries.last().unwrap();
        assert_eq!((last.id, last.section), (11, Section::Post));
        assert_eq!((last.defn.as_str(), last.deps.as_slice()), ("é", &[3][..]));
        assert_eq!(last.title(), "index public.tag");
    }
}

#[test]
fn a_format_from_the_future_is_refused() {
    let error = parse(&archive(17, &[])).unwrap_err();
    assert!(error.message.contains("1.17"), "{error}");
}

#[test]
fn the_hash_is_of_the_entries_alone() {
    let one = archive(14, &[("TABLE", "a", 2)]);
    let mut later = one.clone();
    later[22] ^= 1;
    let other = archive(14, &[("TABLE", "b", 2)]);
    assert_eq!(parse(&one).unwrap().hash, parse(&later).unwrap().hash);
    assert_ne!(parse(&one).unwrap().hash, parse(&other).unwrap().hash);
}

proptest! {
    #[test]
    fn a_cut_archive_is_an_error_and_never_a_panic(cut in any::<proptest::sample::Index>()) {
        let whole = archive(16, &[("TABLE", "a", 2), ("INDEX", "b", 4)]);
        let cut = cut.index(whole.len());
        prop_assert!(parse(&whole[..cut]).is_err());
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let mut whole = archive(14, &[]);
        whole.truncate(11);
        whole.extend(bytes);
        let _ = parse(&whole);
    }
}
