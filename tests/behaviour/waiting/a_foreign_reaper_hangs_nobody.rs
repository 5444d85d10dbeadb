//! Other code in this process calls waitpid on the child, or has SIGCHLD ignored. Every wait ends: with
//! the true status if the kernel still reports it (PIDFD_GET_INFO, Linux 6.15), otherwise with an error that
//! says so; and no signal is sent any more.

use crate::support::kinds::{CAT, Kind, StdChild, Unwatched, is_waited_on};
use crate::support::limit::{time_limit, until};
use crate::support::own_process::in_own_process;
use crate::support::plans::{error, plan, script};
use crate::support::proc::{has_exited, kernel};
use shared_child_native::core::process::ReapedElsewhere;
use shared_child_native::core::sys::pidfd;
use shared_child_native::core::{ExitStatus, spawner};
use std::io;
use std::thread;

/// Calls `waitpid` on a child that it may take from us, and returns whether it did.
fn reap_elsewhere(pid: u32) -> bool {
    // SAFETY: no status is asked for.
    let reaped = unsafe { libc::waitpid(pid as i32, std::ptr::null_mut(), 0) };
    reaped == pid as i32
}

fn is_lost(result: &io::Result<ExitStatus>) -> bool {
    let error = result.as_ref().err().and_then(io::Error::get_ref);
    error.is_some_and(|error| error.is::<ReapedElsewhere>())
}

/// `true_status` where the kernel can tell.
#[track_caller]
fn assert_stated(result: &io::Result<ExitStatus>, true_status: u32, told_by_kernel: bool) {
    match result {
        Ok(status) => assert_eq!(status.code(), Some(true_status)),
        Err(_) => assert!(is_lost(result) && !told_by_kernel, "{result:?}"),
    }
}

/// For our own children, which have a pidfd; those of the standard library do not.
fn kernel_tells() -> bool {
    pidfd::usable() && kernel() >= (6, 15)
}

/// For children that may be reaped at any time: a forked child has its pidfd only a moment after its start.
fn kernel_tells_from_birth() -> bool {
    kernel_tells() && std::env::var("SHARED_CHILD_ENGINE").is_err()
}

fn ends_when_reaped_before_the_wait<K: Kind>(kernel_tells: bool) {
    let _limit = time_limit();
    let (child, _stdin) = K::start(&["sh", "-c", "exit 7"]);
    assert!(reap_elsewhere(child.id()));
    let result = child.wait();
    assert_stated(&result, 7, kernel_tells);
    assert_eq!(is_lost(&child.wait()), is_lost(&result), "and says the same again");
    assert_eq!(is_lost(&child.try_wait().map(Option::unwrap)), is_lost(&result));
    assert!(!child.kill().unwrap());
}

#[test]
fn a_std_child_that_someone_reaped_ends_its_wait() {
    ends_when_reaped_before_the_wait::<StdChild>(false);
}

#[test]
fn a_child_of_our_own_that_someone_reaped_has_its_true_status() {
    ends_when_reaped_before_the_wait::<Unwatched>(kernel_tells());
}

fn kill_finds_nobody<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    drop(stdin);
    assert!(reap_elsewhere(child.id()));
    // This is the first that it learns about the exit.
    assert!(!child.kill().unwrap());
    assert!(!child.send_signal(0).unwrap());
    let (sender, heard) = std::sync::mpsc::channel();
    child.on_exit(move |outcome| sender.send(outcome).unwrap());
    assert_eq!(heard.recv().unwrap().is_err(), is_lost(&child.wait()));
}

#[test]
fn a_kill_after_someone_reaped_a_std_child_finds_nobody() {
    kill_finds_nobody::<StdChild>();
}

#[test]
fn a_kill_after_someone_reaped_a_child_of_our_own_finds_nobody() {
    kill_finds_nobody::<Unwatched>();
}

/// The foreign reaper and our own waiters learn of the exit at once: either may have the status.
fn races_with_waiters<K: Kind>(kernel_tells: bool) {
    for _ in 0..50 {
        let _limit = time_limit();
        let (child, stdin) = K::start(CAT);
        thread::scope(|scope| {
            let waiters: Vec<_> = (0..2).map(|_| scope.spawn(|| child.wait())).collect();
            let reaper = scope.spawn(|| reap_elsewhere(child.id()));
            until("a thread waits", || is_waited_on(&*child));
            drop(stdin);
            let results: Vec<_> = waiters.into_iter().map(|waiter| waiter.join().unwrap()).collect();
            let taken = reaper.join().unwrap();
            for result in &results {
                assert_stated(result, 0, kernel_tells || !taken);
            }
            assert!(!child.kill().unwrap());
        });
    }
}

#[test]
fn a_foreign_reaper_races_with_waiters_of_a_std_child() {
    races_with_waiters::<StdChild>(false);
}

#[test]
fn a_foreign_reaper_races_with_waiters_of_a_child_of_our_own() {
    races_with_waiters::<Unwatched>(kernel_tells());
}

fn assert_all_end_well() {
    for code in 0..100 {
        let child = spawner::spawn(script(&format!("exit {code}"))).unwrap();
        assert_stated(&child.shared.wait(), code, kernel_tells_from_birth());
        assert!(!child.shared.kill().unwrap());
        // No other code may reap the child that could not run its program.
        assert_eq!(error(&plan(&["/no/such/program"])).errno, -libc::ENOENT);
    }
    let (child, stdin) = Unwatched::start(CAT);
    drop(stdin);
    until("the exit", || has_exited(child.id()));
    assert!(!child.kill().unwrap());
    assert_stated(&child.wait(), 0, kernel_tells());
}

/// Does what a library does that reaps all children of the process.
#[test]
fn a_thread_that_reaps_any_child_hangs_nobody() {
    in_own_process!(|| {
        thread::spawn(|| {
            loop {
                // SAFETY: no status is asked for.
                unsafe { libc::waitpid(-1, std::ptr::null_mut(), libc::WNOHANG) };
            }
        });
        assert_all_end_well();
    });
}

/// With this, the kernel itself reaps every child at its exit.
#[test]
fn an_ignored_sigchld_hangs_nobody() {
    in_own_process!(|| {
        // SAFETY: no handler; nothing else in this process cares for SIGCHLD.
        unsafe { libc::signal(libc::SIGCHLD, libc::SIG_IGN) };
        assert_all_end_well();
    });
}
