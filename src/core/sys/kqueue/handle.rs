//! What names a process to the kernel: a pid, which the state machine does not reap while a handle is in use.
//!
//! On macOS a child can temporarily have another parent: a debugger that attaches becomes its parent, and until it
//! detaches or has reaped the child, our waits fail with ECHILD (xnu: PT_ATTACH, `reap_child_locked`). They also fail
//! with ECHILD when someone else has reaped the child for good. To tell the two apart, the start time of the process
//! with this pid is read: if it is the child's, the child still exists.

use super::calls;
use super::records::{Ended, StartTime};
use crate::core::sys::poll_until;
use std::io;
use std::process::Child;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub struct Handle {
    pid: libc::pid_t,
    /// `None`: not known. ECHILD is then taken to mean that the child has been reaped.
    start_time: Option<StartTime>,
}

impl Handle {
    /// A handle of a child that has just been started. Nothing can have reaped it yet, so the start time that is read
    /// here is the child's.
    pub fn new(pid: libc::pid_t) -> Self {
        Self { pid, start_time: calls::start_time(pid) }
    }

    /// A handle of a child that was started elsewhere. Its pid may belong to another process by now, so no start time
    /// is read.
    pub fn of_child(child: &Child) -> Self {
        Self { pid: child.id() as libc::pid_t, start_time: None }
    }

    /// A handle of a process that is not our child. The process may have ended by now, and its pid may belong to another
    /// one, so the handle serves only to learn of an exit and must not be signalled.
    pub fn of_member(pid: libc::pid_t) -> Option<Self> {
        Some(Self { pid, start_time: None })
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
        // waitid takes no deadline, and it does not block for a child that is under a debugger.
        if deadline.is_none() && self.wait(0)? {
            return Ok(true);
        }
        // kqueue takes a deadline, and reports the exit of such a child as well. If no descriptor is left for a kqueue,
        // all that remains is to poll.
        if let Ok(false) = calls::wait_for_exit_event(self.pid, deadline) {
            return Ok(false);
        }
        self.settle();
        poll_until(deadline, || self.has_exited())
    }

    /// Waits until a process whose exit has been reported can be reaped, which takes a few microseconds. Gives up after
    /// 1 ms.
    pub fn settle(self) {
        let limit = Instant::now() + Duration::from_millis(1);
        while matches!(self.has_exited(), Ok(false)) && Instant::now() < limit {
            std::thread::yield_now();
        }
    }

    /// `true` when the signal was sent, `false` when there is no such process any more.
    pub fn send_signal(self, signal: i32) -> io::Result<bool> {
        // The pid is the child's: it has not been reaped, and no thread can reap it now, because the caller holds the
        // lock of the state machine.
        match calls::kill(self.pid, signal) {
            Ok(()) => Ok(true),
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// How the child has exited, without reaping it; `None`: it has not. ECHILD: someone else has reaped it.
    pub fn peek(self) -> io::Result<Option<Ended>> {
        match calls::peek(self.pid) {
            Err(error) if is_echild(&error) && self.is_there() => Ok(None),
            found => found,
        }
    }

    /// Reaps the child if it has exited, and returns its wait status and what it used. ECHILD: someone else has reaped it.
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

    /// Whether the child still exists although a wait has failed with ECHILD.
    fn is_there(self) -> bool {
        self.start_time.is_some() && calls::start_time(self.pid) == self.start_time
    }
}

fn is_echild(error: &io::Error) -> bool {
    error.raw_os_error() == Some(libc::ECHILD)
}
