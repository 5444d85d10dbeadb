//! Learns of the exits of any number of processes with one thread: epoll on their pidfds.

use super::Handle;
use polling::{Event, Events, PollMode, Poller};
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::{Arc, Mutex, PoisonError};

pub struct ExitWatcher {
    poller: Poller,
    /// Each pidfd stays open until it has been taken out of the poller.
    watched: Mutex<HashMap<usize, Arc<OwnedFd>>>,
}

impl ExitWatcher {
    /// Starts the thread; `on_exit` runs on it, once for each key whose process has exited.
    /// `Unsupported` where there are no pidfds.
    pub fn start(on_exit: fn(usize)) -> io::Result<Arc<Self>> {
        if !super::pidfd::usable() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let watcher = Arc::new(Self { poller: Poller::new()?, watched: Mutex::default() });
        let running = Arc::clone(&watcher);
        std::thread::Builder::new()
            .name("shared-child reactor".into())
            .stack_size(128 * 1024)
            .spawn(move || running.run(on_exit))?;
        Ok(watcher)
    }

    /// Watches a process, which may have exited already, under a key of its own.
    pub fn add(&self, key: usize, handle: &Handle) -> io::Result<()> {
        let Handle::Pidfd(fd) = handle else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        // In the map first: the event may come before the next line.
        self.lock().insert(key, Arc::clone(fd));
        // SAFETY: the map keeps the descriptor open until `run` has deleted it from the poller.
        let added = unsafe { self.poller.add_with_mode(&**fd, Event::readable(key), PollMode::Oneshot) };
        if added.is_err() {
            self.lock().remove(&key);
        }
        added
    }

    fn run(&self, on_exit: fn(usize)) {
        let mut events = Events::new();
        loop {
            events.clear();
            // It fails only for a bad poller; one whose wait is interrupted waits on.
            if self.poller.wait(&mut events, None).is_err() {
                continue;
            }
            for event in events.iter() {
                let Some(fd) = self.lock().remove(&event.key) else { continue };
                let _ = self.poller.delete(fd.as_fd());
                drop(fd);
                let _ = std::panic::catch_unwind(|| on_exit(event.key));
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<usize, Arc<OwnedFd>>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
