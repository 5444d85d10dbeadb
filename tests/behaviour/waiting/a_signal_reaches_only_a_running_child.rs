//! send_signal and kill return true if the signal was sent, and false if the child had exited and nothing was sent.

use crate::support::kinds::{CAT, Kind, SLEEP_FOREVER, TRUE, for_each_kind, is_waited_on};
use crate::support::limit::{time_limit, until};
use crate::support::proc::{has_exited, stat};
use std::thread;

for_each_kind! {
    each_signal_arrives_as_itself,
    signal_zero_only_asks,
    a_signal_does_not_wait_for_a_waiter,
    no_signal_is_sent_after_a_reap,
    no_signal_is_sent_to_a_zombie,
    no_signal_is_sent_to_a_zombie_that_a_thread_waits_for,
    a_number_that_is_no_signal_is_an_error,
}

fn each_signal_arrives_as_itself<K: Kind>() {
    let _limit = time_limit();
    // None that nohup(1) or a shell's `&` ignores: a child of the standard library goes on ignoring it.
    for signal in
        [libc::SIGALRM, libc::SIGTERM, libc::SIGUSR1, libc::SIGUSR2, libc::SIGKILL, libc::SIGRTMIN()]
    {
        let (child, _stdin) = K::start(SLEEP_FOREVER);
        assert!(child.send_signal(signal).unwrap());
        assert_eq!(child.wait().unwrap().signal(), Some(signal));
    }
}

fn signal_zero_only_asks<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    assert!(child.send_signal(0).unwrap());
    drop(stdin);
    assert!(child.wait().unwrap().success());
    assert!(!child.send_signal(0).unwrap());
}

/// Neither a stop nor a continuation is mistaken for an exit.
fn a_signal_does_not_wait_for_a_waiter<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(SLEEP_FOREVER);
    let pid = child.id().to_string();
    thread::scope(|scope| {
        let waiter = scope.spawn(|| child.wait());
        until("a thread waits", || is_waited_on(&*child));
        assert!(child.send_signal(libc::SIGSTOP).unwrap());
        until("it is stopped", || stat(&pid, 3).as_deref() == Some("T"));
        assert_eq!(child.try_wait().unwrap(), None);
        assert!(child.send_signal(libc::SIGCONT).unwrap());
        until("it runs on", || stat(&pid, 3).as_deref() == Some("S"));
        assert_eq!(child.try_wait().unwrap(), None);
        assert!(!waiter.is_finished());
        assert!(child.send_signal(libc::SIGTERM).unwrap());
        assert_eq!(waiter.join().unwrap().unwrap().signal(), Some(libc::SIGTERM));
    });
}

fn no_signal_is_sent_after_a_reap<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(TRUE);
    let status = child.wait().unwrap();
    assert!(!child.kill().unwrap());
    assert!(!child.send_signal(libc::SIGTERM).unwrap());
    assert_eq!(child.wait().unwrap(), status);
}

fn no_signal_is_sent_to_a_zombie<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    drop(stdin);
    until("the exit", || has_exited(child.id()));
    assert!(!child.kill().unwrap());
    assert!(child.try_wait().unwrap().unwrap().success());
}

fn no_signal_is_sent_to_a_zombie_that_a_thread_waits_for<K: Kind>() {
    let _limit = time_limit();
    for _ in 0..50 {
        let (child, stdin) = K::start(CAT);
        thread::scope(|scope| {
            scope.spawn(|| child.wait().unwrap());
            until("a thread waits", || is_waited_on(&*child));
            drop(stdin);
            while !has_exited(child.id()) {}
            assert!(!child.kill().unwrap());
        });
    }
}

fn a_number_that_is_no_signal_is_an_error<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    for signal in [-1, 65, i32::MAX] {
        assert_eq!(child.send_signal(signal).unwrap_err().raw_os_error(), Some(libc::EINVAL));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}
