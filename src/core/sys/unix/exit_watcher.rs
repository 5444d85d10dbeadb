//! Learns of the exits of any number of processes with one thread. It also reports hang-ups: that the last descriptor
//! of a pipe's other end has been closed. What differs between epoll and kqueue is behind the trait [`Kernel`].

use super::poll::Event;
use crate::core::sys::{PipeEnd, WatcherCallbacks};
use std::collections::HashMap;
use std::io;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[cfg(test)]
mod tests;

/// What the watcher asks of a kernel.
pub trait Kernel: Send + Sync + 'static {
    /// Names a process for as long as it is watched.
    type Process: Clone + Send;

    /// Watches a process, which may have exited already: [`wait`](Self::wait) reports its exit, once. The caller keeps
    /// `process` until it has passed it to [`exited`](Self::exited), or until this fails. Fails with `Unsupported` for
    /// a process for which only a thread can wait, and with ESRCH for one that has begun to exit and so cannot be
    /// watched any more.
    fn add(&self, key: usize, process: &Self::Process) -> io::Result<()>;

    /// Watches a pipe for the hang-up of its other end. The pipe may be passed on or closed meanwhile.
    fn add_hangup(&self, key: usize, pipe: &PipeEnd) -> io::Result<()>;

    /// Watches a pipe until [`forget_readable`](Self::forget_readable), which has to be called before the pipe is
    /// closed. Each [`wait`](Self::wait) reports the pipe for as long as there is something to read, or it has been
    /// read to its end.
    fn add_readable(&self, key: usize, pipe: &PipeEnd) -> io::Result<()>;

    fn forget_readable(&self, pipe: &PipeEnd);

    /// Blocks until something happens, the timeout passes, or [`wake`](Self::wake) is called. Appends what has happened
    /// to `happened`, even if it fails.
    fn wait(&self, timeout: Option<Duration>, happened: &mut Vec<Event>) -> io::Result<()>;

    /// Makes the current [`wait`](Self::wait) return, or the next one.
    fn wake(&self) -> io::Result<()>;

    /// Stops watching a process, whose exit `wait` has usually reported.
    fn exited(&self, process: &Self::Process);
}

pub struct Watcher<K: Kernel> {
    kernel: K,
    watched: Mutex<HashMap<usize, K::Process>>,
    /// Processes that had begun to exit before they could be watched. The watcher's thread asks about them.
    too_late: Mutex<Vec<usize>>,
    callbacks: WatcherCallbacks,
}

/// The keys of processes that have exited but for which `on_exit` has returned `false`: they cannot be reaped yet.
#[derive(Default)]
struct Unsettled {
    keys: Vec<usize>,
    /// How soon to ask again: from [`SOON`](Self::SOON), twice as long each time, up to [`RARELY`](Self::RARELY).
    pause: Duration,
}

impl Unsettled {
    /// Most exits are complete within a millisecond of their beginning.
    const SOON: Duration = Duration::from_millis(1);
    /// A debugger may hold a child for an unlimited time.
    const RARELY: Duration = Duration::from_millis(50);

    fn timeout(&self) -> Option<Duration> {
        (!self.keys.is_empty()).then_some(self.pause)
    }

    fn push(&mut self, key: usize) {
        self.keys.push(key);
        self.pause = Self::SOON;
    }

    fn ask_again(&mut self, settled: impl Fn(usize) -> bool) {
        self.keys.retain(|key| !settled(*key));
        self.pause = (self.pause * 2).min(Self::RARELY);
    }
}

impl<K: Kernel> Watcher<K> {
    /// Starts the watcher's thread, which runs the callbacks.
    pub fn run(kernel: K, callbacks: WatcherCallbacks) -> io::Result<Arc<Self>> {
        let watcher = Arc::new(Self::new(kernel, callbacks));
        let running = Arc::clone(&watcher);
        std::thread::Builder::new().name("shared-child reactor".into()).stack_size(128 * 1024).spawn(
            move || {
                let mut unsettled = Unsettled::default();
                loop {
                    running.turn(&mut unsettled);
                }
            },
        )?;
        Ok(watcher)
    }

    fn new(kernel: K, callbacks: WatcherCallbacks) -> Self {
        Self { kernel, watched: Mutex::default(), too_late: Mutex::default(), callbacks }
    }

    /// Watches a process, which may have exited already, under a key of its own. Fails with `Unsupported` for a process
    /// for which only a thread can wait.
    pub fn add(&self, key: usize, process: &K::Process) -> io::Result<()> {
        // Into the map first: the event may come as soon as the kernel watches the process.
        lock(&self.watched).insert(key, process.clone());
        let Err(error) = self.kernel.add(key, process) else {
            return Ok(());
        };
        lock(&self.watched).remove(&key);
        if error.raw_os_error() != Some(libc::ESRCH) {
            return Err(error);
        }
        // Nobody has reaped the process, so it is about to become a zombie. The thread asks until it is one.
        lock(&self.too_late).push(key);
        self.kernel.wake()
    }

    /// Stops watching a process that has not been reported.
    pub fn forget(&self, key: usize) {
        let process = lock(&self.watched).remove(&key);
        if let Some(process) = process {
            self.kernel.exited(&process);
        }
    }

    /// Watches a pipe for the hang-up of its other end. The pipe may be passed on or closed meanwhile.
    pub fn add_hangup(&self, key: usize, pipe: &PipeEnd) -> io::Result<()> {
        self.kernel.add_hangup(key, pipe)
    }

    /// Watches a pipe that is to be read, until [`forget_readable`](Self::forget_readable), which has to be called
    /// before the pipe is closed.
    pub fn add_readable(&self, key: usize, pipe: &PipeEnd) -> io::Result<()> {
        self.kernel.add_readable(key, pipe)
    }

    pub fn forget_readable(&self, pipe: &PipeEnd) {
        self.kernel.forget_readable(pipe);
    }

    /// Waits once and handles what has happened.
    fn turn(&self, unsettled: &mut Unsettled) {
        let mut happened = Vec::new();
        let waited = self.kernel.wait(unsettled.timeout(), &mut happened);
        unsettled.ask_again(|key| self.is_settled(key));
        let mut ask = |key| {
            if !self.is_settled(key) {
                unsettled.push(key);
            }
        };
        // Unlocked before they are asked about: a callback may wait for a thread that is in `add`.
        let too_late = std::mem::take(&mut *lock(&self.too_late));
        too_late.into_iter().for_each(&mut ask);
        let idle = happened.is_empty();
        for event in happened {
            match event {
                Event::Hangup(key) => {
                    let on_hangup = self.callbacks.on_hangup;
                    let _ = catch_unwind(|| on_hangup(key));
                }
                Event::Readable(key) => {
                    let on_readable = self.callbacks.on_readable;
                    let _ = catch_unwind(|| on_readable(key));
                }
                Event::Exit(key) => {
                    let process = lock(&self.watched).remove(&key);
                    // `None`: the process is not watched any more.
                    if let Some(process) = process {
                        self.kernel.exited(&process);
                        ask(key);
                    }
                }
            }
        }
        if waited.is_err() && idle {
            // A wait may fail many times in a row, for lack of memory for example. Do not spin.
            std::thread::sleep(Unsettled::RARELY);
        }
    }

    /// A panic counts as "not settled", so that the exit is not lost.
    fn is_settled(&self, key: usize) -> bool {
        let on_exit = self.callbacks.on_exit;
        catch_unwind(|| on_exit(key)).unwrap_or(false)
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
