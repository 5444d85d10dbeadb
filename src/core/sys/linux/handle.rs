//! What names a process to the kernel: a pidfd, or a pid that the state machine keeps from being
//! reaped while a handle is in use.

use super::{pidfd, waitid::waitid};
use crate::core::sys::{check, poll_until};
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

    /// Of a process that is not our child, which may be gone by now, and its pid another's: good for nothing
    /// but to learn of an end. `None`: it would have to be asked again and again.
    pub fn of_member(pid: libc::pid_t) -> Option<Self> {
        let handle = Self::open(pid);
        matches!(handle, Self::Pidfd(_)).then_some(handle)
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
            Self::Pidfd(fd) => pidfd::send_signal(fd.as_raw_fd(), signal),
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

    /// What a reap would tell, without reaping.
    pub fn peek(&self) -> io::Result<Option<(libc::siginfo_t, libc::rusage)>> {
        let (kind, id) = self.wait_id();
        waitid(kind, id, libc::WEXITED | libc::WNOHANG | libc::WNOWAIT)
    }

    /// Reaps the child if it has exited. By pidfd this cannot take anyone else's status, ever.
    pub fn reap(&self) -> io::Result<Option<(libc::siginfo_t, libc::rusage)>> {
        let (kind, id) = self.wait_id();
        waitid(kind, id, libc::WEXITED | libc::WNOHANG)
    }
}
