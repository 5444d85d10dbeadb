//! What names a process to the kernel: a pid that the state machine keeps from being reaped while a
//! handle is in use.
//!
//! On macOS a child can leave us alive: a debugger that attaches to it becomes its parent, and until it detaches, or has
//! reaped the child, our waits say ECHILD (xnu: PT_ATTACH, `reap_child_locked`). Somebody else who has reaped the child for
//! good gives the same answer, so the process is asked for: one with this pid and the child's time of birth is the child.

use super::calls::{self, Birth};
use crate::core::sys::poll_until;
use std::io;
use std::process::Child;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub struct Handle {
    pid: libc::pid_t,
    /// `None` where it is not known: then ECHILD is believed.
    birth: Option<Birth>,
}

/// What the kernel tells of a child that has exited, without reaping it: as in a siginfo_t, and what it has used
/// where that can be had.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    pub code: i32,
    pub status: i32,
    pub usage: Option<libc::rusage>,
}

impl Handle {
    /// Of an unreaped child of this process, while nobody else can have reaped it: its birth is read here.
    pub fn new(pid: libc::pid_t) -> Self {
        Self { pid, birth: calls::birth(pid) }
    }

    /// Its pid may be another process's by now, whose birth would be that of a stranger.
    pub fn of_child(child: &Child) -> Self {
        Self { pid: child.id() as libc::pid_t, birth: None }
    }

    /// Of a process that is not our child, which may be gone by now, and its pid another's: good for nothing but to
    /// learn of an end.
    pub fn of_member(pid: libc::pid_t) -> Option<Self> {
        Some(Self { pid, birth: None })
    }

    pub fn pid(self) -> libc::pid_t {
        self.pid
    }

    /// Whether a reap would find an outcome. A child that someone else reaped counts as exited.
    pub fn has_exited(self) -> io::Result<bool> {
        self.wait(libc::WNOHANG)
    }

    /// Blocks until the child can be reaped (`true`) or the deadline has passed (`false`).
    pub fn wait_without_reaping(self, deadline: Option<Instant>) -> io::Result<bool> {
        // waitid takes no deadline, and does not block for a child that a debugger has.
        if deadline.is_none() && self.wait(0)? {
            return Ok(true);
        }
        // kqueue takes one, and tells of that child, too. Without a descriptor to spare for a kqueue, what is left is to
        // ask again and again.
        if let Ok(false) = calls::wait_for_exit_event(self.pid, deadline) {
            return Ok(false);
        }
        self.settle();
        poll_until(deadline, || self.has_exited())
    }

    /// Gives a process that is known to have ended the few microseconds it may need until it can be
    /// reaped; a bounded time, whatever holds it up.
    pub fn settle(self) {
        let limit = Instant::now() + Duration::from_millis(1);
        while matches!(self.has_exited(), Ok(false)) && Instant::now() < limit {
            std::thread::yield_now();
        }
    }

    /// `true` when the signal was sent, `false` when there is no such process any more.
    pub fn send_signal(self, signal: i32) -> io::Result<bool> {
        // The pid is the child's: it has not been reaped, and nobody can reap it now (the caller holds
        // the lock of the state machine).
        match calls::kill(self.pid, signal) {
            Ok(()) => Ok(true),
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What is known of the child if it has exited, without reaping it. ECHILD: someone else has reaped it.
    pub fn peek(self) -> io::Result<Option<Ended>> {
        match calls::peek(self.pid) {
            Err(error) if is_echild(&error) && self.is_there() => Ok(None),
            found => found,
        }
    }

    /// Reaps the child if it has exited: its wait status and what it used. ECHILD: someone else has.
    pub fn reap(self) -> io::Result<Option<(i32, libc::rusage)>> {
        match calls::reap(self.pid) {
            Err(error) if is_echild(&error) && self.is_there() => Ok(None),
            reaped => reaped,
        }
    }

    /// Whether the child can be reaped, or someone else has reaped it.
    fn wait(self, options: i32) -> io::Result<bool> {
        match calls::wait(self.pid, options) {
            Err(error) if is_echild(&error) => Ok(!self.is_there()),
            found => found,
        }
    }

    /// Whether the child is there all the same, when a wait has said ECHILD.
    fn is_there(self) -> bool {
        self.birth.is_some() && calls::birth(self.pid) == self.birth
    }
}

fn is_echild(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ECHILD)
}
