//! What names a process to the kernel: a pidfd, or a pid that the state machine keeps from being
//! reaped while a handle is in use.

use super::pidfd;
use crate::core::sys::{check, poll_until, retry};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::Child;
use std::sync::Arc;
use std::time::Instant;

#[derive(Clone, Debug)]
pub enum Handle {
    /// Shared, so that it stays open while anyone waits on it: a descriptor closed under a waiter
    /// could come to mean another file (golang/go#67641).
    Pidfd(Arc<OwnedFd>),
    Pid(libc::pid_t),
}

impl Handle {
    pub fn of_child(child: &Child) -> Self {
        Self::Pid(child.id() as libc::pid_t)
    }

    /// A pidfd of an unreaped child where there is such a thing and a descriptor to spare.
    pub fn open(pid: libc::pid_t) -> Self {
        if pidfd::usable()
            && let Ok(fd) = pidfd::open(pid)
        {
            return Self::Pidfd(Arc::new(fd));
        }
        Self::Pid(pid)
    }

    fn wait_id(&self) -> (libc::idtype_t, libc::id_t) {
        match self {
            Self::Pidfd(fd) => (libc::P_PIDFD, fd.as_raw_fd() as libc::id_t),
            Self::Pid(pid) => (libc::P_PID, *pid as libc::id_t),
        }
    }

    /// Whether a reap would find an outcome. A child that someone else reaped counts as exited.
    pub fn has_exited(&self) -> io::Result<bool> {
        let (kind, id) = self.wait_id();
        match waitid(kind, id, libc::WEXITED | libc::WNOWAIT | libc::WNOHANG) {
            Ok(found) => Ok(found.is_some()),
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Ok(true),
            Err(error) => Err(error),
        }
    }

    /// Blocks until the child can be reaped (`true`) or the deadline has passed (`false`).
    pub fn wait_without_reaping(&self, deadline: Option<Instant>) -> io::Result<bool> {
        let Some(deadline) = deadline else {
            let (kind, id) = self.wait_id();
            return match waitid(kind, id, libc::WEXITED | libc::WNOWAIT) {
                Err(error) if error.raw_os_error() != Some(libc::ECHILD) => Err(error),
                _ => Ok(true),
            };
        };
        // waitid takes no deadline; poll on a pidfd does. Nobody reaps while we wait, so the pid is
        // still the child's.
        let handle = match self {
            Self::Pid(pid) => &Self::open(*pid),
            pidfd => pidfd,
        };
        if let Self::Pidfd(fd) = handle
            && !pidfd::wait_readable(fd.as_fd(), deadline)?
        {
            return Ok(false);
        }
        // Exited, as a rule; but a tracer (strace, gdb) keeps a zombie to itself until it has seen
        // it, and without pidfds there was no wait at all.
        poll_until(Some(deadline), || handle.has_exited())
    }

    /// `true` when the signal was sent, `false` when there is no such process any more.
    pub fn send_signal(&self, signal: i32) -> io::Result<bool> {
        let result = match self {
            Self::Pidfd(fd) => pidfd::send_signal(fd, signal),
            // SAFETY: takes two integers. The pid is the child's: it has not been reaped, and nobody
            // can reap it now (the caller holds the lock of the state machine).
            Self::Pid(pid) => check(unsafe { libc::kill(*pid, signal) }).map(drop),
        };
        match result {
            Ok(()) => Ok(true),
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reaps the child if it has exited. By pidfd this cannot take anyone else's status, ever.
    pub fn reap(&self) -> io::Result<Option<(libc::siginfo_t, libc::rusage)>> {
        let (kind, id) = self.wait_id();
        waitid(kind, id, libc::WEXITED | libc::WNOHANG)
    }
}

/// The system call itself, for the C library's waitid does not pass the fifth argument: what the
/// child used (man 2 waitid, "C library/kernel differences"). `None`: no child has exited.
pub(super) fn waitid(
    kind: libc::idtype_t,
    id: libc::id_t,
    options: i32,
) -> io::Result<Option<(libc::siginfo_t, libc::rusage)>> {
    // SAFETY: both are plain C structs for which all zeros is a valid value.
    let (mut info, mut usage): (libc::siginfo_t, libc::rusage) = unsafe { std::mem::zeroed() };
    // A child that was killed before its exec has no exit signal yet, and only __WALL finds it.
    let options = options | libc::__WALL;
    retry(|| {
        // SAFETY: `info` and `usage` are valid for writes of their types.
        check(unsafe { libc::syscall(libc::SYS_waitid, kind, id, &raw mut info, options, &raw mut usage) })
    })?;
    // SAFETY: waitid filled the child part of the union, or left all zeros.
    let pid = unsafe { info.si_pid() };
    Ok((pid != 0).then_some((info, usage)))
}
