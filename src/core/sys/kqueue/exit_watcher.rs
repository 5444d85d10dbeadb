//! Watches exits and hang-ups with kqueue: EVFILT_PROC and EVFILT_READ (man 2 kqueue).

use super::Handle;
use super::calls::exit_of;
use crate::core::sys::unix::exit_watcher::{Kernel, Watcher};
use crate::core::sys::unix::poll::{Event, Poll};
use crate::core::sys::{PipeEnd, WatcherCallbacks, has_no_reactor};
use polling::PollMode;
use polling::os::kqueue::PollerKqueueExt;
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub type ExitWatcher = Watcher<Kqueue>;

pub struct Kqueue {
    poll: Poll,
    /// For each descriptor, the key of the pipe that was last watched under that number.
    pipes: Mutex<HashMap<RawFd, usize>>,
    /// Set by `SHARED_CHILD_REACTOR=threads`: each process is waited for by a thread instead, as on a Linux without
    /// pidfds.
    only_pipes: bool,
}

impl ExitWatcher {
    /// See [`Watcher::run`].
    pub fn start(callbacks: WatcherCallbacks) -> io::Result<Arc<Self>> {
        let kernel = Kqueue { poll: Poll::new()?, pipes: Mutex::default(), only_pipes: has_no_reactor() };
        Self::run(kernel, callbacks)
    }
}

impl Kernel for Kqueue {
    type Process = Handle;

    fn add(&self, key: usize, process: &Handle) -> io::Result<()> {
        if self.only_pipes {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let poller = &self.poll.poller;
        let added = poller.add_filter(exit_of(process.pid()), Event::Exit(key).key(), PollMode::Oneshot);
        // AlreadyExists means that the pid is still watched for an earlier process, which someone else has reaped and
        // whose event is about to come. That filter must stay. After any other error, polling's own record of the pid
        // has to be removed.
        if added.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::AlreadyExists) {
            let _ = poller.delete_filter(exit_of(process.pid()));
        }
        added
    }

    fn add_hangup(&self, key: usize, pipe: &PipeEnd) -> io::Result<()> {
        let fd = pipe.as_raw_fd();
        // Add each pipe only once: adding it again would report the bytes in it again, and each report leads to
        // another call of this function.
        if self.pipes().insert(fd, key) == Some(key) {
            return Ok(());
        }
        // There is no event for the hang-up alone. With EV_CLEAR, new bytes and the hang-up are each reported once.
        // Nobody reads the bytes meanwhile, so the number of reports is limited by what the pipe holds.
        let event = polling::Event::readable(Event::Hangup(key).key());
        let poller = &self.poll.poller;
        // SAFETY: kqueue removes a descriptor by itself when it is closed (man 2 kqueue, close), and polling keeps
        // only its number. An event that comes late finds no pipe and does nothing.
        let added = match unsafe { poller.add_with_mode(fd, event, PollMode::Edge) } {
            // Polling still has the number from an earlier pipe, which the kernel has removed.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // SAFETY: the fd is open, because `pipe` is borrowed until this returns.
                poller.modify_with_mode(unsafe { BorrowedFd::borrow_raw(fd) }, event, PollMode::Edge)
            }
            added => added,
        };
        if added.is_err() {
            self.pipes().remove(&fd);
        }
        added
    }

    fn add_readable(&self, key: usize, pipe: &PipeEnd) -> io::Result<()> {
        self.poll.add_readable(key, pipe)
    }

    fn forget_readable(&self, pipe: &PipeEnd) {
        self.poll.forget_readable(pipe);
    }

    fn wait(&self, timeout: Option<Duration>, happened: &mut Vec<Event>) -> io::Result<()> {
        self.poll.wait(timeout, happened)
    }

    fn wake(&self) -> io::Result<()> {
        self.poll.poller.notify()
    }

    fn exited(&self, process: &Handle) {
        // The kernel's filter has fired and is gone. This removes polling's own record of the pid, which has to happen
        // before the pid is freed: otherwise a new process with the same pid could not be watched.
        let _ = self.poll.poller.delete_filter(exit_of(process.pid()));
        process.settle();
    }
}

impl Kqueue {
    fn pipes(&self) -> MutexGuard<'_, HashMap<RawFd, usize>> {
        self.pipes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
