use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;

fn item(name: &str, value: &str) -> Item {
    Item {
        name: name.into(),
        value: value.into(),
        shown: Side::Value(value.into()),
        own: Own::No,
    }
}

fn identity(reference: &str, key: &str) -> Identity {
    let mut identity = Identity::default();
    identity.add(reference, "project");
    identity.add(key, "board");
    identity
}

#[test]
fn what_says_whose_it_is_is_told_from_what_matters() {
    let left_is = identity("aaaaaaaaaaaaaaaaaaaa", "DEFAULT");
    let right_is = identity("bbbbbbbbbbbbbbbbbbbb", "CLONE1");
    let left = [
        item("url", "https://aaaaaaaaaaaaaaaaaaaa.supabase.co"),
        item("query", "project = DEFAULT"),
        item("model", "one"),
        item("same", "x"),
        item("left", "x"),
        // a longer word isn't the name
        item("word", "DEFAULTS"),
    ];
    let right = [
        item("model", "two"),
        item("url", "https://bbbbbbbbbbbbbbbbbbbb.supabase.co"),
        item("query", "project = CLONE1"),
        item("same", "x"),
        item("right", "y"),
        item("word", "CLONE1S"),
    ];
    let mut section = Section::new(Part::Config);
    compare(&mut section, [(&left, &left_is), (&right, &right_is)]);
    let rows: Vec<(&str, bool)> = section.rows.iter().map(|r| (&*r.name, r.own)).collect();
    assert_eq!(
        rows,
        [
            ("url", true),
            ("query", true),
            ("model", false),
            ("left", false),
            ("word", false),
            ("right", false)
        ]
    );
    assert_eq!((section.equal, section.own()), (1, 2));
}

#[test]
fn an_own_value_that_one_lacks_matters() {
    let own = |value: &str| Item {
        own: Own::Yes,
        ..item("SUPABASE_URL", value)
    };
    let none = Identity::default();
    let mut section = Section::new(Part::Env);
    compare(&mut section, [(&[own("a")], &none), (&[own("")], &none)]);
    compare(&mut section, [(&[own("a")], &none), (&[own("b")], &none)]);
    let marks: Vec<bool> = section.rows.iter().map(|r| r.own).collect();
    assert_eq!(marks, [false, true]);
}

fn sample() -> Comparison {
    let mut section = Section::new(Part::Env);
    section.equal = 2;
    let row = |name: &str, left, right, own| Row {
        name: name.into(),
        left,
        right,
        own,
    };
    section.rows = vec![
        row("MODEL", Side::Value("small".into()), Side::Missing, false),
        row(
            "A_TOKEN",
            Side::Fingerprint("0123456789ab".into()),
            Side::Fingerprint("ba9876543210".into()),
            false,
        ),
        row(
            "URL",
            Side::Value("x".into()),
            Side::Value("y".into()),
            true,
        ),
    ];
    Comparison {
        left: "default".into(),
        right: "clone-1".into(),
        sections: vec![section],
    }
}

#[test]
fn the_sides_stand_beside_each_other_where_there_is_room() {
    let lines = text(&sample(), 70, false);
    assert_eq!(
        lines,
        [
            "           default                       clone-1",
            "",
            "Environment: 2 differ, 2 equal, 1 the instances' own (not shown)",
            "  MODEL    small                         missing",
            "  A_TOKEN  secret 0123456789ab           secret ba9876543210",
        ]
    );
    let narrow = text(&sample(), 30, true);
    assert!(narrow.contains(&"= URL".to_owned()) && narrow.contains(&"    > y".to_owned()));
}

proptest! {
    #[test]
    fn no_line_is_wider_than_the_screen(width in 20usize..200, value in any::<String>(), all in any::<bool>()) {
        let mut comparison = sample();
        comparison.sections[0].rows[0].name = value.clone().replace(char::is_control, "");
        comparison.sections[0].rows[0].left = Side::Value(value.clone());
        comparison.sections[0].missing.push(value.replace(char::is_control, ""));
        for line in text(&comparison, width, all) {
            prop_assert!(line.width() <= width, "{}", line);
        }
    }
}
