//! Learns of the exits of any number of processes with one thread: epoll on their pidfds. It also tells
//! when the last holder of a pipe's other end has let go of it.

use super::Handle;
use crate::core::sys::PipeEnd;
use polling::{Event, Events, PollMode, Poller};
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub struct ExitWatcher {
    poller: Poller,
    /// Each pidfd stays open until it has been taken out of the poller.
    watched: Mutex<HashMap<usize, Arc<OwnedFd>>>,
    on_exit: fn(usize) -> bool,
    on_hangup: fn(usize),
}

/// The poller's keys: the caller's, with the kind of event in the lowest bit.
const HANGUP: usize = 1;
/// How soon to look again after a child that has exited and cannot be reaped.
const ASK_AGAIN: Duration = Duration::from_millis(50);

impl ExitWatcher {
    /// Starts the thread, on which `on_exit` runs for each key whose process has exited (again, until
    /// it says that this is settled), and `on_hangup` for each key one of whose pipes has been left.
    pub fn start(on_exit: fn(usize) -> bool, on_hangup: fn(usize)) -> io::Result<Arc<Self>> {
        let watcher =
            Arc::new(Self { poller: Poller::new()?, watched: Mutex::default(), on_exit, on_hangup });
        let running = Arc::clone(&watcher);
        std::thread::Builder::new()
            .name("shared-child reactor".into())
            .stack_size(128 * 1024)
            .spawn(move || running.run())?;
        Ok(watcher)
    }

    /// Watches a process, which may have exited already, under a key of its own. `Unsupported` for one
    /// that has no pidfd.
    pub fn add(&self, key: usize, handle: &Handle) -> io::Result<()> {
        let Handle::Pidfd(fd) = handle else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        // In the map first: the event may come before the next line.
        self.watched().insert(key, Arc::clone(fd));
        // SAFETY: the map keeps the descriptor open until `run` has deleted it from the poller.
        let added = unsafe { self.poller.add_with_mode(&**fd, Event::readable(key << 1), PollMode::Oneshot) };
        if added.is_err() {
            self.watched().remove(&key);
        }
        added
    }

    /// Watches a pipe for the end of its last holder. It may be given away meanwhile, and closed.
    pub fn add_hangup(&self, key: usize, pipe: &PipeEnd) -> io::Result<()> {
        // Nothing is asked for: EPOLLHUP is always reported (man 2 epoll_ctl).
        let event = Event::none(key << 1 | HANGUP);
        // SAFETY: epoll itself forgets a file when it is closed, and never takes another one that gets
        // the same number for it (man 7 epoll, Q6). An event that is late finds the pipe gone.
        unsafe { self.poller.add_with_mode(pipe, event, PollMode::Oneshot) }
    }

    fn run(&self) {
        let mut events = Events::new();
        let mut unsettled: Vec<usize> = Vec::new();
        let settled = |key: usize| catch_unwind(|| (self.on_exit)(key)).unwrap_or(true);
        loop {
            events.clear();
            // An error is no reason to drop what has come: each event comes once, and the poller may
            // have failed after it (when it re-arms its own descriptors, for want of memory).
            let _ = self.poller.wait(&mut events, (!unsettled.is_empty()).then_some(ASK_AGAIN));
            unsettled.retain(|key| !settled(*key));
            for event in events.iter() {
                let key = event.key >> 1;
                if event.key & HANGUP != 0 {
                    let _ = catch_unwind(|| (self.on_hangup)(key));
                } else {
                    self.forget(key);
                    if !settled(key) {
                        unsettled.push(key);
                    }
                }
            }
        }
    }

    fn forget(&self, key: usize) {
        if let Some(fd) = self.watched().remove(&key) {
            let _ = self.poller.delete(fd.as_fd());
        }
    }

    fn watched(&self) -> MutexGuard<'_, HashMap<usize, Arc<OwnedFd>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
