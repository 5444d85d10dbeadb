//! The seed's test_into_inner_before_wait and test_into_inner_after_wait.

use crate::support::limit::time_limit;
use shared_child_native::core::{ExitStatus, SharedChild};
use std::process::Command;

fn sleep_forever() -> SharedChild {
    SharedChild::spawn(Command::new("sleep").arg("1000")).unwrap()
}

#[test]
fn a_running_child_can_be_taken_back() {
    let _limit = time_limit();
    let mut child = sleep_forever().into_inner();
    child.kill().unwrap();
    child.wait().unwrap();
}

/// A reap behind the standard library's back would make its own wait fail.
#[test]
fn a_child_that_was_waited_on_still_has_its_status() {
    let _limit = time_limit();
    let shared = sleep_forever();
    shared.kill().unwrap();
    // The standard library does not know who ended it.
    let status = ExitStatus { cause: None, ..shared.wait().unwrap() };
    let mut child = shared.into_inner();
    assert_eq!(child.wait().map(Into::into).ok(), Some(status));
    assert_eq!(child.try_wait().unwrap().map(Into::into), Some(status));
}
