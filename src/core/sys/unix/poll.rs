//! What epoll and kqueue have in common behind [`polling`]: one wait, and keys that say what has happened.

use std::io;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use polling::{Events, Poller};

/// What a wait tells of, by the key under which it is watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A process has exited.
    Exit(usize),
    /// The last holder of a pipe's other end has let go of it.
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
    /// Used by the thread that waits alone.
    events: Mutex<Events>,
}

impl Poll {
    pub fn new() -> io::Result<Self> {
        Ok(Self { poller: Poller::new()?, events: Mutex::default() })
    }

    /// Adds what has happened to `happened`, also when it fails: each event comes once, and the poller may have failed
    /// after it (when it re-arms its own descriptors, for want of memory).
    pub fn wait(&self, timeout: Option<Duration>, happened: &mut Vec<Event>) -> io::Result<()> {
        let mut events = self.events.lock().unwrap_or_else(PoisonError::into_inner);
        events.clear();
        let waited = self.poller.wait(&mut events, timeout).map(drop);
        happened.extend(events.iter().map(|event| Event::of_key(event.key)));
        waited
    }
}
