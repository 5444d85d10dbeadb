//! Spawns by fork, for what posix_spawn cannot do. The child reports a failure through a pipe, which its
//! exec closes.
//!
//! Between fork and exec, the child is a copy of the parent with a single thread. The parent's other threads may have
//! held any lock at the fork. So the child may only make system calls: it must not allocate or panic (man 2 fork,
//! CAVEATS).

use super::super::Surroundings;
use super::cwd::Directory;
use super::exec::{Exec, Place};
use super::groups::Groups;
use super::{BeforeExec, SpawnError, Stage};
use crate::core::sys::{check, own, pipe, retry};
use std::ffi::{c_char, c_int};
use std::fs::File;
use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::ptr;

/// The stage that failed, and the errno.
pub type Failure = (Stage, c_int);

/// The last steps before the program runs, in which the systems differ. They run in the child.
pub trait Image {
    /// Does what the exec itself does not do: closes the other fds, resets the signal actions and empties the mask.
    fn prepare(&self, exec: &Exec, report_fd: RawFd) -> Result<(), Failure>;

    /// Returns only when it fails, with the errno.
    fn exec(&self, file: *const c_char, argv: *const *const c_char, exec: &Exec) -> c_int;
}

pub fn start(exec: &Exec, image: &impl Image, before_exec: BeforeExec) -> Result<libc::pid_t, SpawnError> {
    let (reader, writer) = report_pipe(exec.first_free_fd)?;
    let gate = before_exec.is_some().then(Gate::new).transpose()?;
    let blocked = Blocked::all();
    // SAFETY: the child runs only `run_child`, which does nothing that is not allowed after a fork.
    let pid = check(unsafe { libc::fork() });
    if let Ok(0) = pid {
        run_child(exec, image, writer.as_raw_fd(), gate.as_ref());
    }
    drop(blocked);
    let pid = pid? as libc::pid_t;
    drop(writer);
    let let_through = match (gate, before_exec) {
        (Some(gate), Some(act)) => gate.open_after(pid, act),
        _ => Ok(()),
    };
    let failure = match (let_through, read_report(reader)) {
        (Ok(()), None) => return Ok(pid),
        (Ok(()), Some((stage, errno))) => SpawnError { stage, ..io::Error::from_raw_os_error(errno).into() },
        (Err(error), _) => error,
    };
    // SAFETY: our own child, whose pid nothing else knows. If a foreign `waitpid(-1)` has reaped it, there is
    // nothing left to do.
    let _ = retry(|| check(unsafe { libc::waitpid(pid, ptr::null_mut(), 0) }));
    Err(failure)
}

/// A pipe at which a child in its group waits until the parent lets it go on.
struct Gate {
    reader: OwnedFd,
    writer: OwnedFd,
}

impl Gate {
    fn new() -> io::Result<Self> {
        let (reader, writer) = pipe()?;
        Ok(Self { reader, writer })
    }

    /// Runs `act` in the parent, and then lets the child go on. After an error the child finds the pipe closed and
    /// ends. The same happens if this process ends.
    fn open_after(
        self,
        pid: libc::pid_t,
        act: &mut dyn FnMut(libc::pid_t) -> Result<(), SpawnError>,
    ) -> Result<(), SpawnError> {
        // Parent and child both make this call, so that the child is in its group from here on, whichever is first.
        // SAFETY: all arguments are integers. Our own child, which has not called exec yet.
        check(unsafe { libc::setpgid(pid, pid) })?;
        act(pid)?;
        File::from(self.writer).write_all(b"!")?;
        Ok(())
    }

    /// Runs in the child.
    fn pass(&self) -> Result<(), Failure> {
        // While the child's own copy of the writer is open, the pipe does not end.
        // SAFETY: this closes the child's copy of the descriptor, and the child never drops its owner.
        unsafe { libc::close(self.writer.as_raw_fd()) };
        let mut word = 0_u8;
        // SAFETY: there is room for one byte.
        match unsafe { libc::read(self.reader.as_raw_fd(), (&raw mut word).cast(), 1) } {
            1 => Ok(()),
            0 => Err((Stage::Spawn, libc::ECANCELED)),
            _ => Err((Stage::Spawn, errno())),
        }
    }
}

/// The writing end gets a number above every target, so that the child's own fds do not overwrite it.
fn report_pipe(first_free_fd: RawFd) -> io::Result<(OwnedFd, OwnedFd)> {
    let (reader, writer) = pipe()?;
    // SAFETY: all arguments are integers.
    let moved = check(unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_DUPFD_CLOEXEC, first_free_fd) })?;
    // SAFETY: just opened, and nothing else owns it.
    Ok((reader, unsafe { own(moved) }))
}

/// Blocks until the child has called exec (the pipe ends without a message) or has failed.
fn read_report(reader: OwnedFd) -> Option<Failure> {
    let mut report = [0; 8];
    File::from(reader).read_exact(&mut report).ok()?;
    let [chdir, errno] = [0, 4].map(|at| c_int::from_ne_bytes(std::array::from_fn(|i| report[at + i])));
    Some((if chdir == 0 { Stage::Spawn } else { Stage::Chdir }, errno))
}

fn run_child(exec: &Exec, image: &impl Image, report_fd: RawFd, gate: Option<&Gate>) -> ! {
    let (stage, errno) = match prepare(exec, gate).and_then(|()| image.prepare(exec, report_fd)) {
        Ok(()) => (Stage::Spawn, exec.files.try_each(|file, argv| image.exec(file, argv, exec))),
        Err(failure) => failure,
    };
    let report = [c_int::from(stage == Stage::Chdir), errno];
    // SAFETY: the array has the size that is passed, and a pipe takes so few bytes at once. `_exit` runs none of
    // the parent's exit handlers and destructors.
    unsafe {
        libc::write(report_fd, report.as_ptr().cast(), size_of_val(&report));
        libc::_exit(127)
    }
}

fn prepare(exec: &Exec, gate: Option<&Gate>) -> Result<(), Failure> {
    // SAFETY: all arguments are integers.
    attempt(unsafe {
        match exec.place {
            Place::OfParent => 0,
            Place::Own => libc::setpgid(0, 0),
            Place::In(group) => libc::setpgid(0, group),
            // The leader of a new session also leads a new group.
            Place::Session => libc::setsid(),
        }
    })?;
    if let Some(gate) = gate {
        gate.pass()?;
    }
    if let Some(umask) = exec.surroundings.and_then(Surroundings::umask) {
        // SAFETY: the argument is an integer.
        unsafe { libc::umask(umask) };
    }
    for directory in exec.directories {
        // Before the fds are placed, because one of the targets may have the number of this descriptor.
        // SAFETY: an open descriptor, or a C string.
        let (stage, changed) = unsafe {
            match directory {
                Directory::OfCall(fd) => (Stage::Spawn, libc::fchdir(fd.as_raw_fd())),
                Directory::Open(fd) => (Stage::Chdir, libc::fchdir(fd.as_raw_fd())),
                Directory::Named(path) => (Stage::Chdir, libc::chdir(path.as_ptr())),
            }
        };
        attempt(changed).map_err(|(_, errno)| (stage, errno))?;
    }
    for fd in exec.fds {
        // dup2 does nothing for equal fds, so close-on-exec has to be cleared explicitly.
        // SAFETY: all arguments are integers.
        attempt(unsafe {
            if fd.source == fd.target {
                libc::fcntl(fd.target, libc::F_SETFD, 0)
            } else {
                libc::dup2(fd.source, fd.target)
            }
        })?;
    }
    change_credentials(exec)?;
    match exec.ends_with_parent {
        Some(parent) => end_with_parent(parent),
        None => Ok(()),
    }
}

/// Runs after the change of user, at which Linux would drop the setting.
fn end_with_parent(parent: libc::pid_t) -> Result<(), Failure> {
    #[cfg(target_os = "freebsd")]
    {
        let mut signal = libc::SIGKILL;
        let this_process = 0;
        // SAFETY: the last argument points to an integer (man 2 procctl).
        attempt(unsafe {
            libc::procctl(libc::P_PID, this_process, libc::PROC_PDEATHSIG_CTL, (&raw mut signal).cast())
        })?;
    }
    #[cfg(target_os = "linux")]
    // SAFETY: all arguments are integers.
    attempt(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) })?;
    // The parent may have ended before this was set.
    // SAFETY: the call has no arguments.
    match unsafe { libc::getppid() } == parent {
        true => Ok(()),
        false => Err((Stage::Spawn, libc::ESRCH)),
    }
}

/// Groups, then gid, then uid: each step needs the rights that the next one gives up.
fn change_credentials(exec: &Exec) -> Result<(), Failure> {
    let wanted = exec.credentials;
    if let Some(Groups { list, required }) = &exec.groups {
        // Also for an empty list: without this call the child would keep the parent's groups (CVE-2023-6507).
        // SAFETY: the list has the length that is passed.
        let changed = attempt(unsafe { libc::setgroups(list.len() as _, list.as_ptr()) });
        if *required {
            changed?;
        }
    }
    if let Some(gid) = wanted.gid {
        // SAFETY: the argument is an integer.
        attempt(unsafe { libc::setgid(gid) })?;
    }
    if let Some(uid) = wanted.uid {
        // SAFETY: the argument is an integer.
        attempt(unsafe { libc::setuid(uid) })?;
    }
    Ok(())
}

pub fn attempt(result: c_int) -> Result<(), Failure> {
    if result == -1 { Err((Stage::Spawn, errno())) } else { Ok(()) }
}

pub fn errno() -> c_int {
    #[cfg(not(any(target_vendor = "apple", target_os = "freebsd", target_os = "linux")))]
    use libc::__errno as location;
    #[cfg(target_os = "linux")]
    use libc::__errno_location as location;
    #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
    use libc::__error as location;
    // SAFETY: always valid.
    unsafe { *location() }
}

/// Blocks all signals of the calling thread until dropped. None of the parent's handlers may run in the child, where
/// it would affect the parent (libuv's handler writes to a pipe that parent and child share).
struct Blocked(libc::sigset_t);

impl Blocked {
    fn all() -> Self {
        let (mut all, mut before) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        // SAFETY: each set is initialised by the call that is given it; pthread_sigmask cannot fail
        // with these arguments.
        unsafe {
            libc::sigfillset(all.as_mut_ptr());
            libc::pthread_sigmask(libc::SIG_SETMASK, all.as_ptr(), before.as_mut_ptr());
            Self(before.assume_init())
        }
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        // SAFETY: restores the mask that was in place before.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.0, ptr::null_mut()) };
    }
}
