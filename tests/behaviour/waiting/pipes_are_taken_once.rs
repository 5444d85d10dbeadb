//! The seed's test_takes.

use crate::support::limit::time_limit;
use shared_child_native::core::SharedChild;
use std::process::{Command, Stdio};

#[test]
fn each_pipe_is_there_the_first_time_only() {
    let _limit = time_limit();
    let mut command = Command::new("true");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = SharedChild::spawn(&mut command).unwrap();
    assert!(child.take_stdin().is_some());
    assert!(child.take_stdout().is_some());
    assert!(child.take_stderr().is_some());
    assert!(child.take_stdin().is_none());
    assert!(child.take_stdout().is_none());
    assert!(child.take_stderr().is_none());
    child.wait().unwrap();
}

#[test]
fn what_is_no_pipe_is_never_there() {
    let _limit = time_limit();
    let child = SharedChild::spawn(Command::new("true").stdin(Stdio::null())).unwrap();
    assert!(child.take_stdin().is_none());
    assert!(child.take_stdout().is_none());
    child.wait().unwrap();
}
