//! Tests groups and watchdogs with the fork engine as FreeBSD uses it. They run on Linux, whose /proc shows which
//! processes are in a group.

use super::super::{Grouping, Plan, SpawnError, Stage, Stdio};
use super::exec::Place;
use super::tests::{output, plan};
use super::{Started, start, start_in};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::fd::{FromRawFd, OwnedFd};
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn a_child_leads_a_group_in_the_session_of_its_parent() {
    let command = "echo $$; ps -o pgid= -p $$; ps -o sid= -p $$; ps -o sid= -p $PPID";
    let (text, _) = output(command, |plan| plan.grouping = Grouping::Group);
    let [pid, group, session, parents] = text.split_whitespace().collect::<Vec<_>>()[..] else {
        panic!("{text}")
    };
    assert_eq!((pid, session), (group, parents));
}

#[test]
fn what_this_system_has_not_is_refused() {
    let refused = |grouping, detached, kill_on_parent_exit| {
        let plan = plan(c"true", &["true"], Stdio::Ignore);
        let error = start(&Plan { grouping, detached, kill_on_parent_exit, ..plan }).unwrap_err();
        assert_eq!(error.errno, -libc::ENOTSUP);
        error.stage
    };
    assert_eq!(refused(Grouping::Contain, false, false), Stage::Contain);
    assert_eq!(refused(Grouping::Group, true, true), Stage::KillOnParentExit);
}

/// The pids of all running processes of a group.
fn running_in(group: libc::pid_t) -> Vec<libc::pid_t> {
    let fields = |pid: &str| {
        let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let (_, fields) = line.rsplit_once(") ")?;
        let fields: Vec<&str> = fields.split(' ').collect();
        Some((fields[0].to_owned(), fields[2].parse::<libc::pid_t>().ok()?))
    };
    let mut running = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let Ok(pid) = name.parse() else { continue };
        if fields(&name).is_some_and(|(state, of)| of == group && state != "Z" && state != "X") {
            running.push(pid);
        }
    }
    running
}

/// Reaps a child and returns the number of the signal that ended it.
fn signal_that_ended(pid: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: an unreaped child of ours, and a place for its status.
    assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
    libc::WTERMSIG(status)
}

/// The state of a process that is not reaped.
fn state(pid: libc::pid_t) -> char {
    let line = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    line.rsplit_once(") ").unwrap().1.chars().next().unwrap()
}

fn program(pid: libc::pid_t) -> std::path::PathBuf {
    std::fs::read_link(format!("/proc/{pid}/exe")).unwrap()
}

#[test]
fn a_child_waits_in_its_place_until_all_is_done_about_it() {
    let ours = std::env::current_exe().unwrap();
    let mut pids = Vec::new();
    let mut look = |pid| {
        pids.push(pid);
        // It sleeps, as it waits for us; or, if the code is wrong, because `sleep` already runs.
        while state(pid) != 'S' {
            std::thread::yield_now();
        }
        assert_eq!(program(pid), ours);
        assert_eq!(running_in(pid), [pid]);
    };
    let sleeper = plan(c"sleep", &["sleep", "60"], Stdio::Ignore);
    let mut let_go = |pid| {
        look(pid);
        Ok(())
    };
    let started = start_in(Place::Own, &sleeper, None, Some(&mut let_go)).unwrap();
    assert_ne!(program(started.pid), ours);
    // SAFETY: all arguments are integers. An unreaped child of ours.
    unsafe { libc::kill(started.pid, libc::SIGKILL) };
    assert_eq!(signal_that_ended(started.pid), libc::SIGKILL);

    let mut refuse = |pid| {
        look(pid);
        Err(SpawnError { errno: -libc::EMFILE, stage: Stage::Spawn })
    };
    let refused = start_in(Place::Own, &sleeper, None, Some(&mut refuse)).unwrap_err();
    assert_eq!(refused.errno, -libc::EMFILE);
    // SAFETY: all arguments are integers; null for no status.
    assert_eq!(unsafe { libc::waitpid(pids[1], std::ptr::null_mut(), 0) }, -1, "it has been reaped");
}

/// Held by each test that starts watchdogs, because these cannot be told apart in a list of processes.
static WATCHDOGS: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[test]
fn a_watchdog_is_there_before_the_program_and_ends_the_group_with_its_parent() {
    let _alone = WATCHDOGS.lock().unwrap();
    // The command prints how many watchdogs there are when it begins. The brackets keep it from finding itself.
    let command = "ps -e -o pgid=,args= | grep -c \"^ *$$ .*[k]ill -KILL 0\"; sleep 60 & wait";
    let mut plan = plan(c"sh", &["sh", "-c", command], Stdio::Pipe);
    plan.grouping = Grouping::Group;
    plan.kill_on_parent_exit = true;
    let Started { pid, mut pipes, watchdog } = start(&plan).unwrap();
    let (watchdog, lead) = watchdog.unwrap();
    // SAFETY: an open descriptor, whose owner has just released it.
    let stdout = unsafe { OwnedFd::from_raw_fd(pipes[1].take().unwrap().into_raw() as i32) };
    let mut line = String::new();
    BufReader::new(File::from(stdout)).read_line(&mut line).unwrap();
    assert_eq!(line, "1\n");

    for signal in (1..=31).filter(|signal| ![libc::SIGKILL, libc::SIGSTOP].contains(signal)) {
        // SAFETY: all arguments are integers. An unreaped child of ours.
        assert_eq!(unsafe { libc::kill(watchdog, signal) }, 0);
    }
    // A process with a pending signal is awake. When the watchdog sleeps again, in its read, or has ended, it has received
    // all of them.
    while !matches!(state(watchdog), 'S' | 'Z') {
        std::thread::yield_now();
    }
    assert!(running_in(pid).contains(&watchdog), "nothing that can be ignored ends it");

    drop(lead);
    assert_eq!([pid, watchdog].map(signal_that_ended), [libc::SIGKILL; 2]);
    wait_until_nobody_runs_in(pid);
}

/// This waits, because processes that have been killed take a moment to end.
fn wait_until_nobody_runs_in(group: libc::pid_t) {
    let limit = Instant::now() + Duration::from_secs(50);
    while !running_in(group).is_empty() {
        assert!(Instant::now() < limit, "{:?}", running_in(group));
        std::thread::sleep(Duration::from_millis(1));
    }
}

#[test]
fn a_group_ends_with_a_parent_that_is_killed() {
    let _alone = WATCHDOGS.lock().unwrap();
    let mut host = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "--ignored",
            "--nocapture",
            concat!(module_path!(), "::be_a_parent").split_once("::").unwrap().1,
        ])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // Among the lines of the test harness is the pid of the leader, printed by the process that it has started.
    let mut lines = BufReader::new(host.stdout.take().unwrap()).lines();
    let group = lines.find_map(|line| line.unwrap().strip_prefix("leader ")?.parse().ok()).unwrap();
    assert_eq!(running_in(group).len(), 3, "a leader, what it has started, and a watchdog");
    host.kill().unwrap();
    host.wait().unwrap();
    wait_until_nobody_runs_in(group);
}

#[test]
#[ignore = "the parent of the test before"]
fn be_a_parent() {
    let command = "sh -c 'echo; echo leader $PPID; exec sleep 60' & wait";
    let mut plan = plan(c"sh", &["sh", "-c", command], Stdio::Inherit(1));
    plan.grouping = Grouping::Group;
    plan.kill_on_parent_exit = true;
    let started = start(&plan).unwrap();
    signal_that_ended(started.pid);
}

#[test]
fn a_program_that_does_not_start_has_no_watchdog() {
    let _alone = WATCHDOGS.lock().unwrap();
    let missing = plan(c"no-such-program", &["x"], Stdio::Ignore);
    let missing = Plan { grouping: Grouping::Group, kill_on_parent_exit: true, ..missing };
    assert_eq!(start(&missing).unwrap_err().errno, -libc::ENOENT);
    let us = std::process::id().to_string();
    let list = Command::new("ps").args(["-o", "args=", "--ppid", &us]).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.lines().all(|line| !line.contains("kill -KILL 0")), "{list}");
}

/// Without a group, the kernel ends it, on FreeBSD as well.
#[test]
fn a_child_without_a_group_ends_with_its_parent() {
    let mut plan = plan(c"sleep", &["sleep", "60"], Stdio::Ignore);
    plan.kill_on_parent_exit = true;
    // To Linux, the thread that starts the child is its parent.
    let pid = std::thread::spawn(move || start(&plan).unwrap().pid).join().unwrap();
    assert_eq!(signal_that_ended(pid), libc::SIGKILL);
}
