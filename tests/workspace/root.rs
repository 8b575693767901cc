//! Finding the workspace, its state folder and its selection.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use matriz::error::Kind;
use matriz::workspace::Workspace;

use super::{instance, mode, name, workspace};

#[test]
fn the_root_is_found_from_below_and_an_explicit_one_wins() {
    let (dir, workspace) = workspace();
    let deep = dir.path().join("core/scripts");
    fs::create_dir_all(&deep).unwrap();
    assert_eq!(Workspace::find(None, &deep).unwrap(), workspace);

    let (other, expected) = self::workspace();
    let found = Workspace::find(Some(other.path()), &deep).unwrap();
    assert_eq!(found, expected);
    assert_eq!(
        Workspace::find(Some(Path::new("..")), &dir.path().join("core")).unwrap(),
        workspace,
        "a relative root starts at the current folder"
    );
}

#[test]
fn without_a_workspace_there_is_a_sentence_and_a_hint() {
    let dir = tempfile::tempdir().unwrap();
    for explicit in [None, Some(dir.path())] {
        let error = Workspace::find(explicit, dir.path()).unwrap_err();
        assert_eq!(error.kind, Kind::NotFound);
        assert!(error.hint.is_some());
    }
    let missing = dir.path().join("missing");
    assert_eq!(
        Workspace::find(Some(&missing), dir.path())
            .unwrap_err()
            .kind,
        Kind::Io
    );
    fs::write(dir.path().join("matriz.toml"), "").unwrap();
    let workspace = Workspace::find(None, dir.path()).unwrap();
    assert_eq!(workspace.instances().unwrap(), []);
}

#[test]
fn the_state_folder_is_private_and_ignored_by_git() {
    let (_dir, workspace) = workspace();
    let state = workspace.state_dir().unwrap();
    assert_eq!(mode(&state), 0o700);
    assert_eq!(fs::read_to_string(state.join(".gitignore")).unwrap(), "*\n");
    fs::set_permissions(&state, fs::Permissions::from_mode(0o755)).unwrap();
    workspace.state_dir().unwrap();
    assert_eq!(mode(&state), 0o700);
}

#[test]
fn the_selection_falls_back_to_the_settings_and_then_to_default() {
    let (dir, workspace) = workspace();
    assert_eq!(workspace.selected().unwrap(), name("default"));
    fs::write(dir.path().join("matriz.toml"), "default = \"main\"\n").unwrap();
    assert_eq!(workspace.selected().unwrap(), name("main"));
    assert_eq!(
        workspace.select(&name("clone-1")).unwrap_err().kind,
        Kind::NotFound
    );
    instance(&workspace, "clone-1");
    workspace.select(&name("clone-1")).unwrap();
    assert_eq!(workspace.selected().unwrap(), name("clone-1"));
    workspace.trash(&name("clone-1")).unwrap();
    assert_eq!(workspace.selected().unwrap(), name("main"));
}
