//! Watches exits and hang-ups with epoll: on pidfds, and on the pipes themselves.

use super::Handle;
use crate::core::sys::unix::exit_watcher::{Kernel, Watcher};
use crate::core::sys::unix::poll::{Event, Poll};
use crate::core::sys::{PipeEnd, WatcherCallbacks};
use polling::PollMode;
use std::io;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

pub type ExitWatcher = Watcher<Epoll>;

pub struct Epoll(Poll);

impl ExitWatcher {
    /// See [`Watcher::run`].
    pub fn start(callbacks: WatcherCallbacks) -> io::Result<Arc<Self>> {
        Self::run(Epoll(Poll::new()?), callbacks)
    }
}

impl Kernel for Epoll {
    type Process = Handle;

    fn add(&self, key: usize, process: &Handle) -> io::Result<()> {
        let Handle::Pidfd(fd) = process else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        let event = polling::Event::readable(Event::Exit(key).key());
        // SAFETY: the caller keeps the descriptor open until `exited` has deleted it from the poller.
        unsafe { self.0.poller.add_with_mode(&**fd, event, PollMode::Oneshot) }
    }

    fn add_hangup(&self, key: usize, pipe: &PipeEnd) -> io::Result<()> {
        // No event is requested, because EPOLLHUP is always reported (man 2 epoll_ctl).
        let event = polling::Event::none(Event::Hangup(key).key());
        // SAFETY: epoll removes a file by itself when it is closed, and does not confuse it with another file that
        // gets the same number (man 7 epoll, Q6). An event that comes late finds no pipe and does nothing.
        unsafe { self.0.poller.add_with_mode(pipe, event, PollMode::Oneshot) }
    }

    fn add_readable(&self, key: usize, pipe: &PipeEnd) -> io::Result<()> {
        self.0.add_readable(key, pipe)
    }

    fn forget_readable(&self, pipe: &PipeEnd) {
        self.0.forget_readable(pipe);
    }

    fn wait(&self, timeout: Option<Duration>, happened: &mut Vec<Event>) -> io::Result<()> {
        self.0.wait(timeout, happened)
    }

    fn wake(&self) -> io::Result<()> {
        self.0.poller.notify()
    }

    fn exited(&self, process: &Handle) {
        if let Handle::Pidfd(fd) = process {
            let _ = self.0.poller.delete(fd.as_fd());
        }
    }
}
