//! A signal, a grace period, SIGKILL: for the child, or for its whole group.

use super::a_signal_reaches_the_whole_group::{leader, number};
use crate::support::limit::{time_limit, until};
use crate::support::plans::script;
use crate::support::proc::{has_exited, stat};
use shared_child_native::core::ending::Ending;
use shared_child_native::core::{Cause, spawner};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

fn ending(signal: i32, grace: Option<Duration>) -> Ending {
    Ending { cause: Cause::Terminate, signal, grace }
}

#[test]
fn who_listens_ends_by_the_signal() {
    let _limit = time_limit();
    let child = spawner::spawn(script("exec sleep 1000")).unwrap();
    assert!(child.child().end(ending(libc::SIGTERM, None)).unwrap());
    let status = child.shared.wait().unwrap();
    assert_eq!((status.signal(), status.cause), (Some(libc::SIGTERM), Some(Cause::Terminate)));
    assert!(!child.child().end(ending(libc::SIGTERM, None)).unwrap());
}

#[test]
fn who_does_not_is_killed() {
    let _limit = time_limit();
    let (child, mut stdout) = leader("trap '' TERM; sleep 1000 & echo $!; wait");
    let other = number(&mut stdout);
    assert!(child.child().end(ending(libc::SIGTERM, Some(SECOND / 10))).unwrap());
    let status = child.shared.wait().unwrap();
    assert_eq!((status.signal(), status.cause), (Some(libc::SIGKILL), Some(Cause::Terminate)));
    until("so is the rest of the group", || has_exited(other));
}

/// The earliest deadline counts, whoever asked for it.
#[test]
fn at_the_earliest_time_that_anybody_has_asked_for() {
    let _limit = time_limit();
    let (child, mut stdout) = leader("trap '' TERM; echo 1; while :; do sleep 1000 & wait; done");
    number(&mut stdout);
    for grace in [1000, 0, 1000] {
        let grace = SECOND * grace + SECOND / 10;
        child.child().end(ending(libc::SIGTERM, Some(grace))).unwrap();
    }
    assert_eq!(child.shared.wait().unwrap().signal(), Some(libc::SIGKILL));
}

#[test]
fn a_stopped_child_hears_it_as_well() {
    let _limit = time_limit();
    let child = spawner::spawn(script("exec sleep 1000")).unwrap();
    assert!(child.shared.send_signal(libc::SIGSTOP).unwrap());
    until("it is stopped", || stat(&child.pid.to_string(), 3).as_deref() == Some("T"));
    assert!(child.child().end(ending(libc::SIGTERM, None)).unwrap());
    assert_eq!(child.shared.wait().unwrap().signal(), Some(libc::SIGTERM));
}

/// There may be a delay first, in which the child may end by itself; then there is no cause.
#[test]
fn who_has_ended_by_itself_has_no_cause() {
    let _limit = time_limit();
    let child = spawner::spawn(script("exit 3")).unwrap();
    child.child().end_after(1000 * SECOND, ending(libc::SIGTERM, None)).unwrap();
    let status = child.shared.wait().unwrap();
    assert_eq!((status.code(), status.cause), (Some(3), None));
    let late = spawner::spawn(script("exec sleep 1000")).unwrap();
    let cause = Ending { cause: Cause::Timeout, signal: libc::SIGTERM, grace: Some(Duration::ZERO) };
    late.child().end_after(SECOND / 100, cause).unwrap();
    let status = late.shared.wait().unwrap();
    assert_eq!((status.signal(), status.cause), (Some(libc::SIGKILL), Some(Cause::Timeout)));
}

/// The first cause counts; a signal sent by kill() counts only if the child died of it.
#[test]
fn the_first_cause_is_told() {
    let _limit = time_limit();
    let (child, mut stdout) = leader("trap 'exit 7' USR1; sleep 1000 & echo 1; while :; do wait; done");
    number(&mut stdout);
    assert!(child.shared.send_signal(libc::SIGUSR1).unwrap());
    assert_eq!(child.shared.wait().unwrap().cause, None, "a signal that it has handled");
    assert!(child.shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap(), "it has left a sleep");
    assert_eq!(child.shared.wait().unwrap().cause, None, "a signal after the exit");
    let child = spawner::spawn(script("exec sleep 1000")).unwrap();
    for cause in [Cause::Abort, Cause::Timeout] {
        child.child().end(Ending { cause, signal: libc::SIGKILL, grace: None }).unwrap();
    }
    assert_eq!(child.shared.wait().unwrap().cause, Some(Cause::Abort));
}

/// The grace period also applies to what a leader has left behind, even if there is no handle any more.
#[test]
fn what_a_leader_has_left_as_well() {
    let _limit = time_limit();
    let (child, mut stdout) = leader("sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1000; done' &");
    let other = number(&mut stdout);
    assert!(child.shared.wait().unwrap().success());
    assert!(child.child().end(ending(libc::SIGTERM, Some(SECOND / 10))).unwrap());
    assert!(!has_exited(other));
    drop(child);
    until("it has been killed", || has_exited(other));
}
