//! The seed's test_new: a `std::process::Child` that was started elsewhere, and perhaps waited on.

use crate::support::limit::time_limit;
use shared_child_native::core::{ExitStatus, SharedChild};
use std::process::{Child, Command, Stdio};

fn cat() -> Child {
    Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
}

/// Whether the status is known without asking the kernel.
fn is_exited(child: &SharedChild) -> bool {
    format!("{child:?}").contains("state: Exited")
}

#[test]
fn a_running_child_is_found_running_and_an_exited_one_exited() {
    let _limit = time_limit();
    let mut child = cat();
    let stdin = child.stdin.take();
    // It is blocked on its stdin, so it has not exited yet.
    let mut shared = SharedChild::new(child).unwrap();
    assert!(!is_exited(&shared));
    drop(stdin);
    // Each new one polls once: one of them will find that it has exited.
    while !is_exited(&shared) {
        shared = SharedChild::new(shared.into_inner()).unwrap();
    }
    assert!(shared.wait().unwrap().success());
}

#[test]
fn a_child_that_was_waited_on_keeps_its_status() {
    let _limit = time_limit();
    let mut child = cat();
    let status = child.wait().unwrap();
    let shared = SharedChild::new(child).unwrap();
    assert!(is_exited(&shared));
    assert_eq!(shared.wait().unwrap(), ExitStatus::from(status));
    assert!(!shared.kill().unwrap());
}
