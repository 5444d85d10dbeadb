//! A name without a slash is looked up in the PATH of the child, by execvp's rules.

use crate::support::limit::time_limit;
use crate::support::plans::{error, plan, run, strings};
use crate::support::temporary::{Folder, c_string};
use shared_child_native::core::spawn::{Environment, Plan, SpawnError, Stage};
use std::path::Path;

/// Makes a program that says which one it is.
fn add_program(folder: &Folder, name: &str) {
    folder.add(name, Some(&format!("#!/bin/sh\necho {name}\n")), 0o755);
}

/// `program`, to be looked up in `path`, from `cwd`.
fn lookup(path: &str, cwd: &Path) -> Plan {
    let mut plan = plan(&["program"]);
    plan.env = strings(&[format!("PATH={path}")]);
    plan.cwd = Some(c_string(cwd));
    plan
}

/// A folder with a program in some of its folders, and with the other things that a name may mean.
fn tree() -> Folder {
    let folder = Folder::new();
    for name in ["one/program", "two/program", "program"] {
        add_program(&folder, name);
    }
    folder.add("forbidden/program", Some("#!/bin/sh\n"), 0o644);
    folder.add("empty/file", Some(""), 0o644);
    folder.add("folder/program", None, 0o755);
    std::os::unix::fs::symlink("loop", folder.path().join("loop")).unwrap();
    folder
}

/// Such an entry cannot name a folder, so there is nothing in it.
#[test]
fn an_entry_that_is_too_long_is_passed_over() {
    let _limit = time_limit();
    let tree = tree();
    for length in [300, 5000] {
        let path = format!("/{}:one", "a".repeat(length));
        assert_eq!(run(&lookup(&path, tree.path())).text(), "one/program\n");
    }
    let program = format!("/{}", "a".repeat(5000));
    assert_eq!(error(&plan(&[&program])).errno, -libc::ENAMETOOLONG);
}

#[test]
fn the_first_that_can_run_is_run() {
    let _limit = time_limit();
    let tree = tree();
    let root = tree.path();
    for (path, expected) in [
        ("one:two", "one/program"),
        ("two:one", "two/program"),
        ("missing:empty:empty/file:one", "one/program"),
        ("forbidden:two", "two/program"),
        ("folder:two", "two/program"),
        ("loop:two", "two/program"),
        (":one", "program"),
        ("missing::one", "program"),
        ("missing:", "program"),
        ("", "program"),
        (".", "program"),
    ] {
        assert_eq!(run(&lookup(path, root)).text(), format!("{expected}\n"), "PATH={path}");
        // It does not matter either that the path is relative.
        if !path.split(':').any(str::is_empty) {
            let absolute: Vec<_> = path.split(':').map(|part| format!("{}/{part}", root.display())).collect();
            assert_eq!(run(&lookup(&absolute.join(":"), Path::new("/"))).text(), format!("{expected}\n"));
        }
    }
}

#[test]
fn a_forbidden_one_is_remembered_when_there_is_no_other() {
    let _limit = time_limit();
    let tree = tree();
    for (path, errno) in [
        ("forbidden:missing", libc::EACCES),
        ("missing:folder:empty", libc::EACCES),
        // Of other errors, the last one counts.
        ("missing:empty/file:empty", libc::ENOENT),
        ("missing:empty:empty/file", libc::ENOTDIR),
    ] {
        let failed = SpawnError { errno: -errno, stage: Stage::Spawn };
        assert_eq!(error(&lookup(path, tree.path())), failed, "PATH={path}");
    }
}

#[test]
fn the_parents_path_does_not_matter() {
    let _limit = time_limit();
    let mut plan = plan(&["cat", "/dev/null"]);
    run(&plan).text();
    plan.env = strings(&["PATH=/no/such/folder"]);
    assert_eq!(error(&plan).errno, -libc::ENOENT);
}

#[test]
fn without_a_path_it_is_the_c_librarys() {
    let _limit = time_limit();
    let mut plan = plan(&["cat", "/dev/null"]);
    plan.env = Environment::default();
    run(&plan).text();
    // The first of two, as getenv finds it; and PATH is not PATHEXT.
    plan.env = strings(&["PATHS=/none", "PATH=/bin:/usr/bin", "PATH=/none"]);
    run(&plan).text();
}

#[test]
fn a_name_with_a_slash_is_not_looked_up() {
    let _limit = time_limit();
    let tree = tree();
    let mut plan = plan(&["two/program"]);
    plan.env = strings(&[format!("PATH={}/one", tree.path().display())]);
    plan.cwd = Some(c_string(tree.path()));
    assert_eq!(run(&plan).text(), "two/program\n");
    plan.cwd = Some(c"/".into());
    assert_eq!(error(&plan).errno, -libc::ENOENT);
}
