//! Hosts that refuse what the engine and the reactor would rather use: old kernels, and containers.

use crate::support::kinds::{SLEEP_FOREVER, take_pipe};
use crate::support::own_process::in_own_process;
use crate::support::plans::{error, plan, script};
use crate::support::proc::children;
use crate::support::refuse::refuse;
use crate::support::temporary::read_all;
use shared_child_native::core::spawner;
use std::time::Duration;

/// Spawn, wait, kill, time out and fail, as anywhere.
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

/// Linux 5.2 and 5.3 have pidfds, but no waiting for them: neither the engine's trial nor a spawn that fails
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
