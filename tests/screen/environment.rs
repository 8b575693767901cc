//! The environment's editor on a real file.

use std::fs;

use super::cells::rows;
use super::terminal::{SOON, Start, Terminal};
use super::world::{World, shared};

/// Odd on purpose: comments, spacing, quotes and a line end that an edit must not touch.
const FILE: &str =
    "# kept as it is\nFIRST = 'one'  # why\n\nexport SECOND=\"two\"\nPLAIN=old\nLAST=end";

fn open(world: &World) -> Terminal {
    fs::write(world.env_file("default"), FILE).expect("the file");
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("default");
    terminal.keys("e");
    terminal.wait_text("PLAIN");
    terminal
}

/// What stands right behind the marks of selected rows, in every pane.
fn marked(rows: &[String]) -> Vec<String> {
    rows.iter()
        .flat_map(|row| row.split('▌').skip(1))
        .filter_map(|text| text.split_whitespace().next().map(str::to_owned))
        .collect()
}

/// Moves down to a key's row. Each step is seen before the next one is made.
fn select(terminal: &Terminal, key: &str) {
    let has = |key: &str, marks: &[String]| marks.iter().any(|mark| mark == key);
    terminal.keys("g");
    terminal.wait_for("the first key is selected", SOON, |seen| {
        has("SUPABASE_URL", &marked(&rows(seen)))
    });
    for _ in 0..50 {
        let before = marked(&rows(&terminal.seen()));
        if has(key, &before) {
            return;
        }
        terminal.keys("j");
        terminal.wait_for("it moves", SOON, |seen| marked(&rows(seen)) != before);
    }
    panic!("{key} isn't reached:\n{}", terminal.text());
}

#[test]
fn a_changed_value_is_saved_and_no_other_byte_changes() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let terminal = open(&world);
    select(&terminal, "PLAIN");
    terminal.keys("\r");
    terminal.wait_text("Change PLAIN");
    terminal.keys("\x15new\r");
    terminal.wait_gone("Change PLAIN");
    assert_eq!(fs::read_to_string(world.env_file("default")).unwrap(), FILE);
    terminal.keys("s");
    terminal.wait_text("Save default");
    terminal.keys("\r");
    terminal.wait_gone("Save default");
    let wanted = FILE.replace("PLAIN=old", "PLAIN=new");
    terminal.wait_text(".env is saved");
    assert_eq!(
        fs::read_to_string(world.env_file("default")).unwrap(),
        wanted
    );
}

#[test]
fn several_pasted_lines_become_keys() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let terminal = open(&world);
    terminal.paste("PASTED_ONE=1\nPASTED_TWO='a b'\n");
    terminal.wait_text("take all");
    assert_eq!(fs::read_to_string(world.env_file("default")).unwrap(), FILE);
    terminal.keys("\r");
    terminal.wait_text("2 added");
    terminal.keys("s");
    terminal.wait_text("Save default");
    terminal.keys("\r");
    terminal.wait_text(".env is saved");
    let text = fs::read_to_string(world.env_file("default")).unwrap();
    assert!(text.starts_with(FILE), "{text}");
    let added: Vec<&str> = text[FILE.len()..].split_whitespace().collect();
    assert_eq!(added[0], "PASTED_ONE=1", "{text}");
    assert!(text.contains("PASTED_TWO="), "{text}");
}

#[test]
fn leaving_with_unsaved_changes_asks_first() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let mut terminal = open(&world);
    terminal.paste("PASTED=1");
    terminal.wait_text("take all");
    terminal.keys("\r");
    terminal.wait_text("1 added");
    terminal.keys("\x03");
    terminal.wait_text("would be lost");
    terminal.keys("\x1b");
    terminal.wait_gone("would be lost");
    terminal.keys("\x03");
    terminal.wait_text("would be lost");
    terminal.keys("\r");
    assert!(terminal.wait_end(SOON).success());
    assert_eq!(fs::read_to_string(world.env_file("default")).unwrap(), FILE);
}

#[test]
fn a_file_changed_by_another_hand_is_noticed() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let terminal = open(&world);
    fs::write(
        world.env_file("default"),
        format!("{FILE}\nFROM_OUTSIDE=1\n"),
    )
    .expect("the file");
    terminal.wait_text("FROM_OUTSIDE");
}

/// The program wrote these bytes.
fn wrote(terminal: &Terminal, what: &str, bytes: &[u8]) {
    terminal.wait_for(what, SOON, |seen| {
        seen.bytes.windows(bytes.len()).any(|w| w == bytes)
    });
}

#[test]
fn a_value_is_copied_by_way_of_the_terminal() {
    let _turn = shared();
    let world = World::with(&["default"]);
    let terminal = open(&world);
    select(&terminal, "PLAIN");
    terminal.keys("y");
    // "old" in base64
    wrote(&terminal, "it's copied", b"\x1b]52;c;b2xk\x07");
    terminal.wait_text("PLAIN is copied");
}

#[test]
fn a_secret_is_on_the_screen_only_while_its_key_is_held() {
    let _turn = shared();
    let world = World::with(&["default"]);
    fs::write(world.env_file("default"), "MY_TOKEN=example-held\n").expect("the file");
    let start = Start::in_folder(world.root()).env("TERM", "xterm-kitty");
    let mut terminal = start.open();
    terminal.wait_text("default");
    wrote(&terminal, "it asks to be told of releases", b"\x1b[>3u");
    terminal.keys("e");
    terminal.wait_text("MY_TOKEN");
    select(&terminal, "MY_TOKEN");
    terminal.keys("v");
    terminal.wait_text("example-held");
    // held: the terminal repeats it, then tells that it was let go (the kitty protocol's CSI u)
    terminal.keys("\x1b[118;1:2u");
    terminal.keys("\x1b[118;1:3u");
    terminal.wait_gone("example-held");
    terminal.keys("v");
    terminal.wait_text("example-held");
    // the focus is lost
    terminal.keys("\x1b[O");
    terminal.wait_gone("example-held");
    terminal.keys("q");
    assert!(terminal.wait_end(SOON).success());
    wrote(&terminal, "it gives the keyboard back", b"\x1b[<1u");
}
