//! What the watchers on epoll and on kqueue share: a wait through [`polling`], and keys that say what has happened.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use polling::{Events, Poller};

/// What a wait reports, with the key under which the process or pipe is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A process has exited.
    Exit(usize),
    /// The last descriptor of a pipe's other end has been closed.
    Hangup(usize),
}

impl Event {
    /// The poller's key: ours, with the kind of event in the lowest bit.
    pub fn key(self) -> usize {
        match self {
            Self::Exit(key) => key << 1,
            Self::Hangup(key) => key << 1 | 1,
        }
    }

    fn of_key(key: usize) -> Self {
        if key & 1 == 0 { Self::Exit(key >> 1) } else { Self::Hangup(key >> 1) }
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
