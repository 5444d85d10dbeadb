//! was_ended: whether the child exited of a signal that was sent through its SharedChild.

use crate::support::kinds::{CAT, Kind, SLEEP_FOREVER, TRUE, for_each_kind};
use crate::support::limit::time_limit;

for_each_kind! {
    of_the_very_signal_that_it_was_sent,
    not_of_one_that_it_outlived,
    of_one_that_was_meant_to_end_it_however_it_took_it,
    not_of_a_signal_from_elsewhere,
    not_when_nothing_was_sent,
}

fn of_the_very_signal_that_it_was_sent<K: Kind>() {
    let _limit = time_limit();
    for signal in [libc::SIGHUP, libc::SIGKILL, libc::SIGRTMIN(), libc::SIGRTMAX()] {
        let (child, _stdin) = K::start(SLEEP_FOREVER);
        assert!(child.send_signal(signal).unwrap());
        child.wait().unwrap();
        assert!(child.was_ended(), "signal {signal}");
    }
}

fn not_of_one_that_it_outlived<K: Kind>() {
    let _limit = time_limit();
    for signal in [0, libc::SIGCONT, libc::SIGWINCH] {
        let (child, stdin) = K::start(CAT);
        assert!(child.send_signal(signal).unwrap());
        drop(stdin);
        child.wait().unwrap();
        assert!(!child.was_ended(), "signal {signal}");
    }
}

fn not_of_a_signal_from_elsewhere<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(SLEEP_FOREVER);
    assert!(child.send_signal(libc::SIGCONT).unwrap());
    // SAFETY: sends a signal; the child has not been reaped, so the pid is its own.
    assert_eq!(unsafe { libc::kill(child.id() as i32, libc::SIGKILL) }, 0);
    child.wait().unwrap();
    assert!(!child.was_ended());
}

/// And not before the exit.
fn of_one_that_was_meant_to_end_it_however_it_took_it<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    assert!(child.end(libc::SIGCONT).unwrap());
    assert!(!child.was_ended());
    drop(stdin);
    assert!(child.wait().unwrap().success());
    assert!(child.was_ended());
}

fn not_when_nothing_was_sent<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(TRUE);
    child.wait().unwrap();
    assert!(!child.end(libc::SIGKILL).unwrap());
    assert!(!child.was_ended());
}
