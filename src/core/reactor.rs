//! Learns of every exit, so that no child becomes a zombie and no wait needs a thread. Each child is
//! watched from birth: by the system's [`ExitWatcher`] (one thread for all of them), or by a thread of
//! its own that sleeps in [`wait`](super::SharedChild::wait) where there is no such thing.
//!
//! Never SIGCHLD and never `waitpid(-1)`: the host's event loop owns both.

use super::child::Child;
use super::sys::ExitWatcher;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// The system's watcher, started at its first use; `None` where there is none, for ever.
/// Call it before a spawn, so that what it lacks (a thread, a descriptor) is found missing while there
/// is no child yet.
pub fn start() -> io::Result<Option<&'static ExitWatcher>> {
    static WATCHER: OnceLock<Option<Arc<ExitWatcher>>> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    if WATCHER.get().is_none() {
        let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if WATCHER.get().is_none() {
            let watcher = match ExitWatcher::start(reap) {
                Ok(watcher) => Some(watcher),
                Err(error) if error.kind() == io::ErrorKind::Unsupported => None,
                Err(error) => return Err(error),
            };
            let _ = WATCHER.set(watcher);
        }
    }
    Ok(WATCHER.get().and_then(Option::as_deref))
}

/// Watches a child until it has been reaped.
pub fn watch(child: &Arc<Child>) -> io::Result<()> {
    let Some(handle) = child.shared.handle() else {
        return Ok(()); // someone has reaped it already
    };
    if let Some(watcher) = start()? {
        watched().insert(child.id as usize, Arc::clone(child));
        if watcher.add(child.id as usize, &handle).is_ok() {
            return Ok(());
        }
        watched().remove(&(child.id as usize));
    }
    watch_with_a_thread(Arc::clone(child))
}

/// Runs on the watcher's thread when a watched process has exited.
fn reap(key: usize) {
    let Some(child) = watched().remove(&key) else { return };
    // Exited, but not to be reaped yet: a tracer (strace, gdb) holds the zombie until it has seen it.
    if matches!(child.shared.try_wait(), Ok(None)) {
        let _ = watch_with_a_thread(child);
    }
}

fn watch_with_a_thread(child: Arc<Child>) -> io::Result<()> {
    std::thread::Builder::new()
        .name("shared-child wait".into())
        .stack_size(64 * 1024)
        .spawn(move || drop(child.shared.wait()))
        .map(drop)
}

fn watched() -> MutexGuard<'static, HashMap<usize, Arc<Child>>> {
    static WATCHED: OnceLock<Mutex<HashMap<usize, Arc<Child>>>> = OnceLock::new();
    WATCHED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}
