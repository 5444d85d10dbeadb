//! Tests the fork engine as FreeBSD uses it, on every system that compiles it.

use super::super::{Plan, Stage, Stdio, StringBlock};
use super::{Started, start};
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io::Read;
use std::os::fd::{FromRawFd, OwnedFd};

pub(super) fn plan(file: &CStr, args: &[&str], stdout: Stdio) -> Plan {
    Plan {
        file: file.to_owned(),
        args: args.iter().map(|arg| arg.as_bytes()).collect(),
        env: StringBlock::from_joined("PATH=/usr/bin:/bin").into(),
        stdio: vec![Stdio::Ignore, stdout, Stdio::Inherit(2)],
        ..Plan::default()
    }
}

/// Returns what a program prints, and its exit code.
fn output_of(plan: &Plan) -> (String, i32) {
    let Started { pid, mut pipes, .. } = start(plan).unwrap();
    // SAFETY: an open descriptor, whose owner has just released it.
    let stdout = unsafe { OwnedFd::from_raw_fd(pipes[1].take().unwrap().into_raw() as i32) };
    let mut text = String::new();
    File::from(stdout).read_to_string(&mut text).unwrap();
    let mut status = 0;
    // SAFETY: an unreaped child of ours, and a place for its status.
    assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
    (text, libc::WEXITSTATUS(status))
}

/// The same for a shell with this command.
pub(super) fn output(command: &str, change: impl FnOnce(&mut Plan)) -> (String, i32) {
    let mut plan = plan(c"sh", &["sh", "-c", command], Stdio::Pipe);
    change(&mut plan);
    output_of(&plan)
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
fn a_detached_child_leads_a_session() {
    let (text, _) = output("echo $$; ps -o sid= -p $$", |plan| plan.detached = true);
    let [pid, session] = text.split_whitespace().collect::<Vec<_>>()[..] else { panic!("{text}") };
    assert_eq!(pid, session);
}

/// Runs in a thread that has a working directory and a umask of its own (CLONE_FS).
#[cfg(target_os = "linux")]
#[test]
fn a_child_has_the_working_directory_and_the_umask_of_its_call() {
    use super::super::Surroundings;
    use std::sync::Arc;
    let set = |directory: &CStr, umask| {
        // SAFETY: the argument is an integer.
        unsafe { libc::umask(umask) };
        // SAFETY: a valid C string.
        assert_eq!(unsafe { libc::chdir(directory.as_ptr()) }, 0);
    };
    std::thread::spawn(move || {
        // SAFETY: the argument is an integer.
        assert_eq!(unsafe { libc::unshare(libc::CLONE_FS) }, 0);
        // The umask that is recorded is read from the process's /proc/self/status, so it must not differ here.
        // SAFETY: the argument is an integer.
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
    // SAFETY: the call has no arguments.
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
    // A descriptor without close-on-exec, as careless code leaves them.
    // SAFETY: all arguments are integers.
    let careless = unsafe { libc::fcntl(reader.as_raw_fd(), libc::F_DUPFD, 500) };
    assert!(careless >= 500);
    // Each program lists its own state. A shell in between would hide it, as it starts programs with no signal blocked.
    let itself = |file: &CStr, args: &[&str]| {
        let mut plan = plan(file, args, Stdio::Pipe);
        plan.stdio.extend([Stdio::Ignore, Stdio::Given(reader.try_clone().unwrap().into())]);
        output_of(&plan).0
    };
    let fds = itself(c"ls", &["ls", "/proc/self/fd"]);
    let status = itself(c"cat", &["cat", "/proc/self/status"]);
    // SAFETY: the descriptor was opened above.
    unsafe { libc::close(careless) };
    // `ls` itself opens the lowest free fd, which is 3, to read the list.
    assert_eq!(fds.split_whitespace().collect::<Vec<_>>(), ["0", "1", "2", "3", "4"]);
    let signals = |name: &str| {
        let mask = status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim();
        // glibc reserves two signals for itself and does not change them.
        u64::from_str_radix(mask, 16).unwrap() & !(0b11 << 31)
    };
    assert_eq!((signals("SigBlk:"), signals("SigIgn:")), (0, 0), "{status}");
}
