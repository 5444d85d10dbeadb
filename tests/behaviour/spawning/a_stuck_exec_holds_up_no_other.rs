//! An exec can block in the kernel: on a network file system, on FUSE, on a lease. Other programs start
//! meanwhile.

use crate::support::own_process::in_own_process;
use crate::support::plans::plan;
use crate::support::proc::threads;
use crate::support::temporary::Folder;
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::spawn::{Plan, SpawnError};
use shared_child_native::core::spawner::{Job, spawn_in_background};
use std::fs::File;
use std::os::fd::AsRawFd;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::Duration;

fn spawn(plan: Plan) -> Receiver<Result<ChildHandle, SpawnError>> {
    let (sender, result) = mpsc::channel();
    let request = Box::new(move |result| sender.send(result).unwrap());
    spawn_in_background(Job { plan, request }).unwrap();
    result
}

/// While it is held, an exec of the file waits for the holder to give it up (fcntl(2), F_SETLEASE).
pub fn set_lease(file: &File, kind: i32) -> bool {
    // SAFETY: takes integers. SIGIO, by which the kernel asks for the lease, would end this process.
    unsafe {
        libc::signal(libc::SIGIO, libc::SIG_IGN);
        libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, kind) == 0
    }
}

#[test]
fn however_many_are_stuck() {
    in_own_process!(|| {
        let folder = Folder::new();
        let path = folder.add("program", Some("#!/bin/sh\nexit 7\n"), 0o755);
        let file = File::options().read(true).write(true).open(folder.path().join("program")).unwrap();
        if !set_lease(&file, libc::F_WRLCK) {
            return; // a file system without leases
        }
        let stuck: Vec<_> = (0..20).map(|_| spawn(plan(&[path.as_bytes()]))).collect();
        // Only a few, and at once: after 45 seconds the kernel ends the lease (proc_sys_fs(5), lease-break-time).
        let others: Vec<_> = (0..4).map(|_| spawn(plan(&["true"]))).collect();
        for other in others {
            assert!(other.recv().unwrap().unwrap().shared.wait().unwrap().success());
        }
        for job in &stuck {
            assert_eq!(job.try_recv().map(drop).unwrap_err(), TryRecvError::Empty, "they are still stuck");
        }
        let spawners = threads().iter().filter(|name| *name == "shared-child sp").count();
        assert!(spawners <= 64, "{spawners}");
        // Explicitly, because the stuck children have copies of the file.
        assert!(set_lease(&file, libc::F_UNLCK));
        drop(file);
        for job in stuck {
            assert_eq!(job.recv().unwrap().unwrap().shared.wait().unwrap().code(), Some(7));
        }
    });
}

/// The calls come so fast that the threads which are to do the first ones have not been woken yet.
#[test]
fn nor_one_that_is_requested_at_the_same_moment() {
    in_own_process!(|| {
        let folder = Folder::new();
        let path = folder.add("program", Some("#!/bin/sh\n"), 0o755);
        // Not for writing, because the exec would then fail.
        let file = File::open(folder.path().join("program")).unwrap();
        if !set_lease(&file, libc::F_WRLCK) {
            return; // a file system without leases
        }
        // Until all of the usual threads exist and are idle.
        for _ in 0..20 {
            let several: Vec<_> = (0..8).map(|_| spawn(plan(&["true"]))).collect();
            several.into_iter().for_each(|other| drop(other.recv().unwrap().unwrap()));
        }
        for _ in 0..20 {
            assert!(set_lease(&file, libc::F_WRLCK));
            let stuck: Vec<_> = (0..4).map(|_| spawn(plan(&[path.as_bytes()]))).collect();
            let other = spawn(plan(&["true"]));
            let started = other.recv_timeout(Duration::from_secs(20));
            assert!(set_lease(&file, libc::F_UNLCK));
            assert!(started.is_ok_and(|started| started.is_ok()));
            for job in stuck {
                assert!(job.recv().unwrap().unwrap().shared.wait().unwrap().success());
            }
        }
    });
}
