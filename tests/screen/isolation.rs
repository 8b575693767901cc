//! What isn't isolated, found and mended on the screen.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::Duration;

use super::terminal::Start;
use super::world::{World, shared};

/// A look waits for the one before it.
const LOOK: Duration = Duration::from_secs(20);

#[test]
fn a_finding_shows_itself_and_is_mended_with_one_key_and_a_yes() {
    let _turn = shared();
    let world = World::with(&["default", "clone-1"]);
    let terminal = Start::in_folder(world.root()).open();
    terminal.wait_text("clone-1");
    terminal.wait_text_for("nothing shared", LOOK);
    let path = world.env_file("clone-1");
    fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("a mode");
    terminal.keys("I");
    terminal.wait_text_for("I401", LOOK);
    terminal.wait_text("Every user of this machine can read the secrets in it.");
    terminal.keys("\r");
    terminal.wait_text("mode 0644 becomes 0600");
    assert_eq!(fs::metadata(&path).expect("the file").mode() & 0o777, 0o644);
    terminal.keys("\r");
    terminal.wait_text("has mode 0600 now");
    assert_eq!(fs::metadata(&path).expect("the file").mode() & 0o777, 0o600);
    terminal.wait_text_for("No instance shares", LOOK);
}
