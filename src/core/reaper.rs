//! Reaps every child that exits, so that none stays a zombie and no wait needs a thread. The reactor reports the exit.
//! Where it cannot, a thread for that one child sleeps in [`wait`](super::SharedChild::wait).

use super::child::Child;
use super::reactor;
use super::registry;
use super::sys::{ExitWatcher, PipeEnd};
use super::weak_children::WeakChildren;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// Starts the reactor, unless it runs. Returns the system's watcher; `None`: this system has none. Call this before a
/// spawn: if a thread or a descriptor for it is missing, the spawn fails before a child exists.
pub fn start() -> io::Result<Option<&'static ExitWatcher>> {
    reactor::start(reap, pipe_has_hung_up)
}

/// Puts a child that has just been started into the registry, and watches it until it has been reaped.
pub fn watch(child: &Arc<Child>) -> io::Result<()> {
    registry::insert(Arc::clone(child));
    settle_at_exit(child);
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

fn settle_at_exit(child: &Arc<Child>) {
    // Weak: the child owns this listener, and a strong reference would keep the child alive for ever.
    let this = Arc::downgrade(child);
    child.shared.on_exit(move |_| {
        if let Some(child) = this.upgrade() {
            child.settle_pipes(|pipe| watch_pipe(&child, pipe));
            registry::mark_exited(&child);
            child.on_leader_exit();
        }
    });
}

/// Runs on the watcher's thread when a watched process has exited. `false`: it cannot be reaped yet and no
/// other thread waits for it, so the watcher should call this again.
fn reap(key: usize) -> bool {
    let Some(child) = registry::running(key as u64) else {
        // A member of a group, or a child that has been reaped meanwhile.
        reactor::member_has_exited(key);
        return true;
    };
    match child.shared.try_wait() {
        // Exited, but it cannot be reaped yet: a tracer (strace, gdb) holds the zombie until it has seen it.
        Ok(None) => watch_with_a_thread(child).is_ok(),
        // Reaped, by us or by someone else; or the system call has failed, and the child is still to be reaped.
        _ => child.shared.handle().is_none(),
    }
}

/// How long a thread pauses before it waits again after a wait that has failed.
const WAIT_AGAIN: Duration = Duration::from_millis(50);

fn watch_with_a_thread(child: Arc<Child>) -> io::Result<()> {
    std::thread::Builder::new()
        .name("shared-child wait".into())
        .stack_size(64 * 1024)
        .spawn(move || {
            while child.shared.wait().is_err() && child.shared.handle().is_some() {
                std::thread::sleep(WAIT_AGAIN); // a system call has failed, and the child is not reaped
            }
        })
        .map(drop)
}

/// Watches a pipe of a child that has exited but whose other end is still open in some process. Once that end is
/// closed, the pipe is read to its end and closed, too. Where a pipe cannot be watched, it stays open until the
/// child's last handle is dropped.
fn watch_pipe(child: &Arc<Child>, pipe: &PipeEnd) {
    if let Ok(Some(watcher)) = start() {
        left_open().insert(child);
        let _ = watcher.add_hangup(child.id as usize, pipe);
    }
}

/// Runs on the watcher's thread when the other end of a pipe of the child has been closed.
fn pipe_has_hung_up(key: usize) {
    let child = left_open().get(key as u64);
    if let Some(child) = child {
        child.settle_pipes(|_| ()); // the pipes that stay open are being watched already
    }
}

/// Children that have exited, but some of whose pipes are still open in another process.
fn left_open() -> MutexGuard<'static, WeakChildren> {
    static LEFT_OPEN: OnceLock<Mutex<WeakChildren>> = OnceLock::new();
    LEFT_OPEN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}
