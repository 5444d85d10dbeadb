//! The fork engine as FreeBSD has it, run on whatever system compiles this.

use super::super::{Grouping, Plan, Stage, Stdio, StringBlock};
use super::{Started, start};
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::os::fd::{FromRawFd, OwnedFd};

fn plan(file: &CStr, args: &[&str], stdout: Stdio) -> Plan {
    Plan {
        file: file.to_owned(),
        args: args.iter().map(|arg| arg.as_bytes()).collect(),
        env: StringBlock::from_joined("PATH=/usr/bin:/bin"),
        stdio: vec![Stdio::Ignore, stdout, Stdio::Inherit(2)],
        ..Plan::default()
    }
}

/// What a shell prints with this command, and its exit code.
fn output(command: &str, change: impl FnOnce(&mut Plan)) -> (String, i32) {
    let mut plan = plan(c"sh", &["sh", "-c", command], Stdio::Pipe);
    change(&mut plan);
    let Started { pid, mut pipes, .. } = start(&plan).unwrap();
    // SAFETY: the end of a pipe, which gives it up.
    let stdout = unsafe { OwnedFd::from_raw_fd(pipes[1].take().unwrap().into_raw() as i32) };
    let mut text = String::new();
    File::from(stdout).read_to_string(&mut text).unwrap();
    let mut status = 0;
    // SAFETY: a child of ours, and a slot for its status.
    assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
    (text, libc::WEXITSTATUS(status))
}

#[test]
fn a_program_is_looked_up_and_runs() {
    assert_eq!(output("echo hello; exit 3", |_| ()), ("hello\n".into(), 3));
}

#[test]
fn what_fails_is_told_and_leaves_no_child() {
    let missing = start(&plan(c"no-such-program", &["x"], Stdio::Ignore)).unwrap_err();
    assert_eq!((missing.errno, missing.stage), (-libc::ENOENT, Stage::Spawn));
    let forbidden = start(&plan(c"/", &["x"], Stdio::Ignore)).unwrap_err();
    assert_eq!((forbidden.errno, forbidden.stage), (-libc::EACCES, Stage::Spawn));
    let nowhere = Plan { cwd: Some(c"/no/such".into()), ..plan(c"sh", &["sh"], Stdio::Ignore) };
    let nowhere = start(&nowhere).unwrap_err();
    assert_eq!((nowhere.errno, nowhere.stage), (-libc::ENOENT, Stage::Chdir));
}

#[test]
fn the_working_directory_is_the_childs_alone() {
    let before = std::env::current_dir().unwrap();
    let (text, _) = output("pwd", |plan| plan.cwd = Some(CString::from(c"/usr")));
    assert_eq!(text, "/usr\n");
    assert_eq!(std::env::current_dir().unwrap(), before);
}

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

/// All processes of a group that run, by their pids.
#[cfg(target_os = "linux")]
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

/// Takes its exit status: by which signal it ended.
#[cfg(target_os = "linux")]
fn signal_that_ended(pid: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: a child of ours, and a slot for its status.
    assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
    libc::WTERMSIG(status)
}

/// One test at a time starts watchdogs, which look alike.
#[cfg(target_os = "linux")]
static WATCHDOGS: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[cfg(target_os = "linux")]
#[test]
fn a_watchdog_is_there_before_the_program_and_ends_the_group_with_its_parent() {
    let _alone = WATCHDOGS.lock().unwrap();
    // In brackets, or this command would find itself. Its first word is how many watchdogs there are as it begins.
    let command = "ps -e -o pgid=,args= | grep -c \"^ *$$ .*[k]ill -KILL 0\"; sleep 1000 & wait";
    let mut plan = plan(c"sh", &["sh", "-c", command], Stdio::Pipe);
    plan.grouping = Grouping::Group;
    plan.kill_on_parent_exit = true;
    let Started { pid, mut pipes, watchdog } = start(&plan).unwrap();
    let (watchdog, lead) = watchdog.unwrap();
    // SAFETY: the end of a pipe, which gives it up.
    let stdout = unsafe { OwnedFd::from_raw_fd(pipes[1].take().unwrap().into_raw() as i32) };
    let mut line = String::new();
    BufReader::new(File::from(stdout)).read_line(&mut line).unwrap();
    assert_eq!(line, "1\n");

    for signal in (1..=31).filter(|signal| ![libc::SIGKILL, libc::SIGSTOP].contains(signal)) {
        // SAFETY: takes integers. A child of ours, not reaped.
        assert_eq!(unsafe { libc::kill(watchdog, signal) }, 0);
    }
    assert!(running_in(pid).contains(&watchdog), "nothing that can be ignored ends it");

    drop(lead);
    assert_eq!([pid, watchdog].map(signal_that_ended), [libc::SIGKILL; 2]);
    while !running_in(pid).is_empty() {
        std::thread::yield_now(); // what the shell has started is on its way
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_program_that_does_not_start_has_no_watchdog() {
    let _alone = WATCHDOGS.lock().unwrap();
    let missing = plan(c"no-such-program", &["x"], Stdio::Ignore);
    let missing = Plan { grouping: Grouping::Group, kill_on_parent_exit: true, ..missing };
    assert_eq!(start(&missing).unwrap_err().errno, -libc::ENOENT);
    let us = std::process::id().to_string();
    let list = std::process::Command::new("ps").args(["-o", "args=", "--ppid", &us]).output().unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    assert!(list.lines().all(|line| !line.contains("kill -KILL 0")), "{list}");
}

/// Without a group, by the kernel, which does the same on FreeBSD.
#[cfg(target_os = "linux")]
#[test]
fn a_child_without_a_group_ends_with_its_parent() {
    let mut plan = plan(c"sleep", &["sleep", "1000"], Stdio::Ignore);
    plan.kill_on_parent_exit = true;
    // For Linux, the thread that starts it is the parent.
    let pid = std::thread::spawn(move || start(&plan).unwrap().pid).join().unwrap();
    assert_eq!(signal_that_ended(pid), libc::SIGKILL);
}

#[test]
fn a_detached_child_leads_a_session() {
    let (text, _) = output("echo $$; ps -o sid= -p $$", |plan| plan.detached = true);
    let [pid, session] = text.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{text}") };
    assert_eq!(pid, session);
}

/// In a thread that has a working directory and a umask of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_child_has_the_working_directory_and_the_umask_of_its_call() {
    use super::super::Surroundings;
    use std::sync::Arc;
    let set = |directory: &CStr, umask| {
        // SAFETY: takes an integer, and cannot fail.
        unsafe { libc::umask(umask) };
        // SAFETY: a valid C string.
        assert_eq!(unsafe { libc::chdir(directory.as_ptr()) }, 0);
    };
    std::thread::spawn(move || {
        // SAFETY: takes an integer.
        assert_eq!(unsafe { libc::unshare(libc::CLONE_FS) }, 0);
        // What is recorded is the process's own.
        // SAFETY: takes an integer.
        let umask = unsafe { libc::umask(0) };
        for (cwd, expected) in [(None, "/usr"), (Some(c"share"), "/usr/share"), (Some(c"/dev"), "/dev")] {
            for changes in [false, true] {
                set(c"/usr", umask);
                let surroundings = Arc::new(Surroundings::unrecorded());
                if changes {
                    surroundings.record();
                    set(c"/", umask ^ 0o777);
                }
                let (text, _) = output("pwd -L; pwd -P; umask", |plan| {
                    plan.cwd = cwd.map(Into::into);
                    plan.surroundings = Some(Arc::clone(&surroundings));
                });
                let words: Vec<_> = text.split_whitespace().collect();
                let umask = format!("{umask:04o}");
                assert_eq!(words, [expected, expected, &umask], "{cwd:?}, changed afterwards: {changes}");
            }
        }
    })
    .join()
    .unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_runs_as_whom_it_was_told() {
    use super::super::Credentials;
    // SAFETY: no arguments.
    if unsafe { libc::geteuid() } != 0 {
        eprintln!("skipped: needs root");
        return;
    }
    let run = |uid, gid, groups: Option<&[u32]>| {
        let credentials = Credentials { uid, gid, groups: groups.map(<[u32]>::to_vec) };
        output("id -u; id -g; grep Groups: /proc/$$/status | tail -c +9", |plan| {
            plan.credentials = credentials
        })
        .0
    };
    assert_eq!(run(Some(65534), Some(65533), Some(&[7, 9])), "65534\n65533\n7 9 \n");
    assert_eq!(run(Some(65534), None, None).replace(' ', ""), "65534\n0\n\n");
    assert_eq!(run(None, Some(9), Some(&[])).replace(' ', ""), "0\n9\n\n");
}

#[cfg(target_os = "linux")]
#[test]
fn only_what_was_given_arrives_and_signals_start_clean() {
    use std::os::fd::AsRawFd;
    let (reader, _writer) = std::io::pipe().unwrap();
    // SAFETY: takes integers; a copy that an exec would keep, as careless code leaves them.
    let careless = unsafe { libc::fcntl(reader.as_raw_fd(), libc::F_DUPFD, 500) };
    assert!(careless >= 500);
    // In /proc/self, for dash blocks all signals while it starts another program.
    let (text, _) = output("ls /proc/$$/fd; grep -E 'Sig(Blk|Ign)' /proc/self/status", |plan| {
        plan.stdio.extend([Stdio::Ignore, Stdio::Given(reader.try_clone().unwrap().into())]);
    });
    // SAFETY: opened above.
    unsafe { libc::close(careless) };
    let words: Vec<&str> = text.split_whitespace().collect();
    let fds: Vec<_> = words.iter().take_while(|word| !word.starts_with("Sig")).collect();
    assert_eq!(fds, [&"0", &"1", &"2", &"4"]);
    // glibc keeps two signals to itself, and leaves them as it found them.
    let signals = |name: &str| {
        let at = words.iter().position(|word| *word == name).unwrap() + 1;
        u64::from_str_radix(words[at], 16).unwrap() & !(0b11 << 31)
    };
    assert_eq!((signals("SigBlk:"), signals("SigIgn:")), (0, 0), "{text}");
}
