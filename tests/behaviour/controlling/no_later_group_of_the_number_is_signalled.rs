//! A group's number is its leader's pid, and may belong to another group once no process of this one is left: no signal may
//! reach that group by any path. SHARED_CHILD_GROUP_REUSES says how often the number is given away (20 by default).

use crate::support::limit::until;
use crate::support::namespace::{choose_next_pid, in_a_namespace};
use crate::support::plans::{Started, plan, start};
use crate::support::proc::{has_exited, stat};
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::ending::Ending;
use shared_child_native::core::spawn::{Grouping, Plan, Stdio};
use shared_child_native::core::{Cause, spawner};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command};
use std::sync::mpsc;
use std::time::{Duration, Instant};

fn reuses() -> usize {
    std::env::var("SHARED_CHILD_GROUP_REUSES").map_or(20, |count| count.parse().unwrap())
}

/// A leader that exits at once, and another process that it leaves in its group.
fn group() -> Plan {
    let stdio = vec![Stdio::Ignore, Stdio::Inherit(1), Stdio::Inherit(2)];
    Plan { grouping: Grouping::Group, stdio, ..plan(&["sh", "-c", "sleep 1000 &"]) }
}

/// The running processes of the group, without the leader.
fn others(number: u32) -> Vec<u32> {
    let pids = std::fs::read_dir("/proc").unwrap();
    let pids = pids.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    let number_of = |pid: &u32| stat(&pid.to_string(), 5);
    pids.filter(|pid| *pid != number && number_of(pid).is_some_and(|group| group == number.to_string()))
        .filter(|pid| !has_exited(*pid))
        .collect()
}

fn end_the_others(number: u32) {
    // On a slow machine, the end of a grace period may have ended it.
    for other in others(number) {
        // SAFETY: takes integers.
        unsafe { libc::kill(other as i32, libc::SIGKILL) };
        until("it is reaped", || stat(&other.to_string(), 3).is_none());
    }
}

/// An innocent process that leads a group with the number.
fn take(number: u32) -> Child {
    until("the number is free", || stat(&number.to_string(), 3).is_none());
    loop {
        choose_next_pid(number);
        let mut innocent =
            Command::new("cat").stdin(std::process::Stdio::piped()).process_group(0).spawn().unwrap();
        if innocent.id() == number {
            return innocent;
        }
        drop(innocent.stdin.take());
        innocent.wait().unwrap();
    }
}

/// Lets it end by itself, and says which signal has ended it instead.
fn release(mut innocent: Child) -> Option<i32> {
    drop(innocent.stdin.take());
    innocent.wait().unwrap().signal()
}

#[test]
fn by_any_path() {
    in_a_namespace!(&[], || {
        for round in 0..reuses() {
            let child = spawner::spawn(group()).unwrap();
            assert!(child.shared.wait().unwrap().success());
            assert!(child.shared.signal_group(0, Cause::Kill).unwrap());
            // Both are due when the number belongs to another group.
            let ending = |signal, millis| Ending {
                cause: Cause::Timeout,
                signal,
                grace: Some(Duration::from_millis(millis)),
            };
            assert!(child.child().end(ending(libc::SIGCONT, 60)).unwrap());
            child.child().end_after(Duration::from_millis(50), ending(libc::SIGTERM, 1)).unwrap();
            end_the_others(child.pid);
            let innocent = take(child.pid);
            signal_by_all_paths(&child);
            std::thread::sleep(Duration::from_millis(if round % 10 == 0 { 100 } else { 0 }));
            signal_by_all_paths(&child);
            drop(child);
            assert_eq!(release(innocent), None);
        }
    });
}

fn signal_by_all_paths(child: &ChildHandle) {
    for signal in [0, libc::SIGTERM, libc::SIGKILL] {
        assert!(!child.shared.signal_group(signal, Cause::Kill).unwrap());
        assert!(!child.child().signal(signal, Cause::Kill).unwrap());
    }
    let ending =
        Ending { cause: Cause::Dispose, signal: libc::SIGTERM, grace: Some(Duration::from_millis(1)) };
    assert!(!child.child().end(ending).unwrap());
    child.child().end_after(Duration::from_millis(1), ending).unwrap();
    let (sender, told) = mpsc::channel();
    let deadline = Some(Instant::now() + Duration::from_secs(10));
    child.child().on_group_gone(deadline, move |gone| sender.send(gone).unwrap());
    assert!(told.recv().unwrap());
}

/// Nobody polls these children, so their groups stay reserved until their exits are reported.
fn unwatched() -> Started {
    let started = start(&group()).unwrap();
    assert!(started.child.wait().unwrap().success());
    started
}

#[test]
fn when_the_group_has_been_given_back() {
    in_a_namespace!(&[], || {
        for _ in 0..reuses() {
            let started = unwatched();
            let number = started.child.id();
            started.child.release_group();
            end_the_others(number);
            let innocent = take(number);
            assert!(!started.child.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
            assert!(started.child.group_is_empty().unwrap());
            assert_eq!(release(innocent), None);
        }
    });
}

/// A foreign `waitpid(-1)` reaps a leader that was kept to reserve its number.
#[test]
fn when_someone_else_has_reaped_the_leader() {
    in_a_namespace!(&[], || {
        for _ in 0..reuses() {
            let started = unwatched();
            let number = started.child.id();
            // SAFETY: takes integers, and no status.
            unsafe { libc::waitpid(number as i32, std::ptr::null_mut(), libc::WNOHANG) };
            end_the_others(number);
            let innocent = take(number);
            assert!(!started.child.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
            assert!(started.child.group_is_empty().unwrap());
            assert_eq!(release(innocent), None);
        }
    });
}

/// Proves that the innocent processes could have been hit.
#[test]
fn but_by_number_it_would_be() {
    in_a_namespace!(&[], || {
        for _ in 0..reuses() {
            let started = unwatched();
            let number = started.child.id();
            started.child.release_group();
            end_the_others(number);
            let innocent = take(number);
            // SAFETY: takes integers.
            assert_eq!(unsafe { libc::kill(-(number as i32), libc::SIGKILL) }, 0);
            assert_eq!(release(innocent), Some(libc::SIGKILL));
        }
    });
}

/// While there is a process in the group, the number is not reused.
#[test]
fn and_there_is_none_while_anybody_is_left() {
    in_a_namespace!(&[], || {
        for _ in 0..reuses() {
            let started = unwatched();
            let number = started.child.id();
            choose_next_pid(number);
            let mut other = Command::new("true").spawn().unwrap();
            assert_ne!(other.id(), number);
            other.wait().unwrap();
            assert!(started.child.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
            until("all have ended", || others(number).is_empty());
        }
    });
}
