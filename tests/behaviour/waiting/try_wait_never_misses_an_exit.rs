//! A child that exited before the call is never reported as running, whoever else waits on it.

use crate::support::kinds::{CAT, Kind, TRUE, for_each_kind, is_waited_on};
use crate::support::limit::{time_limit, until};
use crate::support::proc::has_exited;
use shared_child_native::core::Process;
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

for_each_kind! {
    try_wait_does_not_race_with_the_start_of_a_wait,
    try_wait_asks_the_kernel_while_another_thread_waits,
}

/// The seed's test_wait_try_wait_race: wait() must not be able to say that it waits, and let try_wait
/// take that for "running", before it has looked. `SHARED_CHILD_RACE_TEST_SECONDS` makes it longer.
fn try_wait_does_not_race_with_the_start_of_a_wait<K: Kind>() {
    repeat_for_seconds(|| {
        let (child, _stdin) = K::start(TRUE);
        K::Process::wait_without_reaping(&child.handle(), None).unwrap();
        let barrier = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                barrier.wait();
                child.wait().unwrap();
            });
            let polled = scope.spawn(|| {
                barrier.wait();
                child.try_wait().unwrap()
            });
            polled.join().unwrap().is_some()
        })
    });
}

/// The same for a thread that is in the kernel when the child exits, and has not returned from it yet.
fn try_wait_asks_the_kernel_while_another_thread_waits<K: Kind>() {
    repeat_for_seconds(|| {
        let (child, stdin) = K::start(CAT);
        thread::scope(|scope| {
            scope.spawn(|| child.wait().unwrap());
            until("a thread waits", || is_waited_on(&*child));
            drop(stdin);
            while !has_exited(child.id()) {}
            child.try_wait().unwrap().is_some()
        })
    });
}

#[track_caller]
fn repeat_for_seconds(found: impl Fn() -> bool) {
    let seconds =
        std::env::var("SHARED_CHILD_RACE_TEST_SECONDS").map_or(1, |seconds| seconds.parse().unwrap());
    let start = Instant::now();
    for iteration in 1.. {
        let _limit = time_limit();
        assert!(found(), "try_wait found it running after {:?}, {iteration} iterations", start.elapsed());
        if start.elapsed() >= Duration::from_secs(seconds) {
            return;
        }
    }
}
