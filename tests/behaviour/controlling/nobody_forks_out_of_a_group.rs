//! Fork chains, in which each process ends when it has started the next, and fork bombs, in which all go on: none is left.
//! Only inside a pid namespace, with few processes, and as a user that nobody else is. SHARED_CHILD_FORK_RUNS is how
//! often each of them is ended (10 by default).

use crate::support::limit::until;
use crate::support::namespace::in_a_namespace;
use crate::support::plans::plan;
use crate::support::proc::{has_exited, stat};
use shared_child_native::core::child::TakenPipe;
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::ending::Ending;
use shared_child_native::core::spawn::{Credentials, Grouping, Plan, SpawnError, Stage, Stdio};
use shared_child_native::core::{Cause, spawner};
use std::fs::File;
use std::io::Read;
use std::os::fd::FromRawFd;
use std::os::unix::fs::MetadataExt;
use std::sync::{OnceLock, mpsc};
use std::time::{Duration, Instant, SystemTime};

/// For a user that is not root.
const FEW_PROCESSES: [&str; 2] = ["prlimit", "--nproc=60"];

/// A user that nobody else is: the limit counts all processes of a user. The namespaces of two tests have the same
/// pids, but not the same time.
fn user() -> u32 {
    static USER: OnceLock<u32> = OnceLock::new();
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    *USER.get_or_init(|| 100_000 + now.subsec_micros())
}

/// They ignore SIGTERM, and print a letter when they have begun. Without a limit they do not start.
const CHAIN: &str = "$SIG{TERM} = $SIG{CHLD} = 'IGNORE'; $< >= 100000 or die; syswrite STDOUT, 'x';
    while (1) { my $pid = fork; exit if $pid; }";
const BOMB: &str = "$SIG{TERM} = $SIG{CHLD} = 'IGNORE'; $< >= 100000 or die; syswrite STDOUT, 'x';
    while (1) { fork; }";

/// Each process begins a session, and so leaves the group.
const CHAIN_OF_SESSIONS: &str = "use POSIX; $SIG{TERM} = $SIG{CHLD} = 'IGNORE'; $< >= 100000 or die;
    syswrite STDOUT, 'x'; while (1) { my $pid = fork; exit if $pid; POSIX::setsid(); }";
const BOMB_OF_SESSIONS: &str = "use POSIX; $SIG{TERM} = $SIG{CHLD} = 'IGNORE'; $< >= 100000 or die;
    syswrite STDOUT, 'x'; while (1) { fork; POSIX::setsid(); }";

fn runs() -> u32 {
    std::env::var("SHARED_CHILD_FORK_RUNS").map_or(10, |count| count.parse().unwrap())
}

/// Starts one that has begun, and whose processes have changed for a while.
fn under_way(program: &str, run: u32) -> ChildHandle {
    started(program, run, Grouping::Group).unwrap()
}

fn started(program: &str, run: u32, grouping: Grouping) -> Result<ChildHandle, SpawnError> {
    let stdio = vec![Stdio::Ignore, Stdio::Pipe, Stdio::Inherit(2)];
    let credentials = Credentials { uid: Some(user()), ..Credentials::default() };
    let plan = Plan { grouping, stdio, credentials, ..plan(&["perl", "-e", program]) };
    let child = spawner::spawn(plan)?;
    let Some(TakenPipe::Open(pipe)) = child.take_pipe(1) else { panic!("it is open, whoever has it") };
    // SAFETY: the pipe has just been given away.
    let mut stdout = unsafe { File::from_raw_fd(pipe.into_raw() as i32) };
    stdout.read_exact(&mut [0]).unwrap();
    let until = Instant::now() + Duration::from_micros(u64::from(run % 10) * 300);
    while Instant::now() < until {}
    Ok(child)
}

/// All processes of the group, zombies included.
fn members(number: u32) -> Vec<u32> {
    let pids = std::fs::read_dir("/proc").unwrap();
    let pids = pids.filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter(|pid: &u32| stat(&pid.to_string(), 5).is_some_and(|group| group == number.to_string()))
        .collect()
}

fn survivors(number: u32) -> Vec<u32> {
    members(number).into_iter().filter(|pid| !has_exited(*pid)).collect()
}

/// Before the next run, which could not start one for each.
fn until_the_zombies_are_reaped(number: u32) {
    until("the zombies are reaped", || members(number).is_empty());
}

fn is_gone(child: &ChildHandle, limit: Option<Duration>) -> bool {
    let (sender, told) = mpsc::channel();
    let deadline = limit.map(|limit| Instant::now() + limit);
    child.child().on_group_gone(deadline, move |gone| sender.send(gone).unwrap());
    told.recv().unwrap()
}

/// All processes of the user of the chains and bombs.
fn users() -> usize {
    let pids = std::fs::read_dir("/proc").unwrap().map(Result::unwrap);
    let pids = pids.filter(|entry| entry.metadata().is_ok_and(|metadata| metadata.uid() == user()));
    pids.filter(|entry| !has_exited(entry.file_name().to_str().unwrap().parse().unwrap())).count()
}

/// No process escapes from a cgroup either, not even with sessions of their own.
#[test]
fn nor_out_of_a_cgroup() {
    in_a_namespace!(&FEW_PROCESSES, || {
        for run in 0..runs() {
            for program in [CHAIN, CHAIN_OF_SESSIONS, BOMB_OF_SESSIONS] {
                let child = match started(program, run, Grouping::Contain) {
                    Err(error) if error.stage == Stage::Contain => {
                        eprintln!("skipped: no cgroup can be made");
                        return;
                    }
                    child => child.unwrap(),
                };
                if program != BOMB_OF_SESSIONS {
                    child.shared.wait().unwrap();
                    assert!(!is_gone(&child, Some(Duration::from_millis(20))));
                }
                let grace = Some(Duration::from_millis(u64::from(run % 3)));
                let ending = Ending { cause: Cause::Terminate, signal: libc::SIGTERM, grace };
                assert!(child.child().end(ending).unwrap());
                assert!(is_gone(&child, None));
                // A process that ends leaves its cgroup shortly before it is a zombie; it runs no program by then.
                until("nobody is left", || users() == 0);
                until("the zombies are reaped", || {
                    let mut pids = std::fs::read_dir("/proc").unwrap().map(Result::unwrap);
                    !pids.any(|entry| entry.metadata().is_ok_and(|metadata| metadata.uid() == user()))
                });
            }
        }
    });
}

#[test]
fn when_it_is_killed() {
    in_a_namespace!(&FEW_PROCESSES, || {
        for run in 0..runs() {
            for program in [CHAIN, BOMB] {
                let child = under_way(program, run);
                assert!(child.shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
                assert!(is_gone(&child, None));
                assert_eq!(survivors(child.pid), [0_u32; 0]);
                until_the_zombies_are_reaped(child.pid);
            }
        }
    });
}

#[test]
fn when_its_time_of_grace_is_over() {
    in_a_namespace!(&FEW_PROCESSES, || {
        for run in 0..runs() {
            for program in [CHAIN, BOMB] {
                let child = under_way(program, run);
                let grace = Some(Duration::from_millis(5));
                let ending = Ending { cause: Cause::Terminate, signal: libc::SIGTERM, grace };
                assert!(child.child().end(ending).unwrap());
                let pid = child.pid;
                if run % 2 == 0 {
                    assert!(is_gone(&child, None));
                    assert_eq!(survivors(pid), [0_u32; 0]);
                } else {
                    drop(child);
                    until("nobody is left, and nobody has waited", || survivors(pid).is_empty());
                }
                until_the_zombies_are_reaped(pid);
            }
        }
    });
}

/// When a list of processes has been read, all processes of a chain that were on it are gone.
#[test]
fn and_a_chain_is_not_taken_for_gone() {
    in_a_namespace!(&FEW_PROCESSES, || {
        for run in 0..runs() {
            let child = under_way(CHAIN, run);
            let _ = child.shared.wait().unwrap();
            assert!(!is_gone(&child, Some(Duration::from_millis(100))));
            assert!(child.shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
            assert!(is_gone(&child, None));
            assert_eq!(survivors(child.pid), [0_u32; 0]);
            until_the_zombies_are_reaped(child.pid);
        }
    });
}
