//! Children that nobody waits for, and children that end before they have begun.

use crate::support::limit::until;
use crate::support::own_process::in_own_process;
use crate::support::plans::{plan, script, start};
use crate::support::proc::{children, fds, is_settled};
use shared_child_native::core::spawner;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

#[test]
fn a_child_that_nobody_waits_for_becomes_no_zombie() {
    in_own_process!(|| {
        let inherited = fds("self");
        drop(spawner::spawn(plan(&["/bin/true"])).unwrap());
        until("the first is gone", || is_settled(&inherited));
        let before = fds("self").len();
        for _ in 0..200 {
            drop(spawner::spawn(plan(&["/bin/true"])).unwrap());
        }
        until("no child, no zombie and no fd is left", || is_settled(&inherited));
        assert_eq!(fds("self").len(), before);
    });
}

/// The child has no exit signal yet, and only a wait with __WALL finds it.
#[test]
fn a_child_that_is_killed_before_its_exec_has_its_status() {
    in_own_process!(|| {
        static SURVIVED: AtomicUsize = AtomicUsize::new(0);
        extern "C" fn survive(_signal: i32) {
            SURVIVED.fetch_add(1, Relaxed);
        }
        // SAFETY: a session of this process's own, so that the signals below reach its children only; and
        // a handler that counts, which the children do not inherit.
        unsafe {
            assert!(libc::setsid() > 0);
            libc::signal(libc::SIGTERM, survive as *const () as libc::sighandler_t);
        }
        thread::spawn(|| {
            loop {
                // SAFETY: takes integers.
                unsafe { libc::kill(0, libc::SIGTERM) };
            }
        });
        until("the signals come", || SURVIVED.load(Relaxed) > 0);
        for _ in 0..300 {
            let status = start(&script("exit 0")).unwrap().child.wait().unwrap();
            assert!(status.success() || status.signal() == Some(libc::SIGTERM), "{status}");
        }
        assert_eq!(children(), [0_u32; 0]);
    });
}
