//! What a child writes is collected by the reactor, with a limit, until the end or until it is stopped.

use crate::support::limit::time_limit;
use crate::support::plans::{plan, script};
use crate::support::proc::fds;
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::collector::{Collector, Overflow};
use shared_child_native::core::spawner;
use shared_child_native::core::sys::PipeEnd;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

struct Collecting {
    child: ChildHandle,
    collector: Arc<Collector>,
    done: Receiver<()>,
}

/// Returns `None` if pipes cannot be watched.
fn collect(command: &str, limit: usize, overflow: Overflow) -> Option<Collecting> {
    let child = spawner::spawn(script(command)).unwrap();
    let (sender, done) = channel();
    let collector = child.collect(1, limit, overflow, move || sender.send(()).unwrap());
    if without_reactor() {
        assert!(collector.is_none());
        assert!(child.take_pipe(1).is_some(), "the pipe is still to be had");
        return None;
    }
    Some(Collecting { child, collector: collector.unwrap(), done })
}

fn without_reactor() -> bool {
    std::env::var_os("SHARED_CHILD_REACTOR").is_some_and(|value| value == "threads")
}

fn text(collector: &Collector) -> String {
    String::from_utf8(collector.take()).unwrap()
}

const MILLION: &str = "head -c 1000000 /dev/zero | tr '\\0' x; printf end";

#[test]
fn all_of_it_until_the_end() {
    let _limit = time_limit();
    let Some(Collecting { collector, done, .. }) = collect(MILLION, usize::MAX, Overflow::Stop) else {
        return;
    };
    done.recv().unwrap();
    assert!(collector.has_ended() && !collector.is_truncated());
    assert!(text(&collector) == "x".repeat(1_000_000) + "end");
}

#[test]
fn what_was_left_by_a_child_that_has_exited() {
    let _limit = time_limit();
    let child = spawner::spawn(script("printf left")).unwrap();
    child.shared.wait().unwrap();
    let (sender, done) = channel();
    if without_reactor() {
        return;
    }
    let collector = child.collect(1, 3, Overflow::Tail, move || sender.send(()).unwrap()).unwrap();
    done.recv().unwrap();
    assert!(collector.has_ended() && collector.is_truncated());
    assert_eq!(text(&collector), "eft");
}

#[test]
fn the_first_and_the_last_bytes() {
    let _limit = time_limit();
    for (overflow, expected) in [(Overflow::Head, "xxxx"), (Overflow::Tail, "xend")] {
        let Some(Collecting { collector, done, .. }) = collect(MILLION, 4, overflow) else { return };
        done.recv().unwrap();
        assert!(collector.has_ended() && collector.is_truncated());
        assert_eq!(text(&collector), expected);
    }
}

#[test]
fn over_the_limit_the_child_waits() {
    let _limit = time_limit();
    let Some(Collecting { child, collector, done }) = collect("exec yes", 5, Overflow::Stop) else { return };
    done.recv().unwrap();
    assert!(!collector.has_ended() && collector.is_truncated());
    let pipe = &fds(&child.pid.to_string())[&1];
    assert!(fds("self").values().any(|ours| ours == pipe), "a pipe that was closed would end it");
    assert_eq!(text(&collector), "y\ny\ny");
    collector.stop();
    assert_eq!(child.shared.wait().unwrap().signal(), Some(libc::SIGPIPE));
}

#[test]
fn stopped_it_has_what_is_there() {
    let _limit = time_limit();
    let child = spawner::spawn(plan(&["sleep", "1000"])).unwrap(); // only then is there a reactor
    let (reader, mut writer) = std::io::pipe().unwrap();
    let not_called = || panic!("whoever stops it is not called");
    let pipe = PipeEnd::from(OwnedFd::from(reader));
    let Ok(collector) = Collector::start(pipe, usize::MAX, Overflow::Stop, not_called) else {
        child.shared.kill().unwrap();
        return assert!(without_reactor());
    };
    let (sender, stopped) = channel();
    // The thread of the reactor does this, so it cannot read the pipe itself.
    let on_the_reactor = move || {
        writer.write_all(b"here").unwrap();
        collector.stop();
        sender.send((text(&collector), collector.has_ended())).unwrap();
    };
    let _until_its_end = child.collect(1, usize::MAX, Overflow::Stop, on_the_reactor).unwrap();
    child.shared.kill().unwrap();
    assert_eq!(stopped.recv().unwrap(), ("here".into(), false));
}

#[test]
fn nobody_who_wants_it_closes_the_pipe() {
    let _limit = time_limit();
    let Some(Collecting { child, collector, done }) = collect("exec yes", usize::MAX, Overflow::Head) else {
        return;
    };
    drop(collector);
    assert_eq!(child.shared.wait().unwrap().signal(), Some(libc::SIGPIPE));
    assert!(done.recv().is_err(), "nobody was called");
}
