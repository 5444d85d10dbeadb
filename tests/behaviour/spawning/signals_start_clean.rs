//! A child starts with no signal blocked and none ignored, whatever its parent has; and the parent keeps
//! what it has.

use crate::support::own_process::in_own_process;
use crate::support::plans::{plan, run};
use crate::support::proc::field;
use std::fs;

const FIELDS: [&str; 3] = ["SigBlk", "SigIgn", "SigCgt"];
const NONE: &str = "0000000000000000";

/// All 64, the two that the C library keeps for itself included.
fn block_all_signals() {
    let (all, none) = (!0_u64, std::ptr::null_mut::<u64>());
    // SAFETY: a mask of the size given.
    let result = unsafe { libc::syscall(libc::SYS_rt_sigprocmask, libc::SIG_BLOCK, &raw const all, none, 8) };
    assert_eq!(result, 0);
}

#[test]
fn no_signal_is_blocked_or_ignored() {
    in_own_process!(|| {
        extern "C" fn handler(_signal: i32) {}
        for signal in (1..=31).chain(libc::SIGRTMIN()..=libc::SIGRTMAX()) {
            let action =
                if signal % 2 == 0 { libc::SIG_IGN } else { handler as *const () as libc::sighandler_t };
            // SAFETY: a handler that does nothing. Fails for SIGKILL and SIGSTOP.
            unsafe { libc::signal(signal, action) };
        }
        block_all_signals();
        let parents = || {
            let status = fs::read_to_string("/proc/thread-self/status").unwrap();
            FIELDS.map(|name| field(&status, name).to_owned())
        };
        let before = parents();
        assert!(before.iter().all(|mask| mask != NONE), "{before:?}");
        let status = run(&plan(&["cat", "/proc/self/status"])).text();
        assert_eq!(FIELDS.map(|name| field(&status, name)), [NONE; 3]);
        assert_eq!(parents(), before);
    });
}
