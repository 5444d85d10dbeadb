//! A shell in a child's group that reads from a pipe of ours and, at the end of the pipe, kills the group, itself included.
//! The pipe ends when this process ends, in whatever way. The shell is our child, and only this module knows its pid.

use super::Handle;
use super::calls;
use crate::core::sys::PipeEnd;

#[derive(Debug)]
pub struct Watchdog {
    handle: Handle,
    /// Our end of its pipe. `None`: the watchdog has been killed.
    pipe: Option<PipeEnd>,
}

impl Watchdog {
    /// An unreaped child of this process, and our end of its pipe.
    pub fn new(pid: libc::pid_t, pipe: PipeEnd) -> Self {
        Self { handle: Handle::new(pid), pipe: Some(pipe) }
    }

    pub fn pid(&self) -> libc::pid_t {
        self.handle.pid()
    }

    /// Called when the group has been stopped, and the watchdog with it.
    pub fn resume(&self) {
        self.signal(libc::SIGCONT);
    }

    /// Does nothing if the watchdog has been reaped, by a foreign `waitpid(-1)`: its pid may be another process's.
    fn signal(&self, signal: i32) {
        if matches!(self.handle.has_exited(), Ok(false)) {
            let _ = self.handle.send_signal(signal);
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // Kill it before its pipe is closed, because at the end of the pipe it would kill the group.
        self.signal(libc::SIGKILL);
        self.handle.settle();
        if !matches!(self.handle.reap(), Ok(None)) {
            return;
        }
        let (handle, pipe) = (self.handle, self.pipe.take());
        calls::in_a_thread(move || {
            let _ = handle.wait_without_reaping(None);
            let _ = handle.reap();
            drop(pipe);
        });
    }
}
