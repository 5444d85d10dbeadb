//! One thread of this process that learns of everything that is watched: that processes exit, that pipes hang up or have
//! something to read. Each thing that is watched has a key, which the system's [`ExitWatcher`] reports.
//!
//! It uses neither SIGCHLD nor `waitpid(-1)`: both belong to the host's event loop.

use super::sys::{ExitWatcher, Handle, PipeEnd, WatcherCallbacks};
use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

/// A key that nothing else in this process has or will have.
pub fn new_key() -> u64 {
    static NEXT_KEY: AtomicU64 = AtomicU64::new(1);
    NEXT_KEY.fetch_add(1, Ordering::Relaxed)
}

static WATCHER: OnceLock<Option<Arc<ExitWatcher>>> = OnceLock::new();

/// The system's watcher, which the first call starts. `None`: this system has none.
///
/// `on_exit` is called on the watcher's thread with the key of a process that has exited, and again until it returns
/// `true`; `on_hangup` with the key of a pipe whose other end has been closed.
pub fn start(on_exit: fn(usize) -> bool, on_hangup: fn(usize)) -> io::Result<Option<&'static ExitWatcher>> {
    static STARTING: Mutex<()> = Mutex::new(());
    if WATCHER.get().is_none() {
        let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if WATCHER.get().is_none() {
            let watcher = match ExitWatcher::start(WatcherCallbacks { on_exit, on_hangup, on_readable: read })
            {
                Ok(watcher) => Some(watcher),
                Err(error) if error.kind() == io::ErrorKind::Unsupported => None,
                Err(error) => return Err(error),
            };
            let _ = WATCHER.set(watcher);
        }
    }
    Ok(watcher())
}

/// The system's watcher. `None`: this system has none, or no child has been started yet.
fn watcher() -> Option<&'static ExitWatcher> {
    WATCHER.get().and_then(Option::as_deref)
}

type Callback = Box<dyn FnOnce() + Send>;

/// Watches a process that is not ours to reap, and calls `ended` on the watcher's thread when it has ended. Returns a key
/// for [`forget_member`]. `None`: the process cannot be watched.
pub fn watch_member(pid: i32, ended: impl FnOnce() + Send + 'static) -> Option<usize> {
    let (watcher, handle) = (watcher()?, Handle::of_member(pid)?);
    let key = new_key() as usize;
    members().insert(key, Box::new(ended));
    let added = watcher.add(key, &handle).is_ok();
    if !added {
        members().remove(&key);
    }
    added.then_some(key)
}

/// Ends what [`watch_member`] began, and closes what it has opened.
pub fn forget_member(key: usize) {
    let ended = members().remove(&key);
    if let Some(watcher) = watcher().filter(|_| ended.is_some()) {
        watcher.forget(key);
    }
}

/// Reports the end of a process that [`watch_member`] watches. Does nothing with any other key.
pub fn member_has_exited(key: usize) {
    let ended = members().remove(&key);
    if let Some(ended) = ended {
        ended();
    }
}

fn members() -> MutexGuard<'static, HashMap<usize, Callback>> {
    static MEMBERS: OnceLock<Mutex<HashMap<usize, Callback>>> = OnceLock::new();
    MEMBERS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a pipe that is watched.
pub trait Reader: Send + Sync {
    /// Called on the watcher's thread while there is something to read.
    fn read(&self);
}

type Readers = HashMap<usize, Weak<dyn Reader>>;

/// Has `reader` read the pipe, on the watcher's thread, whenever there is something to read, until
/// [`forget_readable`]. Fails with `Unsupported` where no pipe can be watched.
pub fn watch_readable(key: usize, pipe: &PipeEnd, reader: Weak<dyn Reader>) -> io::Result<()> {
    let watcher = watcher().ok_or(io::ErrorKind::Unsupported)?;
    // Inserted first, because the event may come before `add_readable` returns.
    readers().insert(key, reader);
    let added = watcher.add_readable(key, pipe);
    if added.is_err() {
        readers().remove(&key);
    }
    added
}

/// Ends what [`watch_readable`] began. To be called before the pipe is closed.
pub fn forget_readable(key: usize, pipe: &PipeEnd) {
    if readers().remove(&key).is_some()
        && let Some(watcher) = watcher()
    {
        watcher.forget_readable(pipe);
    }
}

fn read(key: usize) {
    let reader = readers().get(&key).and_then(Weak::upgrade);
    if let Some(reader) = reader {
        reader.read();
    }
}

fn readers() -> MutexGuard<'static, Readers> {
    static READERS: OnceLock<Mutex<Readers>> = OnceLock::new();
    READERS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}
