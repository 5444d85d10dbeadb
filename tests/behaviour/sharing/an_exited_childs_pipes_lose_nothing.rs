//! What a child wrote before its exit can be read after it, and costs no fd meanwhile.

use crate::support::kinds::take_pipe;
use crate::support::limit::until;
use crate::support::own_process::in_own_process;
use crate::support::plans::{file, script};
use crate::support::proc::{fds, is_settled};
use crate::support::temporary::read_all;
use shared_child_native::core::child::TakenPipe;
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::spawn::Stdio;
use shared_child_native::core::{registry, spawner};
use std::io::{PipeWriter, Write};

fn exited(text: &str) -> ChildHandle {
    let child = spawner::spawn(script(text)).unwrap();
    child.shared.wait().unwrap();
    child
}

/// A child whose grandchild lives for as long as the pipe to its fd 3 is open.
fn with_grandchild(text: &str) -> (ChildHandle, PipeWriter) {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut plan = script(text);
    plan.stdio.push(Stdio::Given(reader.into()));
    (spawner::spawn(plan).unwrap(), writer)
}

fn fds_opened_since(before: usize) -> usize {
    fds("self").len().saturating_sub(before)
}

/// After this, all fds that are opened only once are open.
fn fds_when_idle() -> usize {
    let inherited = fds("self");
    let mut plan = script("exit 0");
    plan.stdio = vec![Stdio::Ignore, Stdio::Ignore, Stdio::Ignore];
    spawner::spawn(plan).unwrap().shared.wait().unwrap();
    until("its pidfd is closed", || is_settled(&inherited));
    fds("self").len()
}

#[test]
fn each_is_drained_and_closed_at_the_exit() {
    in_own_process!(|| {
        let before = fds_when_idle();
        let child = exited("head -c 50000 /dev/zero; echo error >&2");
        until("its fds are closed", || fds_opened_since(before) == 0);
        match [1, 2].map(|fd| child.take_pipe(fd)) {
            [Some(TakenPipe::Drained(stdout)), Some(TakenPipe::Drained(stderr))] => {
                assert_eq!((stdout, stderr), (vec![0; 50_000], b"error\n".to_vec()));
            }
            other => panic!("{other:?}"),
        }
        assert!(child.take_pipe(1).is_none(), "it is there once");
    });
}

/// A pipe to which another process still writes stays open for as long.
#[test]
fn one_that_a_grandchild_holds_stays_open_until_it_lets_go() {
    in_own_process!(|| {
        let before = fds_when_idle();
        let (child, mut grandchild) = with_grandchild("cat <&3 & echo from-child");
        child.shared.wait().unwrap();
        assert!(fds_opened_since(before) > 1, "its stdout, and the grandchild's stdin");
        grandchild.write_all(b"from-grandchild\n").unwrap();
        drop(grandchild);
        until("its fds are closed", || fds_opened_since(before) == 0);
        let Some(TakenPipe::Drained(stdout)) = child.take_pipe(1) else { panic!("not drained") };
        assert_eq!(String::from_utf8(stdout).unwrap(), "from-child\nfrom-grandchild\n");
    });
}

#[test]
fn one_that_was_taken_is_its_takers() {
    in_own_process!(|| {
        let mut plan = script("cat");
        plan.stdio[0] = Stdio::Pipe;
        let child = spawner::spawn(plan).unwrap();
        let Some(TakenPipe::Open(stdout)) = child.take_pipe(1) else { panic!("not open") };
        take_pipe(&child, 0).write_all(b"text").unwrap();
        child.shared.wait().unwrap();
        assert!(child.take_pipe(1).is_none());
        assert_eq!(read_all(file(stdout)), "text");
    });
}

#[test]
fn those_that_nobody_can_take_any_more_are_closed() {
    in_own_process!(|| {
        let before = fds_when_idle();
        for _ in 0..20 {
            let (child, grandchild) = with_grandchild("cat <&3 & exit 0");
            let token = registry::share(child.child());
            child.shared.wait().unwrap();
            drop(child);
            // Of the grandchild, which still holds the other ends.
            until("its fds are closed", || fds_opened_since(before) <= 1);
            assert!(registry::attach(&token).unwrap().take_pipe(1).is_none());
            drop(grandchild);
        }
        assert_eq!(fds_opened_since(before), 0);
    });
}
