//! A tied child ends with its parent, however that ends, and not before.

use crate::support::limit::{time_limit, until};
use crate::support::own_process::in_own_process;
use crate::support::plans::script;
use crate::support::proc::{fds, has_exited, stat, this_thread};
use crate::support::temporary::Folder;
use shared_child_native::core::child::TakenPipe;
use shared_child_native::core::spawn::{Grouping, Plan, Stdio};
use shared_child_native::core::{Cause, spawner};
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::FromRawFd;
use std::process::Command;
use std::sync::mpsc;

/// Starts this test binary again, which starts `text`, tied, and then waits. Returns it, and the pids that its
/// child has printed after the thread that asked for it had ended.
fn host(test: &str, text: &str) -> (std::process::Child, Vec<u32>) {
    let mut host = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env("SHARED_CHILD_TEST_HOST", text)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(host.stdout.take().unwrap()).lines().map(Result::unwrap);
    let pids: Vec<u32> = lines.filter_map(|line| line.strip_prefix("pid ")?.parse().ok()).take(2).collect();
    assert_eq!(pids.len(), 2, "the child has ended with the thread that asked for it");
    (host, pids)
}

/// In the host: starts the child, which goes on when the thread that has asked for it is gone, and waits for it.
fn be_the_host(grouping: Grouping) {
    let Ok(text) = std::env::var("SHARED_CHILD_TEST_HOST") else { return };
    let mut plan = Plan { grouping, kill_on_parent_exit: true, ..script(&format!("read go; {text}")) };
    plan.stdio = vec![Stdio::Pipe, Stdio::Inherit(1), Stdio::Inherit(2)];
    let spawned = std::thread::spawn(move || (spawner::spawn(plan).unwrap(), this_thread()));
    let (child, thread) = spawned.join().unwrap();
    until("the thread is gone", || stat(&thread, 3).is_none());
    let Some(TakenPipe::Open(stdin)) = child.take_pipe(0) else { panic!("nobody has taken it") };
    // SAFETY: the pipe has just been given away.
    unsafe { File::from_raw_fd(stdin.into_raw() as i32) }.write_all(b"\n").unwrap();
    let status = child.shared.wait();
    panic!("it has ended before its parent: {status:?}");
}

#[test]
fn a_whole_group() {
    be_the_host(Grouping::Group);
    let _limit = time_limit();
    let text = "sleep 1000 & echo pid $!; echo pid $$; wait";
    let name = "controlling::a_tied_child_ends_with_its_parent::a_whole_group";
    let (mut host, pids) = host(name, text);
    assert!(pids.iter().all(|pid| !has_exited(*pid)));
    host.kill().unwrap();
    host.wait().unwrap();
    until("all of them have ended", || pids.iter().all(|pid| has_exited(*pid)));
}

#[test]
fn or_the_child_alone() {
    be_the_host(Grouping::None);
    let _limit = time_limit();
    let text = "setsid sleep 1000 & echo pid $!; echo pid $$; wait";
    let name = "controlling::a_tied_child_ends_with_its_parent::or_the_child_alone";
    let (mut host, pids) = host(name, text);
    host.kill().unwrap();
    host.wait().unwrap();
    until("the child has ended", || has_exited(pids[1]));
    assert!(!has_exited(pids[0]), "who is not in its group");
    // SAFETY: takes integers.
    unsafe { libc::kill(pids[0] as i32, libc::SIGKILL) };
}

/// The tie takes descriptors for as long as any process of the group runs, and cutting it ends no process.
#[test]
fn and_nothing_is_left_of_the_tie() {
    in_own_process!(|| {
        let pipes = || fds("self").into_values().filter(|file| file.starts_with("pipe:")).count();
        let before = pipes();
        let tied = |text: &str| Plan {
            grouping: Grouping::Group,
            kill_on_parent_exit: true,
            stdio: vec![Stdio::Ignore, Stdio::Inherit(1), Stdio::Inherit(2)],
            ..script(text)
        };
        let folder = Folder::new();
        let mark = folder.path().join("mark");
        // The leader exits at once; what it has started goes on until it is told to end.
        let text = format!("(while ! test -e {}; do sleep 0.01; done) &", mark.display());
        let child = spawner::spawn(tied(&text)).unwrap();
        assert!(child.shared.wait().unwrap().success());
        assert_eq!(pipes(), before + 4);
        let (sender, told) = mpsc::channel();
        child.child().on_group_gone(None, move |gone| sender.send(gone).unwrap());
        drop(child);
        std::fs::write(&mark, "").unwrap();
        assert!(told.recv().unwrap());
        until("the tie is cut", || pipes() == before);
        let killed = spawner::spawn(tied("exec sleep 1000")).unwrap();
        assert!(killed.shared.kill().unwrap());
        assert_eq!(killed.shared.wait().unwrap().cause, Some(Cause::Kill));
        until("the tie is cut", || pipes() == before);
    });
}
