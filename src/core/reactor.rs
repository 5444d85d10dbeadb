//! Learns of every exit, so that no child becomes a zombie and no wait needs a thread. Each child is
//! watched from birth: by the system's [`ExitWatcher`] (one thread for all of them), or by a thread of
//! its own that sleeps in [`wait`](super::SharedChild::wait) where there is no such thing.
//!
//! Never SIGCHLD and never `waitpid(-1)`: the host's event loop owns both.

use super::child::{self, Child};
use super::registry;
use super::sys::{ExitWatcher, Handle, PipeEnd};
use super::weak_children::WeakChildren;
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

/// The system's watcher, started at its first use; `None` where there is none, for ever.
/// Call it before a spawn, so that what it lacks (a thread, a descriptor) is found missing while there
/// is no child yet.
pub fn start() -> io::Result<Option<&'static ExitWatcher>> {
    static WATCHER: OnceLock<Option<Arc<ExitWatcher>>> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    if WATCHER.get().is_none() {
        let _alone = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
        if WATCHER.get().is_none() {
            let watcher = match ExitWatcher::start(reap, settle_pipes) {
                Ok(watcher) => Some(watcher),
                Err(error) if error.kind() == io::ErrorKind::Unsupported => None,
                Err(error) => return Err(error),
            };
            let _ = WATCHER.set(watcher);
        }
    }
    Ok(WATCHER.get().and_then(Option::as_deref))
}

/// Watches a child, which is in the registry, until it has been reaped.
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

/// Watches a process of a child's group, which is not ours to reap. `false`: its end will not be told.
pub fn watch_member(child: &Arc<Child>, pid: i32) -> bool {
    let (Ok(Some(watcher)), Some(handle)) = (start(), Handle::of_member(pid)) else { return false };
    let key = child::next_id() as usize;
    members().insert(key, (Arc::downgrade(child), pid));
    let added = watcher.add(key, &handle).is_ok();
    if !added {
        members().remove(&key);
    }
    added
}

/// Processes of groups, by key: the child that leads the group, and the pid.
type Members = HashMap<usize, (Weak<Child>, i32)>;

fn members() -> MutexGuard<'static, Members> {
    static MEMBERS: OnceLock<Mutex<Members>> = OnceLock::new();
    MEMBERS.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs on the watcher's thread when a watched process has exited. `false`: it cannot be reaped yet, and
/// nobody else waits for it, so the watcher should ask again.
fn reap(key: usize) -> bool {
    let Some(child) = registry::running(key as u64) else {
        member_has_exited(key);
        return true;
    };
    match child.shared.try_wait() {
        // Exited, but not to be reaped: a tracer (strace, gdb) holds the zombie until it has seen it.
        Ok(None) => watch_with_a_thread(child).is_ok(),
        // Reaped, by us or by somebody else; or the system call has failed, and nothing has come of it.
        _ => child.shared.handle().is_none(),
    }
}

/// Nothing is known under the key of a child that somebody else has reaped.
fn member_has_exited(key: usize) {
    let member = members().remove(&key);
    if let Some((child, pid)) = member
        && let Some(child) = child.upgrade()
    {
        child.group_has_changed(pid);
    }
}

/// Watches a pipe of a child that has exited, so that it can be drained and closed when whoever still
/// holds it has let go. Where that cannot be watched, it stays open until its handle is gone.
pub fn watch_pipe(child: &Arc<Child>, pipe: &PipeEnd) {
    if let Ok(Some(watcher)) = start() {
        left_open().insert(child);
        let _ = watcher.add_hangup(child.id as usize, pipe);
    }
}

/// Runs on the watcher's thread when a pipe of the child has been left.
fn settle_pipes(key: usize) {
    let child = left_open().get(key as u64);
    if let Some(child) = child {
        child.settle_pipes(|_| ()); // those that are still open are still watched
    }
}

/// How soon a thread asks again after a child for which it could not wait.
const ASK_AGAIN: Duration = Duration::from_millis(50);

fn watch_with_a_thread(child: Arc<Child>) -> io::Result<()> {
    std::thread::Builder::new()
        .name("shared-child wait".into())
        .stack_size(64 * 1024)
        .spawn(move || {
            while child.shared.wait().is_err() && child.shared.handle().is_some() {
                std::thread::sleep(ASK_AGAIN); // a system call has failed
            }
        })
        .map(drop)
}

/// Children that have exited, with pipes that someone else holds.
fn left_open() -> MutexGuard<'static, WeakChildren> {
    static LEFT_OPEN: OnceLock<Mutex<WeakChildren>> = OnceLock::new();
    LEFT_OPEN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}
