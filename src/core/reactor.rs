//! Learns of every exit, so that no child stays a zombie and no wait needs a thread. Each child is watched
//! from its start: by the system's [`ExitWatcher`], which is one thread for all children, or, where the system
//! offers none, by a thread of its own that sleeps in [`wait`](super::SharedChild::wait).
//!
//! It uses neither SIGCHLD nor `waitpid(-1)`: both belong to the host's event loop.

use super::child::{self, Child};
use super::collector::Collector;
use super::registry;
use super::sys::{ExitWatcher, Handle, PipeEnd, WatcherCallbacks};
use super::weak_children::WeakChildren;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

const CALLBACKS: WatcherCallbacks =
    WatcherCallbacks { on_exit: reap, on_hangup: settle_pipes, on_readable: read };

/// A number under which something can be watched, and nothing else is.
pub fn new_key() -> usize {
    child::next_id() as usize
}

/// The system's watcher, which is started at first use. `None`: this system has none.
/// Call this before a spawn: if a thread or a descriptor for the watcher is missing, the spawn fails before a
/// child exists.
pub fn start() -> io::Result<Option<&'static ExitWatcher>> {
    static WATCHER: OnceLock<Option<Arc<ExitWatcher>>> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    if WATCHER.get().is_none() {
        let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if WATCHER.get().is_none() {
            let watcher = match ExitWatcher::start(CALLBACKS) {
                Ok(watcher) => Some(watcher),
                Err(error) if error.kind() == io::ErrorKind::Unsupported => None,
                Err(error) => return Err(error),
            };
            let _ = WATCHER.set(watcher);
        }
    }
    Ok(WATCHER.get().and_then(Option::as_deref))
}

/// Watches a child until it has been reaped. The child must be in the registry.
pub fn watch(child: &Arc<Child>) -> io::Result<()> {
    let Some(handle) = child.shared.handle() else {
        return Ok(()); // someone has reaped it already
    };
    if let Some(watcher) = start()?
        && watcher.add(child.id as usize, &handle).is_ok()
    {
        return Ok(());
    }
    watch_with_a_thread(Arc::clone(child))
}

/// Watches a process of a child's group, which is not ours to reap. `false`: its end will not be reported.
pub fn watch_member(child: &Arc<Child>, pid: i32) -> bool {
    let (Ok(Some(watcher)), Some(handle)) = (start(), Handle::of_member(pid)) else { return false };
    let key = new_key();
    members().insert(key, (Arc::downgrade(child), pid));
    let added = watcher.add(key, &handle).is_ok();
    if !added {
        members().remove(&key);
    }
    added
}

/// Watched members of groups: from the watcher's key to the child that leads the group, and the member's pid.
type Members = HashMap<usize, (Weak<Child>, i32)>;

fn members() -> MutexGuard<'static, Members> {
    static MEMBERS: OnceLock<Mutex<Members>> = OnceLock::new();
    MEMBERS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs on the watcher's thread when a watched process has exited. `false`: it cannot be reaped yet and no
/// other thread waits for it, so the watcher should call this again.
fn reap(key: usize) -> bool {
    let Some(child) = registry::running(key as u64) else {
        member_has_exited(key);
        return true;
    };
    match child.shared.try_wait() {
        // Exited, but it cannot be reaped yet: a tracer (strace, gdb) holds the zombie until it has seen it.
        Ok(None) => watch_with_a_thread(child).is_ok(),
        // Reaped, by us or by someone else; or the system call has failed, and the child is still to be reaped.
        _ => child.shared.handle().is_none(),
    }
}

/// Reports the end of a group's member. The key may also be that of a child which has been reaped meanwhile; such
/// a key is not in the table.
fn member_has_exited(key: usize) {
    let member = members().remove(&key);
    if let Some((child, pid)) = member
        && let Some(child) = child.upgrade()
    {
        child.group_has_changed(pid);
    }
}

/// Watches a pipe of a child that has exited but whose other end is still open in some process. Once that end is
/// closed, the pipe is read to its end and closed, too. Where a pipe cannot be watched, it stays open until the
/// child's last handle is dropped.
pub fn watch_pipe(child: &Arc<Child>, pipe: &PipeEnd) {
    if let Ok(Some(watcher)) = start() {
        left_open().insert(child);
        let _ = watcher.add_hangup(child.id as usize, pipe);
    }
}

/// Runs on the watcher's thread when the other end of a pipe of the child has been closed.
fn settle_pipes(key: usize) {
    let child = left_open().get(key as u64);
    if let Some(child) = child {
        child.settle_pipes(|_| ()); // the pipes that stay open are being watched already
    }
}

/// Has the collector read the pipe, on the watcher's thread, whenever there is something to read, until
/// [`forget_readable`]. `Unsupported` where no pipe can be watched.
pub fn watch_readable(key: usize, pipe: &PipeEnd, collector: &Arc<Collector>) -> io::Result<()> {
    let watcher = start()?.ok_or(io::ErrorKind::Unsupported)?;
    // First, for the event may come before the next line.
    collectors().insert(key, Arc::downgrade(collector));
    let added = watcher.add_readable(key, pipe);
    if added.is_err() {
        collectors().remove(&key);
    }
    added
}

/// Call it before the pipe is closed.
pub fn forget_readable(key: usize, pipe: &PipeEnd) {
    if collectors().remove(&key).is_some()
        && let Ok(Some(watcher)) = start()
    {
        watcher.forget_readable(pipe);
    }
}

fn read(key: usize) {
    let collector = collectors().get(&key).and_then(Weak::upgrade);
    if let Some(collector) = collector {
        collector.read();
    }
}

fn collectors() -> MutexGuard<'static, HashMap<usize, Weak<Collector>>> {
    static COLLECTORS: OnceLock<Mutex<HashMap<usize, Weak<Collector>>>> = OnceLock::new();
    COLLECTORS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a thread pauses before it waits again after a wait that has failed.
const ASK_AGAIN: Duration = Duration::from_millis(50);

fn watch_with_a_thread(child: Arc<Child>) -> io::Result<()> {
    std::thread::Builder::new()
        .name("shared-child wait".into())
        .stack_size(64 * 1024)
        .spawn(move || {
            while child.shared.wait().is_err() && child.shared.handle().is_some() {
                std::thread::sleep(ASK_AGAIN); // a system call has failed, and the child is not reaped
            }
        })
        .map(drop)
}

/// Children that have exited, but some of whose pipes are still open in another process.
fn left_open() -> MutexGuard<'static, WeakChildren> {
    static LEFT_OPEN: OnceLock<Mutex<WeakChildren>> = OnceLock::new();
    LEFT_OPEN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}
