//! Three operations at once, where the third makes the other two meet in a new way.

use crate::kernel::Event::{DeadlinesPass, Exit};
use crate::operation::Operation::*;
use crate::operation::explore;

/// One waiter is in the kernel, one sleeps behind it, and the child ends by the signal.
#[test]
fn a_kill_ends_two_waits() {
    explore(&[Wait, Wait, Kill], &[]);
}

/// The signal comes while one thread waits and another may reap.
#[test]
fn a_kill_meets_a_wait_and_a_try_wait() {
    explore(&[Wait, TryWait, Kill], &[Exit]);
}

/// The waiter that is in the kernel runs out of time; the one behind it has to take over.
#[test]
fn a_waiter_takes_over_from_one_that_ran_out_of_time() {
    explore(&[WaitDeadline, Wait, WaitDeadline], &[DeadlinesPass, Exit]);
}

/// As with every child of our own: the reactor reaps it, whichever other threads wait or kill.
#[test]
fn the_reactor_reaps_between_a_wait_and_a_kill() {
    explore(&[ReactorReap, Wait, Kill], &[Exit]);
}

/// A listener is added while two threads race to reap.
#[test]
fn a_listener_is_added_between_a_reactor_reap_and_a_try_wait() {
    explore(&[ReactorReap, OnExit, TryWait], &[Exit]);
}
