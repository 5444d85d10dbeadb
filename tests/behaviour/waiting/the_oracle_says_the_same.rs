//! Side by side with the crate whose core this is (`shared_child` of crates.io), on the same commands.

use crate::support::kinds::SLEEP_FOREVER;
use crate::support::limit::{time_limit, until};
use crate::support::plans::{plan, script, start};
use crate::support::proc::has_exited;
use shared_child_native::core::{ExitStatus, SharedChild, spawner};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

fn shell(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]).stdin(Stdio::null());
    command
}

/// How the same script ends: by the oracle, by a std child, by our engine, by our engine and the reactor.
fn ends(text: &str) -> [ExitStatus; 4] {
    let watched = spawner::spawn(script(text)).unwrap();
    let unwatched = start(&script(text)).unwrap().child;
    let std_child = SharedChild::spawn(&mut shell(text)).unwrap();
    let oracle = shared_child::SharedChild::spawn(&mut shell(text)).unwrap();
    // Our own children also report resource usage, which is not compared.
    let without_usage = |status: ExitStatus| {
        assert!(status.usage.is_some_and(|usage| usage.max_rss > 0));
        ExitStatus { usage: None, ..status }
    };
    [
        ExitStatus::from(oracle.wait().unwrap()),
        std_child.wait().unwrap(),
        without_usage(unwatched.wait().unwrap()),
        without_usage(watched.shared.wait().unwrap()),
    ]
}

#[track_caller]
fn assert_all_equal(script: &str) {
    let ends = ends(script);
    assert!(ends.iter().all(|end| *end == ends[0]), "{script}: {ends:?}");
}

#[test]
fn every_exit_code() {
    for code in 0..=255 {
        let _limit = time_limit();
        assert_all_equal(&format!("exit {code}"));
    }
}

#[test]
fn every_signal_that_ends_a_process() {
    let ignored = [libc::SIGCHLD, libc::SIGCONT, libc::SIGURG, libc::SIGWINCH];
    let stopping = [libc::SIGSTOP, libc::SIGTSTP, libc::SIGTTIN, libc::SIGTTOU];
    for signal in (1..=31).chain(libc::SIGRTMIN()..=libc::SIGRTMAX()) {
        let _limit = time_limit();
        if !ignored.contains(&signal) && !stopping.contains(&signal) {
            // No core files; the flag says that there would be one on a host that wants them.
            assert_all_equal(&format!("ulimit -c 0; kill -{signal} $$"));
        }
    }
}

#[test]
fn polls_and_timeouts_before_and_after_the_exit() {
    let _limit = time_limit();
    let mut cat = Command::new("cat");
    cat.stdin(Stdio::piped());
    let oracle = shared_child::SharedChild::spawn(&mut cat).unwrap();
    let ours = SharedChild::spawn(&mut cat).unwrap();
    let short = Duration::from_millis(10);
    assert_eq!([oracle.try_wait().unwrap(), oracle.wait_timeout(short).unwrap()], [None; 2]);
    assert_eq!([ours.try_wait().unwrap(), ours.wait_timeout(short).unwrap()], [None; 2]);
    oracle.kill().unwrap();
    ours.kill().unwrap();
    until("both exits", || has_exited(oracle.id()) && has_exited(ours.id()));
    // The oracle does not report a cause.
    let alike = |status: Option<ExitStatus>| status.map(|status| ExitStatus { cause: None, ..status });
    let polled = [oracle.try_wait().unwrap().map(Into::into), alike(ours.try_wait().unwrap())];
    assert_eq!(polled[0], polled[1]);
    let waited =
        [oracle.wait_timeout(short).unwrap().map(Into::into), alike(ours.wait_timeout(short).unwrap())];
    assert_eq!(waited, polled);
}

/// Each has its own waiting threads, and all are killed at the same moment.
#[test]
fn many_waiters_and_a_kill() {
    let _limit = time_limit();
    let oracle = shared_child::SharedChild::spawn(Command::new("sleep").arg("1000")).unwrap();
    let ours = start(&plan(SLEEP_FOREVER)).unwrap().child;
    thread::scope(|scope| {
        let theirs: Vec<_> =
            (0..8).map(|_| scope.spawn(|| ExitStatus::from(oracle.wait().unwrap()))).collect();
        let own: Vec<_> = (0..8).map(|_| scope.spawn(|| ours.wait().unwrap())).collect();
        oracle.kill().unwrap();
        assert!(ours.kill().unwrap());
        for (theirs, own) in theirs.into_iter().zip(own) {
            assert_eq!(theirs.join().unwrap().end, own.join().unwrap().end);
        }
    });
}
