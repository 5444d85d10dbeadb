//! The exits of processes and the ends of pipes by kqueue: EVFILT_PROC and EVFILT_READ (man 2 kqueue).

use super::Handle;
use super::calls::exit_of;
use crate::core::sys::PipeEnd;
use crate::core::sys::unix::exit_watcher::{Kernel, Watcher};
use crate::core::sys::unix::poll::{Event, Poll};
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
    /// The key of the pipe that was last watched under each descriptor.
    pipes: Mutex<HashMap<RawFd, usize>>,
    /// `SHARED_CHILD_REACTOR=threads`: a thread for each process instead, as where there are no pidfds.
    only_pipes: bool,
}

impl ExitWatcher {
    /// As [`Watcher::run`] has it.
    pub fn start(on_exit: fn(usize) -> bool, on_hangup: fn(usize)) -> io::Result<Arc<Self>> {
        let only_pipes = std::env::var_os("SHARED_CHILD_REACTOR").is_some_and(|value| value == "threads");
        let kernel = Kqueue { poll: Poll::new()?, pipes: Mutex::default(), only_pipes };
        Self::run(kernel, on_exit, on_hangup)
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
        // "Already there": this pid is still being watched for a process that someone else has reaped, and the event of
        // that one is on its way. Its filter is not ours to delete. After any other error polling keeps a record of it.
        if added.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::AlreadyExists) {
            let _ = poller.delete_filter(exit_of(process.pid()));
        }
        added
    }

    fn add_hangup(&self, key: usize, pipe: &PipeEnd) -> io::Result<()> {
        let fd = pipe.as_raw_fd();
        // Once for each pipe: adding it again would tell again of the bytes that are in it, and
        // whoever is told adds it again.
        if self.pipes().insert(fd, key) == Some(key) {
            return Ok(());
        }
        // There is no event for the end alone. EV_CLEAR tells of bytes that come, and of the end, once
        // each; nobody reads them, so there are no more than the pipe holds.
        let event = polling::Event::readable(Event::Hangup(key).key());
        let poller = &self.poll.poller;
        // SAFETY: kqueue itself forgets a descriptor when it is closed (man 2 kqueue, close), and
        // polling only keeps its number. An event that is late finds the pipe gone.
        let added = match unsafe { poller.add_with_mode(fd, event, PollMode::Edge) } {
            // That number was an earlier pipe's, of which the kernel knows nothing any more.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // SAFETY: open, for `pipe` is borrowed until this returns.
                poller.modify_with_mode(unsafe { BorrowedFd::borrow_raw(fd) }, event, PollMode::Edge)
            }
            added => added,
        };
        if added.is_err() {
            self.pipes().remove(&fd);
        }
        added
    }

    fn wait(&self, timeout: Option<Duration>, happened: &mut Vec<Event>) -> io::Result<()> {
        self.poll.wait(timeout, happened)
    }

    fn wake(&self) -> io::Result<()> {
        self.poll.poller.notify()
    }

    fn exited(&self, process: &Handle) {
        // The kernel's filter is gone, for it fires once; this is polling's own record of the pid. It must go before the
        // pid can: the next process to have it is watched under the same name.
        let _ = self.poll.poller.delete_filter(exit_of(process.pid()));
        process.settle();
    }
}

impl Kqueue {
    fn pipes(&self) -> MutexGuard<'_, HashMap<RawFd, usize>> {
        self.pipes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
