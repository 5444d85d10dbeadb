//! Learns of the exits of any number of processes with one thread: kqueue's EVFILT_PROC
//! (man 2 kqueue). It also tells when the last holder of a pipe's other end has let go of it.

use super::Handle;
use crate::core::sys::PipeEnd;
use polling::os::kqueue::PollerKqueueExt;
use polling::{Event, Events, PollMode, Poller};
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub struct ExitWatcher {
    poller: Poller,
    on_exit: fn(usize) -> bool,
    on_hangup: fn(usize),
    watched: Mutex<HashMap<usize, Handle>>,
    /// The key of the pipe that was last watched under each descriptor.
    pipes: Mutex<HashMap<RawFd, usize>>,
    /// `SHARED_CHILD_REACTOR=threads`: a thread for each process instead, as where there are no pidfds.
    only_pipes: bool,
}

/// The poller's keys: the caller's, with the kind of event in the lowest bit.
const HANGUP: usize = 1;

impl ExitWatcher {
    /// Starts the thread. `on_exit` runs once for each key whose process has exited: on that thread,
    /// or inside [`add`](Self::add) if it had exited by then. `on_hangup` runs for each key one of
    /// whose pipes has been left, and may run when nothing has happened.
    pub fn start(on_exit: fn(usize) -> bool, on_hangup: fn(usize)) -> io::Result<Arc<Self>> {
        let watcher = Arc::new(Self {
            poller: Poller::new()?,
            on_exit,
            on_hangup,
            watched: Mutex::default(),
            pipes: Mutex::default(),
            only_pipes: std::env::var_os("SHARED_CHILD_REACTOR").is_some_and(|value| value == "threads"),
        });
        let running = Arc::clone(&watcher);
        std::thread::Builder::new()
            .name("shared-child reactor".into())
            .stack_size(128 * 1024)
            .spawn(move || running.run())?;
        Ok(watcher)
    }

    /// Watches a process, which may have exited already, under a key of its own.
    pub fn add(&self, key: usize, handle: &Handle) -> io::Result<()> {
        if self.only_pipes {
            return Err(io::ErrorKind::Unsupported.into());
        }
        // In the map first: the event may come before the next line.
        lock(&self.watched).insert(key, *handle);
        let Err(error) = self.poller.add_filter(handle.exit(), key << 1, PollMode::Oneshot) else {
            return Ok(());
        };
        lock(&self.watched).remove(&key);
        // Not there: this pid is still being watched for a process that someone else has reaped, and
        // the event of that one is on its way. Its filter is not ours to delete.
        if error.kind() != io::ErrorKind::AlreadyExists {
            let _ = self.poller.delete_filter(handle.exit());
        }
        // It has exited, for nobody has reaped it: a zombie cannot be watched on macOS.
        if error.raw_os_error() == Some(libc::ESRCH) {
            self.report_exit(key, *handle);
            return Ok(());
        }
        Err(error)
    }

    /// Watches a pipe for the end of its last holder. It may be given away meanwhile, and closed.
    pub fn add_hangup(&self, key: usize, pipe: &PipeEnd) -> io::Result<()> {
        let fd = pipe.as_raw_fd();
        // Once for each pipe: adding it again would tell again of the bytes that are in it, and
        // whoever is told adds it again.
        if lock(&self.pipes).insert(fd, key) == Some(key) {
            return Ok(());
        }
        // There is no event for the end alone. EV_CLEAR tells of bytes that come, and of the end, once
        // each; nobody reads them, so there are no more than the pipe holds.
        let event = Event::readable(key << 1 | HANGUP);
        // SAFETY: kqueue itself forgets a descriptor when it is closed (man 2 kqueue, close), and
        // polling only keeps its number. An event that is late finds the pipe gone.
        match unsafe { self.poller.add_with_mode(fd, event, PollMode::Edge) } {
            // That number was an earlier pipe's, of which the kernel knows nothing any more.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // SAFETY: open, for `pipe` is borrowed until this returns.
                self.poller.modify_with_mode(unsafe { BorrowedFd::borrow_raw(fd) }, event, PollMode::Edge)
            }
            added => added,
        }
    }

    fn run(&self) {
        let mut events = Events::new();
        loop {
            events.clear();
            // An error is no reason to drop what has come: each event comes once.
            let _ = self.poller.wait(&mut events, None);
            for event in events.iter() {
                let key = event.key >> 1;
                if event.key & HANGUP != 0 {
                    let _ = catch_unwind(|| (self.on_hangup)(key));
                } else if let Some(handle) = lock(&self.watched).remove(&key) {
                    // The kernel's filter is gone, for it fires once; this is polling's own record of
                    // the pid. It must go before the pid can: the next process to have it is watched
                    // under the same name.
                    let _ = self.poller.delete_filter(handle.exit());
                    self.report_exit(key, handle);
                }
            }
        }
    }

    /// Once the process can be reaped: otherwise `on_exit` would find it running.
    fn report_exit(&self, key: usize, handle: Handle) {
        handle.settle();
        let _ = catch_unwind(|| (self.on_exit)(key));
    }
}

fn lock<T>(map: &Mutex<T>) -> MutexGuard<'_, T> {
    map.lock().unwrap_or_else(PoisonError::into_inner)
}
