//! Whose history it is: an instance's own, from its making to the emptying of the trash.

use std::fs;
use std::path::PathBuf;

use crate::desk::Desk;

fn count(desk: &Desk) -> usize {
    desk.json(&["history"])["changes"].as_array().unwrap().len()
}

/// The one folder in the trash.
fn trashed(desk: &Desk) -> PathBuf {
    let trash = fs::read_dir(desk.root.join(".matriz/trash")).unwrap();
    let all: Vec<PathBuf> = trash.map(|e| e.unwrap().path()).collect();
    assert_eq!(all.len(), 1);
    all[0].clone()
}

#[test]
fn a_new_instance_of_the_name_inherits_nothing_and_the_trash_keeps_what_it_holds() {
    let desk = Desk::new();
    desk.env(&["set", "A", "one"]).ok();
    desk.env(&["set", "A", "two"]).ok();
    let of_first = count(&desk);
    // only one that never had a project goes without any service
    desk.matriz(&["delete", "mine", "--yes", "--confirm", "mine"])
        .ok();
    desk.matriz(&["create", "mine"]).ok();
    assert_eq!(count(&desk), 0);
    desk.env(&["set", "A", "other"]).ok();
    assert_eq!(count(&desk), 1);
    desk.env(&["undo"]).ok();
    desk.env(&["undo"]).refused(1, &["no change"]);
    // the first comes back from the trash with its history
    let home = desk.root.join("instances/mine");
    fs::rename(&home, desk.beside().join("second")).unwrap();
    fs::rename(trashed(&desk), &home).unwrap();
    assert_eq!(count(&desk), of_first);
    desk.env(&["undo"]).ok();
    assert_eq!(desk.json(&["get", "A"])["value"], "one");
}

#[test]
fn what_neither_lives_nor_lies_in_the_trash_is_forgotten() {
    let desk = Desk::new();
    desk.env(&["set", "A", "one"]).ok();
    assert_eq!(desk.registry().value_lives("mine").unwrap().len(), 1);
    let first = desk.registry().value_lives("mine").unwrap()[0].id;
    fs::remove_dir_all(desk.root.join("instances/mine")).unwrap();
    desk.matriz(&["create", "mine"]).ok();
    desk.env(&["set", "A", "two"]).ok();
    let lives = desk.registry().value_lives("mine").unwrap();
    assert_eq!(lives.len(), 1);
    assert_ne!(lives[0].id, first);
    assert!(desk.registry().value_changes(first).unwrap().is_empty());
}
