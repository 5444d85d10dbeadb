//! Learns of the exits of any number of processes with one thread: kqueue's EVFILT_PROC
//! (man 2 kqueue).

use super::Handle;
use polling::os::kqueue::PollerKqueueExt;
use polling::{Events, PollMode, Poller};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub struct ExitWatcher {
    poller: Poller,
    on_exit: fn(usize),
    watched: Mutex<HashMap<usize, Handle>>,
}

impl ExitWatcher {
    /// Starts the thread; `on_exit` runs once for each key whose process has exited: on that thread,
    /// or inside [`add`](Self::add) if it had exited by then. `SHARED_CHILD_REACTOR=threads` makes
    /// this `Unsupported`.
    pub fn start(on_exit: fn(usize)) -> io::Result<Arc<Self>> {
        if std::env::var_os("SHARED_CHILD_REACTOR").is_some_and(|value| value == "threads") {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let watcher = Arc::new(Self { poller: Poller::new()?, on_exit, watched: Mutex::default() });
        let running = Arc::clone(&watcher);
        std::thread::Builder::new()
            .name("shared-child reactor".into())
            .stack_size(128 * 1024)
            .spawn(move || running.run())?;
        Ok(watcher)
    }

    /// Watches a process, which may have exited already, under a key of its own.
    pub fn add(&self, key: usize, handle: &Handle) -> io::Result<()> {
        // In the map first: the event may come before the next line.
        self.lock().insert(key, *handle);
        let Err(error) = self.poller.add_filter(handle.exit(), key, PollMode::Oneshot) else {
            return Ok(());
        };
        self.lock().remove(&key);
        // Not there: this pid is still being watched for a process that someone else has reaped, and
        // the event of that one is on its way. Its filter is not ours to delete.
        if error.kind() != io::ErrorKind::AlreadyExists {
            let _ = self.poller.delete_filter(handle.exit());
        }
        // It has exited, for nobody has reaped it: a zombie cannot be watched on macOS.
        if error.raw_os_error() == Some(libc::ESRCH) {
            self.report(key, *handle);
            return Ok(());
        }
        Err(error)
    }

    fn run(&self) {
        let mut events = Events::new();
        loop {
            events.clear();
            // It fails only for a bad poller; one whose wait is interrupted waits on.
            if self.poller.wait(&mut events, None).is_err() {
                continue;
            }
            for event in events.iter() {
                let Some(handle) = self.lock().remove(&event.key) else { continue };
                // The kernel's filter is gone, for it fires once; this is polling's own record of the
                // pid. It must go before the pid can: the next process to have it is watched under
                // the same name.
                let _ = self.poller.delete_filter(handle.exit());
                self.report(event.key, handle);
            }
        }
    }

    /// Once the process can be reaped: otherwise `on_exit` would find it running.
    fn report(&self, key: usize, handle: Handle) {
        handle.settle();
        let _ = std::panic::catch_unwind(|| (self.on_exit)(key));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<usize, Handle>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
