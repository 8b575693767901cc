//! What is on the screen: the first frame, the popups, the filter, and every size.

use super::cells::{between_frames, colours, find, row_of, rows, selected_name};
use super::terminal::{SOON, Start};
use super::world::{World, shared};

#[test]
fn the_first_frames_show_default_and_what_c_would_do() {
    let _turn = shared();
    let world = World::sample();
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("A sample company");
    let seen = terminal.seen();
    assert!(row_of(&seen, "▶ default").is_some(), "{}", seen.text());
    assert!(seen.text().contains("not set up"), "{}", seen.text());
    assert!(seen.text().contains("c clone"), "{}", seen.text());
    assert!(seen.screen().alternate_screen());
    assert!(seen.screen().hide_cursor());
    assert!(seen.screen().bracketed_paste());
}

#[test]
fn the_list_is_filtered_while_one_types() {
    let _turn = shared();
    let world = World::with(&["default", "billing", "search", "shop"]);
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("search");
    terminal.keys("/sea");
    terminal.wait_gone("billing");
    terminal.wait_for("the one that fits is selected", SOON, |seen| {
        selected_name(seen).as_deref() == Some("search")
    });
    terminal.keys("zzz");
    terminal.wait_text("No instance matches.");
    terminal.keys("\x1b");
    terminal.wait_text("billing");
}

#[test]
fn help_names_the_keys_and_esc_closes_it() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("default");
    terminal.keys("?");
    terminal.wait_text("Copy the selected instance");
    terminal.keys("\x1b");
    terminal.wait_gone("Copy the selected instance");
}

#[test]
fn the_palette_finds_a_command_and_runs_it() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("default");
    terminal.keys(":");
    terminal.wait_text("Commands");
    terminal.keys("new");
    terminal.wait_text("Create an instance from the templates.");
    terminal.keys("\r");
    terminal.wait_text("New instance");
}

#[test]
fn an_instance_is_created_and_selected() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("default");
    terminal.keys("n");
    terminal.wait_text("New instance");
    // the suggested name goes, another comes
    terminal.keys("\x15trial-7\r");
    terminal.wait_for("the new one is selected", SOON, |seen| {
        selected_name(seen).as_deref() == Some("trial-7")
    });
    assert!(world.env_file("trial-7").is_file());
}

#[test]
fn every_size_is_filled_and_none_breaks_it() {
    let _turn = shared();
    let world = World::with(&["default", "second"]);
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("second");
    terminal.keys("j");
    terminal.wait_for("the second is selected", SOON, |seen| {
        selected_name(seen).as_deref() == Some("second")
    });
    for (columns, rows) in [(20, 5), (1, 1), (59, 15), (60, 14)] {
        terminal.resize(columns, rows);
        let wanted = "Matriz needs 60 × 15 characters.";
        let part: String = wanted.chars().take(usize::from(columns) - 1).collect();
        terminal.wait_for("it asks for room", SOON, |seen| {
            let text = seen.text();
            let text = text.trim();
            text.starts_with(part.trim()) && text.lines().count() == 1
        });
    }
    for (columns, lines) in [(60, 15), (200, 50), (100, 20), (99, 40), (300, 100)] {
        terminal.resize(columns, lines);
        terminal.wait_for("the frame fills the screen", SOON, |seen| {
            let rows = rows(seen);
            let width = usize::from(columns);
            let framed = rows.get(1).is_some_and(|row| {
                row.starts_with('╭') && row.chars().count() == width && row.ends_with('╮')
            });
            let footer = rows.last().is_some_and(|row| row.contains("help"));
            framed && footer && selected_name(seen).as_deref() == Some("second")
        });
    }
}

#[test]
fn every_popup_and_tab_fits_the_smallest_screen() {
    let _turn = shared();
    let world = World::sample();
    let terminal = Start::in_folder(world.root()).size(60, 15).open();
    terminal.wait_text("not set up");
    let popups = [
        ("?", "Keys"),
        (":", "Commands"),
        ("n", "New instance"),
        ("c", "Clone default"),
        ("i", "Set up default"),
    ];
    for (key, title) in popups {
        terminal.keys(key);
        terminal.wait_text(title);
        let seen = terminal.seen();
        let framed = rows(&seen).iter().any(|row| {
            row.contains(title) && row.contains('╭') && row.trim_end().ends_with(['╮', '│', ' '])
        });
        assert!(framed, "{}", seen.text());
        drop(seen);
        terminal.keys("\x1b");
        terminal.wait_for("it is closed", SOON, |seen| {
            selected_name(seen).as_deref() == Some("default") && rows(seen)[1].contains("Instances")
        });
    }
    terminal.keys("2");
    for said in ["A sample company", "SUPABASE_URL", "instance.toml"] {
        terminal.wait_text(said);
        terminal.keys("]");
    }
}

#[test]
fn it_opens_in_a_terminal_that_is_too_small() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let mut terminal = Start::in_folder(world.root()).size(20, 5).open();
    terminal.wait_text("Matriz needs");
    terminal.keys("q");
    assert!(terminal.wait_end(SOON).success());
}

#[test]
fn without_colours_none_is_written_and_all_is_said() {
    let _turn = shared();
    let world = World::sample();
    let plain = Start::in_folder(world.root()).env("NO_COLOR", "1").open();
    plain.wait_text("A sample company");
    plain.keys("?");
    plain.wait_text("Copy the selected instance");
    assert_eq!(colours(&plain.seen().bytes), Vec::<String>::new());
    // the judge itself: with colours there are some
    let coloured = Start::in_folder(world.root()).open();
    coloured.wait_text("A sample company");
    assert!(!colours(&coloured.seen().bytes).is_empty());
}

#[test]
fn nothing_is_written_between_frames_and_nothing_is_wiped() {
    let _turn = shared();
    let world = World::with(&["default", "second"]);
    let mut terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("second");
    terminal.keys("j?");
    terminal.wait_text("Copy the selected instance");
    terminal.keys("\x1b");
    terminal.wait_gone("Copy the selected instance");
    let seen = terminal.seen();
    let first = find(&seen.bytes, b"\x1b[?2026h").expect("a frame");
    let after = &seen.bytes[first..];
    let outside = between_frames(after);
    assert!(
        outside.is_empty(),
        "{:?}",
        String::from_utf8_lossy(&outside)
    );
    let frame = find(after, b"\x1b[?2026l").expect("its end");
    assert_eq!(
        find(&after[frame..], b"\x1b[2J"),
        None,
        "a frame wipes the screen"
    );
    drop(seen);
    terminal.keys("q");
    assert!(terminal.wait_end(SOON).success());
}

#[test]
fn the_selection_stays_while_instances_come_and_go() {
    let _turn = shared();
    let world = World::with(&["default", "b", "m"]);
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text(" m ");
    terminal.keys("G");
    let on_m = |seen: &super::terminal::Seen| selected_name(seen).as_deref() == Some("m");
    terminal.wait_for("m is selected", SOON, on_m);
    let made = world.verb(&["create", "a"]);
    assert!(made.status.success(), "{made:?}");
    terminal.wait_for("a appears, m stays selected", SOON, |seen| {
        rows(seen)
            .iter()
            .any(|row| row.starts_with("│") && row.contains(" a "))
            && on_m(seen)
    });
    std::fs::remove_dir_all(world.instance("b")).expect("the folder goes");
    terminal.wait_for("b goes, m stays selected", SOON, |seen| {
        !rows(seen).iter().any(|row| row.contains(" b ")) && on_m(seen)
    });
}
