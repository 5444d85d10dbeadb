//! Hosts that refuse system calls which the engine and the reactor prefer: old kernels, and containers.

use crate::support::kinds::{SLEEP_FOREVER, take_pipe};
use crate::support::own_process::in_own_process;
use crate::support::plans::{error, plan, script};
use crate::support::proc::children;
use crate::support::refuse::refuse;
use crate::support::temporary::read_all;
use shared_child_native::core::spawn::Plan;
use shared_child_native::core::spawner::{self, Job, spawn_in_background, spawn_on_a_thread_of_its_own};
use std::sync::mpsc;
use std::time::Duration;

/// Spawns, waits, kills, times out and fails, as anywhere.
fn assert_all_works() {
    let child = spawner::spawn(script("echo text; exit 3")).unwrap();
    assert_eq!(read_all(take_pipe(&child, 1)), "text\n");
    assert_eq!(child.shared.wait().unwrap().code(), Some(3));
    let child = spawner::spawn(plan(SLEEP_FOREVER)).unwrap();
    assert_eq!(child.shared.wait_timeout(Duration::from_millis(20)).unwrap(), None);
    assert!(child.shared.kill().unwrap());
    assert_eq!(child.shared.wait().unwrap().signal(), Some(9));
    assert!(!child.shared.kill().unwrap());
    assert_eq!(error(&plan(&["/no/such/program"])).errno, -libc::ENOENT);
}

#[test]
fn pidfd_open() {
    in_own_process!(|| {
        refuse(libc::SYS_pidfd_open, None, libc::EPERM);
        assert_all_works();
    });
}

#[test]
fn pidfd_send_signal() {
    in_own_process!(|| {
        refuse(libc::SYS_pidfd_send_signal, None, libc::ENOSYS);
        assert_all_works();
    });
}

#[test]
fn clone_with_a_pidfd() {
    in_own_process!(|| {
        refuse(libc::SYS_clone, Some(libc::CLONE_PIDFD as u32), libc::EINVAL);
        assert_all_works();
    });
}

/// Linux 5.2 and 5.3 have pidfds, but cannot wait for them: neither the engine's trial nor a spawn that fails
/// may leave a zombie.
#[test]
fn waiting_for_a_pidfd() {
    in_own_process!(|| {
        // Of the kinds that waitid takes, P_PIDFD is 3, P_PID 1 and P_ALL 0.
        refuse(libc::SYS_waitid, Some(2), libc::EINVAL);
        assert_all_works();
        assert_eq!(children(), [0_u32; 0]);
    });
}

#[test]
fn all_of_them() {
    in_own_process!(|| {
        refuse(libc::SYS_clone, Some(libc::CLONE_PIDFD as u32), libc::EPERM);
        for call in [libc::SYS_pidfd_open, libc::SYS_pidfd_send_signal, libc::SYS_close_range] {
            refuse(call, None, libc::ENOSYS);
        }
        assert_all_works();
    });
}

/// If a spawn in the background cannot have a thread, the calling thread does it. But a child that the kernel ends with
/// its thread must not be started by a thread that may end.
#[test]
fn threads_to_spawn_in_the_background() {
    if std::env::var("SHARED_CHILD_REACTOR").is_ok_and(|reactor| reactor == "threads") {
        return; // each child needs a thread that waits for it
    }
    in_own_process!(|| {
        // The reactor's thread exists.
        assert!(spawner::spawn(plan(&["true"])).unwrap().shared.wait().unwrap().success());
        refuse(libc::SYS_clone3, None, libc::ENOSYS);
        refuse(libc::SYS_clone, Some(libc::CLONE_THREAD as u32), libc::EAGAIN);
        for spawn in [spawn_in_background, spawn_on_a_thread_of_its_own] {
            let (sender, result) = mpsc::channel();
            let job = |plan| Job {
                plan,
                request: Box::new({
                    let sender = sender.clone();
                    move |result| sender.send(result).unwrap()
                }),
            };
            spawn(job(plan(&["true"]))).unwrap();
            assert!(result.recv().unwrap().unwrap().shared.wait().unwrap().success());
            spawn(job(plan(&["/no/such/program"]))).unwrap();
            assert_eq!(result.recv().unwrap().unwrap_err().errno, -libc::ENOENT);
            let tied = Plan { kill_on_parent_exit: true, ..plan(&["true"]) };
            assert_eq!(spawn(job(tied)).unwrap_err().errno, -libc::EAGAIN);
            drop(sender);
            assert!(result.recv().is_err(), "it was not asked about that one");
        }
        assert_eq!(children(), [0_u32; 0]);
    });
}
