//! wait_timeout and wait_deadline.

use crate::support::kinds::{CAT, Kind, SLEEP_FOREVER, TRUE, for_each_kind, is_waited_on};
use crate::support::limit::{patience, time_limit, until};
use crate::support::proc::{has_exited, is_asleep, this_thread};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

for_each_kind! {
    a_wait_ends_with_none_at_its_deadline,
    a_deadline_in_the_past_polls_once,
    a_wait_ends_with_the_exit_before_its_deadline,
    a_timeout_longer_than_any_clock_is_no_timeout,
    a_deadline_passes_while_another_thread_waits,
    another_waiter_takes_over_when_the_first_ran_out_of_time,
}

const SHORT: Duration = Duration::from_millis(50);
const NEVER: Duration = Duration::from_secs(1_000_000);

fn a_wait_ends_with_none_at_its_deadline<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(SLEEP_FOREVER);
    let start = Instant::now();
    assert_eq!(child.wait_timeout(SHORT).unwrap(), None);
    assert!(start.elapsed() >= SHORT);
    let deadline = Instant::now() + SHORT;
    assert_eq!(child.wait_deadline(deadline).unwrap(), None);
    assert!(Instant::now() >= deadline);
    assert!(child.kill().unwrap());
    assert_eq!(child.wait().unwrap().signal(), Some(9));
}

fn a_deadline_in_the_past_polls_once<K: Kind>() {
    let _limit = time_limit();
    let past = Instant::now();
    let (child, stdin) = K::start(CAT);
    assert_eq!(child.wait_deadline(past).unwrap(), None);
    assert_eq!(child.wait_timeout(Duration::ZERO).unwrap(), None);
    drop(stdin);
    until("the exit", || has_exited(child.id()));
    assert!(child.wait_deadline(past).unwrap().unwrap().success());
    assert!(child.wait_timeout(Duration::ZERO).unwrap().unwrap().success());
}

fn a_wait_ends_with_the_exit_before_its_deadline<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(TRUE);
    assert!(child.wait_timeout(NEVER).unwrap().unwrap().success());
    let (child, stdin) = K::start(CAT);
    thread::scope(|scope| {
        let waiter = scope.spawn(|| child.wait_deadline(Instant::now() + NEVER));
        until("a thread waits", || is_waited_on(&*child));
        drop(stdin);
        assert!(waiter.join().unwrap().unwrap().unwrap().success());
    });
}

fn a_timeout_longer_than_any_clock_is_no_timeout<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(TRUE);
    assert!(child.wait_timeout(Duration::MAX).unwrap().unwrap().success());
}

fn a_deadline_passes_while_another_thread_waits<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(SLEEP_FOREVER);
    let child = &child;
    thread::scope(|scope| {
        let waiter = scope.spawn(|| child.wait());
        until("a thread waits", || is_waited_on(child));
        let start = Instant::now();
        let late = scope.spawn(move || (child.wait_timeout(SHORT), start.elapsed()));
        // If it forgets its deadline it has to wait for the exit, which is then what it returns.
        while !late.is_finished() && start.elapsed() < patience() {
            thread::yield_now();
        }
        assert!(child.kill().unwrap());
        let (result, time) = late.join().unwrap();
        assert_eq!(result.unwrap(), None);
        assert!(time >= SHORT);
        assert_eq!(waiter.join().unwrap().unwrap().signal(), Some(9));
    });
}

fn another_waiter_takes_over_when_the_first_ran_out_of_time<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    let (sender, thread_of_second) = mpsc::channel();
    thread::scope(|scope| {
        // Usually enough time for the second to fall asleep behind the first: the test could not fail
        // without.
        let first = scope.spawn(|| child.wait_timeout(10 * SHORT));
        until("the first waits", || is_waited_on(&*child));
        let child = &child;
        let second = scope.spawn(move || {
            sender.send(this_thread()).unwrap();
            child.wait()
        });
        let thread = thread_of_second.recv().unwrap();
        until("the second sleeps behind it", || is_asleep(&thread));
        assert_eq!(first.join().unwrap().unwrap(), None);
        // Only the second (and the reactor) can find the exit now.
        drop(stdin);
        assert!(second.join().unwrap().unwrap().success());
    });
}
