//! A child that changes its user in the parent's memory makes the parent undumpable: no core dumps, no
//! debugger, and its /proc files root's. That has to be undone; and what was undumpable stays so.

use super::the_child_runs_as_whom_it_was_told::{NOBODY, is_root};
use crate::support::limit::until;
use crate::support::own_process::in_own_process;
use crate::support::plans::{error, plan, run};
use shared_child_native::core::spawn::{Credentials, Plan};
use std::fs::{File, read_to_string};
use std::os::fd::AsRawFd;

fn dumpable() -> i32 {
    // SAFETY: takes no further arguments.
    unsafe { libc::prctl(libc::PR_GET_DUMPABLE) }
}

fn as_nobody(program: &str) -> Plan {
    Plan {
        credentials: Credentials { uid: Some(NOBODY), gid: Some(NOBODY), groups: None },
        ..plan(&[program])
    }
}

#[test]
fn after_a_child_of_another_user() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        assert_eq!(dumpable(), 1);
        run(&as_nobody("true")).text();
        assert_eq!(dumpable(), 1);
        error(&as_nobody("/no/such/program"));
        assert_eq!(dumpable(), 1);
        // SAFETY: takes an integer.
        assert_eq!(unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0) }, 0);
        run(&as_nobody("true")).text();
        assert_eq!(dumpable(), 0);
    });
}

/// Two of them at once must not take each other's change for what was there before.
#[test]
fn after_many_of_them_at_once() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1000 {
                        error(&as_nobody("/no/such/program"));
                    }
                });
            }
        });
        assert_eq!(dumpable(), 1);
    });
}

/// A process may have loaded this library twice, each copy with its own lock. Therefore they share one of the
/// process. This test is the other copy.
#[test]
fn although_another_copy_of_this_library_does_the_same() {
    if !is_root() || std::env::var("SHARED_CHILD_ENGINE").is_ok() {
        return; // a fork does not change its parent, and takes no lock
    }
    in_own_process!(|| {
        let file = File::open("/proc/self/auxv").unwrap();
        // SAFETY: takes integers.
        assert_eq!(unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX) }, 0);
        let spawn = std::thread::spawn(|| run(&as_nobody("true")).text());
        let waits = format!("FLOCK  ADVISORY  WRITE {} ", std::process::id());
        until("it waits for the other copy", || {
            let locks = read_to_string("/proc/locks").unwrap();
            locks.lines().any(|line| line.contains("-> ") && line.contains(&waits))
        });
        drop(file);
        spawn.join().unwrap();
        assert_eq!(dumpable(), 1);
    });
}
