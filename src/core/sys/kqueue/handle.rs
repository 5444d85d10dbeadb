//! What names a process to the kernel: a pid that the state machine keeps from being reaped while a
//! handle is in use.

use crate::core::sys::{check, poll_until, retry};
use polling::os::kqueue::{PollerKqueueExt, Process, ProcessOps};
use polling::{Events, PollMode, Poller};
use std::io;
use std::num::{NonZeroI32, NonZeroUsize};
use std::process::Child;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug)]
pub struct Handle(NonZeroI32);

impl Handle {
    /// Of an unreaped child of this process.
    pub fn new(pid: libc::pid_t) -> Self {
        Self(NonZeroI32::new(pid).expect("a child's pid is not 0"))
    }

    pub fn of_child(child: &Child) -> Self {
        Self::new(child.id() as libc::pid_t)
    }

    pub fn pid(self) -> libc::pid_t {
        self.0.get()
    }

    /// The event "this process has exited", for a kqueue.
    pub fn exit(self) -> Process<'static> {
        // SAFETY: the pid is a child's that nobody has reaped (see `Handle`); should a foreign reaper
        // have freed it, the kernel answers for whoever has it now, and memory is not at stake.
        unsafe { Process::from_pid(self.0, ProcessOps::Exit) }
    }

    /// Whether a reap would find an outcome. A child that someone else reaped counts as exited.
    pub fn has_exited(self) -> io::Result<bool> {
        self.wait_id(libc::WNOHANG)
    }

    /// Blocks until the child can be reaped (`true`) or the deadline has passed (`false`).
    pub fn wait_without_reaping(self, deadline: Option<Instant>) -> io::Result<bool> {
        let Some(deadline) = deadline else {
            return self.wait_id(0);
        };
        // waitid takes no deadline; kqueue does. Without a descriptor to spare for one, what is left
        // is to ask again and again.
        if let Ok(false) = self.wait_for_exit_event(deadline) {
            return Ok(false);
        }
        // The event comes when the process ends, which is microseconds before it can be reaped, and
        // long before if a debugger keeps the zombie to itself.
        self.settle();
        poll_until(Some(deadline), || self.has_exited())
    }

    /// `true` when the process has exited, `false` when the deadline has passed.
    fn wait_for_exit_event(self, deadline: Instant) -> io::Result<bool> {
        let poller = Poller::new()?;
        match poller.add_filter(self.exit(), 0, PollMode::Oneshot) {
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => return Ok(true),
            added => added?,
        }
        let mut events = Events::with_capacity(NonZeroUsize::MIN);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if poller.wait(&mut events, Some(left))? != 0 {
                return Ok(true);
            }
            if left.is_zero() {
                return Ok(false);
            }
        }
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
        // SAFETY: takes two integers. The pid is the child's: it has not been reaped, and nobody can
        // reap it now (the caller holds the lock of the state machine).
        match check(unsafe { libc::kill(self.pid(), signal) }) {
            Ok(_) => Ok(true),
            Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Reaps the child if it has exited: its wait status and what it used (man 2 wait4).
    pub fn reap(self) -> io::Result<Option<(i32, libc::rusage)>> {
        let mut status = 0;
        // SAFETY: a plain C struct for which all zeros is a valid value.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        let pid = retry(|| {
            // SAFETY: `status` and `usage` are valid for writes of their types.
            check(unsafe { libc::wait4(self.pid(), &mut status, libc::WNOHANG, &mut usage) })
        })?;
        Ok((pid != 0).then_some((status, usage)))
    }

    /// Waits for the exit without reaping: whether there was one. A child that someone else reaped
    /// has exited.
    fn wait_id(self, options: i32) -> io::Result<bool> {
        // SAFETY: a plain C struct for which all zeros is a valid value.
        let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
        let options = libc::WEXITED | libc::WNOWAIT | options;
        let waited = retry(|| {
            // SAFETY: `info` is valid for writes of its type.
            check(unsafe { libc::waitid(libc::P_PID, self.pid() as libc::id_t, &mut info, options) })
        });
        match waited {
            Ok(_) => Ok(info.si_pid != 0),
            Err(error) if error.raw_os_error() == Some(libc::ECHILD) => Ok(true),
            Err(error) => Err(error),
        }
    }
}
