//! With `Grouping::Contain`, no process leaves, neither with a session of its own nor with a double fork. Needs a
//! cgroup; says so if none can be created.

use super::a_signal_reaches_the_whole_group::number;
use crate::support::limit::until;
use crate::support::own_process::in_own_process;
use crate::support::plans::{plan, script};
use crate::support::proc::has_exited;
use crate::support::temporary::read_all;
use shared_child_native::core::child::TakenPipe;
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::ending::Ending;
use shared_child_native::core::process::Containment;
use shared_child_native::core::spawn::{Grouping, Plan, Stage};
use shared_child_native::core::{Cause, spawner};
use std::fs::{self, File};
use std::io::BufReader;
use std::os::fd::FromRawFd;
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::Duration;

/// Four processes that try to leave: a session each, and then a double fork; the last number is the child's own.
const LEAVE: &str = "for i in 1 2; do
    setsid sh -c 'echo $$; exec sleep 1000' &
    (setsid sh -c '(setsid sh -c \"echo \\$\\$; exec sleep 1000\" &)' &)
done";
const ROUNDS: usize = 5;

fn contained(text: &str) -> Option<ChildHandle> {
    let child = match spawner::spawn(Plan { grouping: Grouping::Contain, ..script(text) }) {
        Err(error) if error.stage == Stage::Contain => {
            eprintln!("skipped: no cgroup can be made");
            return None;
        }
        result => result.unwrap(),
    };
    assert_eq!(child.containment, Containment::Cgroup);
    Some(child)
}

fn stdout_of(child: &ChildHandle) -> BufReader<File> {
    let Some(TakenPipe::Open(pipe)) = child.take_pipe(1) else { panic!("it runs, and has a stdout") };
    // SAFETY: the pipe has just been given away.
    let stdout = unsafe { File::from_raw_fd(pipe.into_raw() as i32) };
    BufReader::new(stdout)
}

/// The folder of the cgroup of this process.
fn own_folder() -> PathBuf {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let mount =
        mounts.lines().find(|line| line.contains(" - cgroup2 ")).and_then(|line| line.split(' ').nth(4));
    let own = fs::read_to_string("/proc/self/cgroup").unwrap();
    let own = own.lines().find_map(|line| line.strip_prefix("0::/")).unwrap();
    PathBuf::from(mount.unwrap()).join(own)
}

/// The folders of all cgroups that this process has created and that still exist.
fn folders() -> Vec<PathBuf> {
    let name = format!("shared-child-{}-", std::process::id());
    let entries = fs::read_dir(own_folder()).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.file_name().is_some_and(|other| other.to_string_lossy().starts_with(&name)))
        .collect()
}

fn is_told_that_it_is_gone(child: &ChildHandle) -> bool {
    let (sender, told) = mpsc::channel();
    child.child().on_group_gone(None, move |gone| sender.send(gone).unwrap());
    told.recv().unwrap()
}

#[test]
fn while_the_child_runs() {
    in_own_process!(|| {
        for _ in 0..ROUNDS {
            let Some(child) = contained(&format!("{LEAVE}; wait")) else { return };
            let mut stdout = stdout_of(&child);
            let others: Vec<_> = (0..4).map(|_| number(&mut stdout)).collect();
            assert_eq!(folders().len(), 1);
            assert!(child.shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
            assert_eq!(child.shared.wait().unwrap().signal(), Some(libc::SIGKILL));
            assert_eq!(read_all(stdout), "");
            assert!(is_told_that_it_is_gone(&child));
            assert!(others.into_iter().all(has_exited));
            assert_eq!(folders(), Vec::<PathBuf>::new());
        }
    });
}

/// Each process is asked; those that do not react are killed after the grace period, even without a handle.
#[test]
fn when_the_child_has_exited() {
    in_own_process!(|| {
        for _ in 0..ROUNDS {
            let stays = "setsid sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1000; done' &";
            let Some(child) = contained(&format!("{LEAVE}; {stays} sleep 0.1")) else { return };
            let mut stdout = stdout_of(&child);
            let others: Vec<_> = (0..5).map(|_| number(&mut stdout)).collect();
            assert!(child.shared.wait().unwrap().success());
            assert!(!others.iter().copied().any(has_exited));
            let grace = Some(Duration::from_millis(100));
            let ending = Ending { cause: Cause::Terminate, signal: libc::SIGTERM, grace };
            assert!(child.child().end(ending).unwrap());
            drop(child);
            until("all have ended", || others.iter().copied().all(has_exited));
            until("its folder is removed", || folders().is_empty());
        }
    });
}

#[test]
fn and_nothing_is_left_of_a_cgroup() {
    in_own_process!(|| {
        for _ in 0..10 * ROUNDS {
            let Some(child) = contained("exit 3") else { return };
            assert_eq!(child.shared.wait().unwrap().code(), Some(3));
            until("its folder is removed", || folders().is_empty());
        }
        // The folder is not left either if the last handle is dropped before the processes inside end.
        let child = contained("setsid sleep 1000 & echo $!; sleep 0.1").unwrap();
        let other = number(&mut stdout_of(&child));
        child.shared.wait().unwrap();
        drop(child);
        assert_eq!(folders().len(), 1);
        // SAFETY: takes integers.
        assert_eq!(unsafe { libc::kill(other as i32, libc::SIGKILL) }, 0);
        until("its folder is removed", || folders().is_empty());
        for _ in 0..10 * ROUNDS {
            let missing = Plan { grouping: Grouping::Contain, ..plan(&["/no/such/program"]) };
            assert_eq!(spawner::spawn(missing).map(drop).unwrap_err().errno, -libc::ENOENT);
            assert_eq!(folders(), Vec::<PathBuf>::new());
        }
    });
}

/// The file for killing the cgroup is open from the start.
#[test]
fn for_want_of_a_descriptor_in_its_parent() {
    in_own_process!(|| {
        let Some(child) = contained(&format!("{LEAVE}; wait")) else { return };
        let mut stdout = stdout_of(&child);
        let others: Vec<_> = (0..4).map(|_| number(&mut stdout)).collect();
        let mut files = Vec::new();
        let limit = libc::rlimit { rlim_cur: 64, rlim_max: 1024 };
        // SAFETY: a valid rlimit.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
        while let Ok(file) = File::open("/dev/null") {
            files.push(file);
        }
        assert!(child.shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
        drop(files);
        until("all have ended", || others.iter().copied().all(has_exited));
        assert!(is_told_that_it_is_gone(&child));
    });
}

/// A process that had the same pid may have ended without removing its cgroups.
#[test]
fn however_many_cgroups_an_earlier_process_has_left() {
    in_own_process!(|| {
        let Some(child) = contained("exit 3") else { return };
        assert_eq!(child.shared.wait().unwrap().code(), Some(3));
        let name = |number| own_folder().join(format!("shared-child-{}-{number}", std::process::id()));
        let left: Vec<_> = (2..1000).map(name).collect();
        left.iter().for_each(|folder| fs::create_dir(folder).unwrap());
        // With as little stack as a spawner thread has.
        let thread = std::thread::Builder::new().stack_size(256 * 1024);
        let child = thread.spawn(|| contained("exit 4").unwrap()).unwrap().join().unwrap();
        left.iter().for_each(|folder| fs::remove_dir(folder).unwrap());
        assert_eq!(child.shared.wait().unwrap().code(), Some(4));
    });
}
