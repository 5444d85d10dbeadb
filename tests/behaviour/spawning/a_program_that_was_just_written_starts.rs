//! A child between clone and exec holds a copy of every fd of ours, also of a program that another thread is
//! writing at that moment. The writer has closed it, and yet the kernel calls it busy (ETXTBSY).

use super::a_stuck_exec_holds_up_no_other::set_lease;
use crate::support::limit::{time_limit, until};
use crate::support::own_process::in_own_process;
use crate::support::plans::plan;
use crate::support::proc::children;
use crate::support::temporary::Folder;
use shared_child_native::core::spawn::{Plan, Stdio};
use shared_child_native::core::spawner::spawn;
use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc;

fn write(path: &Path) -> File {
    let mut file = File::create(path).unwrap();
    file.set_permissions(Permissions::from_mode(0o755)).unwrap();
    file.write_all(b"#!/bin/sh\nexit 7\n").unwrap();
    file
}

fn program(path: &Path) -> Plan {
    let stdio = vec![Stdio::Ignore, Stdio::Ignore, Stdio::Ignore];
    Plan { stdio, ..plan(&[path.to_str().unwrap()]) }
}

#[test]
fn in_a_storm_of_writers() {
    in_own_process!(|| {
        let folder = Folder::new();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let folder = folder.path();
                scope.spawn(move || {
                    for number in 0..250 {
                        let path = folder.join(format!("{thread}-{number}"));
                        drop(write(&path));
                        let child = spawn(program(&path)).unwrap();
                        assert_eq!(child.shared.wait().unwrap().code(), Some(7));
                    }
                });
            }
        });
    });
}

/// A child that is stuck in its exec has a copy of the descriptor by which the program was written.
#[test]
fn when_the_last_child_in_the_making_is_through() {
    in_own_process!(|| {
        let folder = Folder::new();
        let stuck = folder.path().join("stuck");
        drop(write(&stuck));
        let lease = File::options().read(true).write(true).open(&stuck).unwrap();
        if !set_lease(&lease, libc::F_WRLCK) {
            return; // a file system without leases
        }
        let path = folder.path().join("program");
        let writer = write(&path);
        std::thread::scope(|scope| {
            let held_up = scope.spawn(|| spawn(program(&stuck)).unwrap());
            until("it is between clone and exec", || !children().is_empty());
            drop(writer);
            let started = scope.spawn(|| spawn(program(&path)).unwrap());
            // Refused by now, or soon: a spawn that waits for the other one does not care.
            assert!(set_lease(&lease, libc::F_UNLCK));
            drop(lease);
            for child in [started.join().unwrap(), held_up.join().unwrap()] {
                assert_eq!(child.shared.wait().unwrap().code(), Some(7));
            }
        });
    });
}

/// A writer that is not our child has a short time to finish.
#[test]
fn but_not_while_somebody_goes_on_writing() {
    let _limit = time_limit();
    let folder = Folder::new();
    let path = folder.path().join("program");
    let file = write(&path);
    assert_eq!(spawn(program(&path)).unwrap_err().errno, -libc::ETXTBSY);
    let (started, result) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            // Repeatedly, because on a slow machine one attempt may be over before the file is closed.
            let child = loop {
                match spawn(program(&path)) {
                    Err(error) => assert_eq!(error.errno, -libc::ETXTBSY),
                    Ok(child) => break child,
                }
            };
            started.send(child).unwrap();
        });
        drop(file);
        assert_eq!(result.recv().unwrap().shared.wait().unwrap().code(), Some(7));
    });
}
