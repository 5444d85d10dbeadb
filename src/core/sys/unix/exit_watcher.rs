//! Learns of the exits of any number of processes with one thread. It also tells when the last holder of a pipe's other
//! end has let go of it. Where the kernels differ is behind [`Kernel`].

use super::poll::Event;
use crate::core::sys::PipeEnd;
use std::collections::HashMap;
use std::io;
use std::panic::catch_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

#[cfg(test)]
mod tests;

/// What the watcher asks of a kernel.
pub trait Kernel: Send + Sync + 'static {
    /// What names a process for as long as it is watched.
    type Process: Clone + Send;

    /// Watches a process, which may have exited already: [`wait`](Self::wait) tells of its exit, once. The caller keeps
    /// `process` until it has given it to [`exited`](Self::exited), or this has failed. `Unsupported` for one that can
    /// only be waited for by a thread; ESRCH for one that has begun to exit, and cannot be watched any more.
    fn add(&self, key: usize, process: &Self::Process) -> io::Result<()>;

    /// Watches a pipe for the end of its last holder. It may be given away meanwhile, and closed.
    fn add_hangup(&self, key: usize, pipe: &PipeEnd) -> io::Result<()>;

    /// Blocks until something has happened, the time is up, or [`wake`](Self::wake) was called, and adds to `happened`
    /// whatever has: also when it fails.
    fn wait(&self, timeout: Option<Duration>, happened: &mut Vec<Event>) -> io::Result<()>;

    fn wake(&self) -> io::Result<()>;

    /// Forgets a process of whose exit `wait` has told.
    fn exited(&self, process: &Self::Process);
}

pub struct Watcher<K: Kernel> {
    kernel: K,
    watched: Mutex<HashMap<usize, K::Process>>,
    /// Those that had begun to exit before they were watched, for the thread to ask about.
    too_late: Mutex<Vec<usize>>,
    on_exit: fn(usize) -> bool,
    on_hangup: fn(usize),
}

/// The keys for which `on_exit` has said that it is not settled yet.
#[derive(Default)]
struct Unsettled {
    keys: Vec<usize>,
    /// How soon to ask again: from [`SOON`](Self::SOON), twice as long each time, up to [`RARELY`](Self::RARELY).
    pause: Duration,
}

impl Unsettled {
    /// An exit that has begun is mostly over within a millisecond.
    const SOON: Duration = Duration::from_millis(1);
    /// A debugger may hold a child for ever.
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
    /// Starts the thread, on which `on_exit` runs for each key whose process has exited (again, until it says that this is
    /// settled: the process may not be ready to be reaped), and `on_hangup` for each key one of whose pipes has been left
    /// (perhaps also when nothing has happened).
    pub fn run(kernel: K, on_exit: fn(usize) -> bool, on_hangup: fn(usize)) -> io::Result<Arc<Self>> {
        let watcher = Arc::new(Self::new(kernel, on_exit, on_hangup));
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

    fn new(kernel: K, on_exit: fn(usize) -> bool, on_hangup: fn(usize)) -> Self {
        Self { kernel, watched: Mutex::default(), too_late: Mutex::default(), on_exit, on_hangup }
    }

    /// Watches a process, which may have exited already, under a key of its own. `Unsupported` for one that can only be
    /// waited for by a thread.
    pub fn add(&self, key: usize, process: &K::Process) -> io::Result<()> {
        // In the map first: the event may come before the next line.
        lock(&self.watched).insert(key, process.clone());
        let Err(error) = self.kernel.add(key, process) else {
            return Ok(());
        };
        lock(&self.watched).remove(&key);
        if error.raw_os_error() != Some(libc::ESRCH) {
            return Err(error);
        }
        // Nobody has reaped it, so it is on its way to become a zombie, which takes as long as it takes. The thread asks.
        lock(&self.too_late).push(key);
        self.kernel.wake()
    }

    /// Watches a pipe for the end of its last holder. It may be given away meanwhile, and closed.
    pub fn add_hangup(&self, key: usize, pipe: &PipeEnd) -> io::Result<()> {
        self.kernel.add_hangup(key, pipe)
    }

    /// Waits once, and deals with what has happened.
    fn turn(&self, unsettled: &mut Unsettled) {
        let mut happened = Vec::new();
        let waited = self.kernel.wait(unsettled.timeout(), &mut happened);
        unsettled.ask_again(|key| self.is_settled(key));
        let mut ask = |key| {
            if !self.is_settled(key) {
                unsettled.push(key);
            }
        };
        std::mem::take(&mut *lock(&self.too_late)).into_iter().for_each(&mut ask);
        let idle = happened.is_empty();
        for event in happened {
            match event {
                Event::Hangup(key) => {
                    let on_hangup = self.on_hangup;
                    let _ = catch_unwind(|| on_hangup(key));
                }
                Event::Exit(key) => {
                    let process = lock(&self.watched).remove(&key);
                    // Else it is not watched any more.
                    if let Some(process) = process {
                        self.kernel.exited(&process);
                        ask(key);
                    }
                }
            }
        }
        if waited.is_err() && idle {
            // It may fail for long: for want of memory, or for good.
            std::thread::sleep(Unsettled::RARELY);
        }
    }

    /// A panic settles nothing: the exit would be lost.
    fn is_settled(&self, key: usize) -> bool {
        let on_exit = self.on_exit;
        catch_unwind(|| on_exit(key)).unwrap_or(false)
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}
