//! What the watchers on epoll and on kqueue share: a wait through [`polling`], and keys that say what has happened.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::core::sys::{PipeEnd, has_no_reactor};
use polling::{Events, PollMode, Poller};

/// What a wait reports, with the key under which the process or pipe is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A process has exited.
    Exit(usize),
    /// The last descriptor of a pipe's other end has been closed.
    Hangup(usize),
    /// A pipe has something to read, or has been read to its end.
    Readable(usize),
}

impl Event {
    /// The poller's key: ours, with the kind of event in the two lowest bits.
    pub fn key(self) -> usize {
        match self {
            Self::Exit(key) => key << 2,
            Self::Hangup(key) => key << 2 | 1,
            Self::Readable(key) => key << 2 | 2,
        }
    }

    fn of_key(key: usize) -> Self {
        match key & 3 {
            0 => Self::Exit(key >> 2),
            1 => Self::Hangup(key >> 2),
            _ => Self::Readable(key >> 2),
        }
    }
}

pub struct Poll {
    pub poller: Poller,
    /// Used only by the thread that waits.
    events: Mutex<Events>,
}

impl Poll {
    pub fn new() -> io::Result<Self> {
        Ok(Self { poller: Poller::new()?, events: Mutex::default() })
    }

    /// Watches a pipe until [`forget_readable`](Self::forget_readable), which has to be called before the pipe is closed.
    /// [`wait`](Self::wait) reports the pipe for as long as there is something to read. Fails with `Unsupported` without a
    /// reactor, so that the tests of that case collect output from streams, as on Windows.
    pub fn add_readable(&self, key: usize, pipe: &PipeEnd) -> io::Result<()> {
        if has_no_reactor() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let event = polling::Event::readable(Event::Readable(key).key());
        // SAFETY: the caller keeps the descriptor open until `forget_readable` has deleted it from the poller.
        unsafe { self.poller.add_with_mode(pipe.as_raw_fd(), event, PollMode::Level) }
    }

    pub fn forget_readable(&self, pipe: &PipeEnd) {
        // SAFETY: the descriptor is open, because `pipe` is borrowed until this returns.
        let _ = self.poller.delete(unsafe { BorrowedFd::borrow_raw(pipe.as_raw_fd()) });
    }

    /// Appends what has happened to `happened`, even if it fails. Each event is reported only once, and the poller can
    /// fail after it has received some (when it re-arms its own descriptors and memory is short).
    pub fn wait(&self, timeout: Option<Duration>, happened: &mut Vec<Event>) -> io::Result<()> {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.clear();
        let waited = self.poller.wait(&mut events, timeout).map(drop);
        happened.extend(events.iter().map(|event| Event::of_key(event.key)));
        waited
    }
}
