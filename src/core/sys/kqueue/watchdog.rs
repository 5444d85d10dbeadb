//! A shell in a child's group that reads from a pipe of ours, and at its end kills the group, itself included. The end comes
//! when this process is gone, however it ended. It is our child, and nobody else knows of it.

use super::Handle;
use super::calls;
use crate::core::sys::PipeEnd;

#[derive(Debug)]
pub struct Watchdog {
    handle: Handle,
    /// `None`: it has been ended.
    lead: Option<PipeEnd>,
}

impl Watchdog {
    /// An unreaped child of this process, and our end of its pipe.
    pub fn new(pid: libc::pid_t, lead: PipeEnd) -> Self {
        Self { handle: Handle::new(pid), lead: Some(lead) }
    }

    pub fn pid(&self) -> libc::pid_t {
        self.handle.pid()
    }

    /// It has been stopped, with the others.
    pub fn go_on(&self) {
        self.signal(libc::SIGCONT);
    }

    /// A foreign `waitpid(-1)` may have reaped it, and its pid be another's.
    fn signal(&self, signal: i32) {
        if matches!(self.handle.has_exited(), Ok(false)) {
            let _ = self.handle.send_signal(signal);
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // Before its pipe is closed, or it would kill the group.
        self.signal(libc::SIGKILL);
        self.handle.settle();
        if !matches!(self.handle.reap(), Ok(None)) {
            return;
        }
        let (handle, lead) = (self.handle, self.lead.take());
        calls::apart(move || {
            let _ = handle.wait_without_reaping(None);
            let _ = handle.reap();
            drop(lead);
        });
    }
}
