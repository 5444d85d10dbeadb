//! Every process that a child has started and that has not left its group, even after the child itself has exited.

use crate::support::limit::{time_limit, until};
use crate::support::own_process::in_own_process;
use crate::support::plans::script;
use crate::support::proc::{children, fds, has_exited};
use crate::support::temporary::read_all;
use shared_child_native::core::child::TakenPipe;
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::process::Containment;
use shared_child_native::core::spawn::{Grouping, Plan};
use shared_child_native::core::{Cause, spawner};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::fd::FromRawFd;
use std::sync::mpsc;
use std::time::{Duration, Instant};

pub fn leader(text: &str) -> (ChildHandle, BufReader<File>) {
    let child = spawner::spawn(Plan { grouping: Grouping::Group, ..script(text) }).unwrap();
    let Some(TakenPipe::Open(pipe)) = child.take_pipe(1) else { panic!("it runs, and has a stdout") };
    // SAFETY: the pipe has just been given away.
    let stdout = unsafe { File::from_raw_fd(pipe.into_raw() as i32) };
    (child, BufReader::new(stdout))
}

/// Reads the next number that the child prints.
pub fn number(stdout: &mut BufReader<File>) -> u32 {
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    line.trim().parse().unwrap()
}

#[test]
fn while_its_leader_runs() {
    let _limit = time_limit();
    let (child, mut stdout) = leader("sleep 1000 & echo $!; sleep 1000 & echo $!; wait");
    let others = [number(&mut stdout), number(&mut stdout)];
    assert_eq!(child.containment, Containment::Group);
    assert!(child.shared.signal_group(libc::SIGTERM, Cause::Kill).unwrap());
    let status = child.shared.wait().unwrap();
    assert_eq!((status.signal(), status.cause), (Some(libc::SIGTERM), Some(Cause::Kill)));
    assert_eq!(read_all(stdout), "", "nobody holds the pipe any more");
    until("they have ended", || others.into_iter().all(has_exited));
}

#[test]
fn when_its_leader_has_exited() {
    let _limit = time_limit();
    let (child, mut stdout) = leader("sleep 1000 & echo $!");
    let other = number(&mut stdout);
    let status = child.shared.wait().unwrap();
    assert_eq!((status.code(), status.cause), (Some(0), None));
    assert!(!child.shared.kill().unwrap(), "the child itself is gone");
    assert!(child.shared.signal_group(0, Cause::Kill).unwrap());
    assert!(child.shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
    assert_eq!(read_all(stdout), "");
    until("it has ended", || has_exited(other));
    until("nobody is left", || !child.shared.signal_group(0, Cause::Kill).unwrap());
    assert_eq!(child.shared.wait().unwrap(), status);
}

#[test]
fn and_nobody_is_left_of_a_program_that_started_nobody() {
    let _limit = time_limit();
    let child = spawner::spawn(Plan { grouping: Grouping::Group, ..script("exit 3") }).unwrap();
    assert_eq!(child.shared.wait().unwrap().code(), Some(3));
    // For an instant, there may be the zombie that reserves the number.
    until("nobody is left", || !child.shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
}

#[test]
fn and_it_is_told_when_all_are_gone() {
    let _limit = time_limit();
    let (child, mut stdout) = leader("sleep 1000 & echo $!");
    let other = number(&mut stdout);
    child.shared.wait().unwrap();
    let (sender, told) = mpsc::channel();
    let wait = |deadline| {
        let sender = sender.clone();
        child.child().on_group_gone(deadline, move |gone| sender.send(gone).unwrap());
    };
    wait(Some(Instant::now() + Duration::from_millis(20)));
    assert!(!told.recv().unwrap());
    wait(None);
    // SAFETY: takes integers.
    assert_eq!(unsafe { libc::kill(other as i32, libc::SIGKILL) }, 0);
    assert!(told.recv().unwrap());
    wait(None);
    assert!(told.recv().unwrap(), "also of a group that is gone");
}

/// The callback may run on another thread before the call that asked has returned.
#[test]
fn and_each_of_many_is_told() {
    let _limit = time_limit();
    for _ in 0..50 {
        let child = spawner::spawn(Plan { grouping: Grouping::Group, ..script("exit 3") }).unwrap();
        child.shared.wait().unwrap();
        let (sender, told) = mpsc::channel();
        for _ in 0..50 {
            let sender = sender.clone();
            child.child().on_group_gone(None, move |gone| sender.send(gone).unwrap());
            assert!(told.recv().unwrap());
        }
    }
}

/// A waiter needs no handle.
#[test]
fn and_who_waits_is_not_told_too_early() {
    let _limit = time_limit();
    let (child, mut stdout) = leader("sleep 1000 & echo $!");
    let other = number(&mut stdout);
    child.shared.wait().unwrap();
    let (sender, told) = mpsc::channel();
    child.child().on_group_gone(None, move |gone| sender.send((gone, has_exited(other))).unwrap());
    drop(child);
    assert!(told.recv_timeout(Duration::from_millis(100)).is_err(), "it runs");
    // SAFETY: takes integers.
    assert_eq!(unsafe { libc::kill(other as i32, libc::SIGKILL) }, 0);
    assert_eq!(told.recv().unwrap(), (true, true));
}

/// On kernels that know groups only by number, a leader stays a zombie for as long as others run, and no longer.
#[test]
fn and_no_zombie_is_left() {
    in_own_process!(|| {
        for end in ["by itself", "by a signal", "without a handle"] {
            let (child, mut stdout) = leader("sleep 1000 & echo $!");
            let other = number(&mut stdout);
            child.shared.wait().unwrap();
            match end {
                "by a signal" => drop(child.shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap()),
                // SAFETY: takes integers.
                "by itself" => assert_eq!(unsafe { libc::kill(other as i32, libc::SIGKILL) }, 0),
                _ => drop(child),
            }
            until(end, || children().is_empty());
            // SAFETY: takes integers; the process may be gone.
            unsafe { libc::kill(other as i32, libc::SIGKILL) };
        }
    });
}

/// Whoever has waited for them for a while may leave processes behind that run for years.
#[test]
fn and_nothing_is_open_for_processes_that_nobody_waits_for_any_more() {
    in_own_process!(|| {
        leader("exit").0.shared.wait().unwrap(); // what is opened once and for all
        let pidfds = || fds("self").into_values().filter(|file| file == "anon_inode:[pidfd]").count();
        until("the first is closed", || pidfds() == 0);
        let (child, mut stdout) = leader("sleep 1000 & echo $!; sleep 1000 & echo $!");
        let others = [number(&mut stdout), number(&mut stdout)];
        child.shared.wait().unwrap();
        let (sender, told) = mpsc::channel();
        let limit = Instant::now() + Duration::from_millis(100);
        child.child().on_group_gone(Some(limit), move |gone| sender.send(gone).unwrap());
        assert!(!told.recv().unwrap());
        drop(child);
        until("nothing is open", || pidfds() == 0);
        for other in others {
            assert!(!has_exited(other));
            // SAFETY: takes integers. The process has not exited.
            unsafe { libc::kill(other as i32, libc::SIGKILL) };
        }
    });
}
