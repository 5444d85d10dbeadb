//! The tie holds whatever user the child becomes, and whenever its parent ends.

use crate::spawning::the_child_runs_as_whom_it_was_told::{NOBODY, is_root};
use crate::support::host::{Host, host, tell};
use crate::support::limit::{time_limit, until};
use crate::support::own_process::in_own_process;
use crate::support::plans::{plan, script, start};
use crate::support::proc::{children, field, has_exited, stat, threads};
use crate::support::temporary::Folder;
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::spawn::{Credentials, Grouping, Plan, SpawnError, Stdio};
use shared_child_native::core::spawner::{self, Job, spawn_in_background};
use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// The plan of a host's child, whose stdout is the host's.
fn tied(plan: Plan) -> Plan {
    Plan {
        grouping: Grouping::Group,
        kill_on_parent_exit: true,
        stdio: vec![Stdio::Ignore, Stdio::Inherit(1), Stdio::Inherit(2)],
        ..plan
    }
}

fn as_nobody(plan: Plan) -> Plan {
    Plan { credentials: Credentials { uid: Some(NOBODY), ..Credentials::default() }, ..plan }
}

fn kill(pid: u32) {
    // SAFETY: takes integers.
    unsafe { libc::kill(pid as i32, libc::SIGKILL) };
}

/// Killed when dropped, however the test ends.
struct Killed(u32);

impl Drop for Killed {
    fn drop(&mut self) {
        kill(self.0);
    }
}

/// In a host: starts a process that has copies of all its fds, and lives on.
fn fork_that_lives_on() -> u32 {
    // SAFETY: the fork does nothing but sleep.
    match unsafe { libc::fork() } {
        0 => loop {
            // SAFETY: takes nothing.
            unsafe { libc::pause() };
        },
        pid => pid as u32,
    }
}

#[test]
fn of_a_child_with_another_user() {
    if !is_root() {
        return;
    }
    let _limit = time_limit();
    let mut host = host!(String::new, |_| {
        let plan = as_nobody(tied(script("sleep 1000 & echo; echo other $!; echo; echo child $$; wait")));
        spawner::spawn(plan).unwrap();
    });
    let pids = [host.hear("other"), host.hear("child")];
    host.end();
    until("both have ended", || pids.into_iter().all(has_exited));
}

/// It no longer belongs to the user who has started it, and the kernel has forgotten its PR_SET_PDEATHSIG.
#[test]
fn of_a_program_that_has_become_root() {
    if !is_root() {
        return;
    }
    let _limit = time_limit();
    let Ok(setpriv) = fs::read("/usr/bin/setpriv") else {
        println!("skipped: there is no setpriv");
        return;
    };
    let mut folder = None;
    let add_program = || {
        let folder = folder.insert(Folder::new());
        folder.add("setpriv", Some(""), 0o755);
        let path = folder.path().join("setpriv");
        fs::write(&path, &setpriv).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o4755)).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let mut host = host!(add_program, |program| {
        let command = [program, "--reuid=0", "--regid=0", "--clear-groups", "sleep", "1000"];
        tell("child", spawner::spawn(as_nobody(tied(plan(&command)))).unwrap().pid);
    });
    let child = host.hear("child");
    let status = || fs::read_to_string(format!("/proc/{child}/status")).unwrap_or_default();
    until("it is root", || {
        let status = status();
        field(&status, "Name") == "sleep" && field(&status, "Uid").split_whitespace().all(|id| id == "0")
    });
    host.end();
    until("it has ended", || has_exited(child));
}

/// The fork keeps the pipes of the tie open; the child itself ends all the same.
#[test]
fn of_a_parent_whose_fork_lives_on() {
    let _limit = time_limit();
    let mut host = host!(String::new, |_| {
        let plan = tied(script("exec sleep 1000"));
        let child = spawner::spawn(if is_root() { as_nobody(plan) } else { plan }).unwrap();
        tell("fork", fork_that_lives_on());
        tell("child", child.pid);
    });
    let (fork, child) = (Killed(host.hear("fork")), host.hear("child"));
    host.end();
    until("it has ended", || has_exited(child));
    assert!(!has_exited(fork.0));
}

/// Placing so many fds takes a while.
fn slow_plan(plan: Plan) -> Plan {
    const FDS: usize = 4000;
    const SOURCE: i32 = 2 * FDS as i32;
    // SAFETY: takes integers.
    assert_eq!(unsafe { libc::dup2(2, SOURCE) }, SOURCE);
    let stdio = (0..FDS).map(|_| Stdio::Inherit(SOURCE)).collect();
    // In a session of its own, or the kernel would send SIGHUP to a group that is stopped when its parent ends.
    Plan { stdio, detached: true, ..tied(plan) }
}

/// A host that ends while its child is between clone and exec, where the child is stopped until then.
fn be_a_host_that_ends_between(fork: bool) {
    spawner::spawn(script("exit")).unwrap().shared.wait().unwrap(); // makes the probes that are made only once
    until("there is no child", || children().is_empty());
    std::thread::spawn(move || {
        loop {
            end_at_an_early_child(fork);
        }
    });
    loop {
        let _ = spawner::spawn(slow_plan(plan(&["sleep", "1000"]))).map(|child| child.shared.wait());
    }
}

/// Only ends the child, if the child has called exec by now.
fn end_at_an_early_child(fork: bool) {
    let Some(child) = children().first().copied() else { return };
    let fork = fork.then(|| Killed(fork_that_lives_on()));
    // SAFETY: takes integers.
    unsafe { libc::kill(child as i32, libc::SIGSTOP) };
    let state = || stat(&child.to_string(), 3);
    until("it is stopped", || state().is_none_or(|state| state != "R" && state != "S" && state != "D"));
    let program = |process: &str| fs::read_link(format!("/proc/{process}/exe")).ok();
    if program(&child.to_string()) != program("self") {
        kill(child);
        until("it is reaped", || !children().contains(&child));
        if let Some(Killed(fork)) = fork {
            kill(fork);
            // SAFETY: takes integers, and no status.
            unsafe { libc::waitpid(fork as i32, std::ptr::null_mut(), 0) };
        }
        return;
    }
    if let Some(Killed(fork)) = fork {
        tell("fork", fork);
    }
    tell("child", child);
    kill(std::process::id());
}

/// Continues a stopped child whose host has ended.
fn go_on(child: u32, mut host: Host) {
    host.end();
    // SAFETY: takes integers.
    unsafe { libc::kill(child as i32, libc::SIGCONT) };
}

#[test]
fn of_a_parent_that_ends_between_clone_and_exec() {
    let _limit = time_limit();
    let mut host = host!(String::new, |_| be_a_host_that_ends_between(false));
    let child = host.hear("child");
    go_on(child, host);
    until("it has ended", || has_exited(child));
}

#[test]
fn of_a_parent_that_ends_between_clone_and_exec_and_whose_fork_lives_on() {
    let _limit = time_limit();
    let mut host = host!(String::new, |_| be_a_host_that_ends_between(true));
    let (_fork, child) = (Killed(host.hear("fork")), host.hear("child"));
    go_on(child, host);
    until("it has ended", || has_exited(child));
}

/// Cutting the tie does not end the child.
#[test]
fn and_nobody_ends_when_it_is_cut() {
    let _limit = time_limit();
    for grouping in [Grouping::None, Grouping::Group] {
        let mut plan = plan(&["cat"]);
        plan = Plan { stdio: vec![Stdio::Pipe, Stdio::Pipe, Stdio::Inherit(2)], grouping, ..plan };
        let mut started = start(&Plan { kill_on_parent_exit: true, ..plan }).unwrap();
        let (mut stdin, mut stdout) = (started.take(0), started.take(1));
        let pid = started.child.id() as i32;
        drop(started.child);
        stdin.write_all(b"text").unwrap();
        drop(stdin);
        let mut text = String::new();
        stdout.read_to_string(&mut text).unwrap();
        assert_eq!(text, "text");
        let mut status = 0;
        // SAFETY: room for a status. No other code knows the child any more.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        assert_eq!(status, 0, "it has ended by itself");
    }
}

fn spawn_elsewhere(plan: Plan) -> Receiver<Result<ChildHandle, SpawnError>> {
    let (sender, result) = mpsc::channel();
    let request = Box::new(move |result| sender.send(result).unwrap());
    spawn_in_background(Job { plan, request }).unwrap();
    result
}

/// Tied children of threads that are started while others are stuck, and that end when they are not needed any more.
#[test]
fn and_nobody_ends_with_the_thread_that_has_started_it() {
    in_own_process!(|| {
        let folder = Folder::new();
        let path = folder.add("program", Some("#!/bin/sh\nexit 7\n"), 0o755);
        let file = File::options().read(true).write(true).open(folder.path().join("program")).unwrap();
        // SAFETY: takes integers. SIGIO would end this process.
        let leased = unsafe {
            libc::signal(libc::SIGIO, libc::SIG_IGN);
            libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_WRLCK) == 0
        };
        if !leased {
            println!("skipped: a file system without leases");
            return;
        }
        let stuck: Vec<_> = (0..6).map(|_| spawn_elsewhere(plan(&[path.as_bytes()]))).collect();
        let tied: Vec<_> = (0..12)
            .map(|_| spawn_elsewhere(Plan { kill_on_parent_exit: true, ..plan(&["sleep", "1000"]) }))
            .map(|result| result.recv().unwrap().unwrap())
            .collect();
        let spawners = || threads().iter().filter(|name| *name == "shared-child sp").count();
        let before = spawners();
        assert!(before > 2);
        // SAFETY: takes integers.
        assert_eq!(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_SETLEASE, libc::F_UNLCK) }, 0);
        drop(file);
        for job in stuck {
            assert_eq!(job.recv().unwrap().unwrap().shared.wait().unwrap().code(), Some(7));
        }
        // The surplus ones end when they next find nothing to do.
        for _ in 0..50 {
            spawn_elsewhere(plan(&["true"])).recv().unwrap().unwrap().shared.wait().unwrap();
        }
        for child in &tied {
            assert_eq!(child.shared.wait_timeout(Duration::from_millis(10)).unwrap(), None);
            assert!(child.shared.kill().unwrap());
        }
    });
}
