//! The table of children: finds a child again by its id. So does the reactor when one has exited, and a handle that
//! travels between the threads of a process.

use super::child::{Child, ChildHandle};
use super::weak_children::WeakChildren;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// How many shared children that have exited are kept for those who come late.
const KEPT: usize = 1024;

/// All locks are held for a map operation only; no child is dropped under it.
#[derive(Default)]
struct Registry {
    running: HashMap<u64, Running>,
    /// Shared children that have exited, for as long as anyone holds them.
    exited: WeakChildren,
    /// Holds the latest of them, oldest first.
    recent: VecDeque<Arc<Child>>,
}

struct Running {
    child: Arc<Child>,
    shared: bool,
}

pub(super) fn insert(child: Arc<Child>) {
    lock().running.insert(child.id, Running { child, shared: false });
}

/// A child that has not been reaped.
pub(super) fn running(id: u64) -> Option<Arc<Child>> {
    lock().running.get(&id).map(|running| Arc::clone(&running.child))
}

/// Lets go of a child that has exited, unless it was shared: then it stays among the recent ones.
pub(super) fn mark_exited(child: &Arc<Child>) {
    let mut registry = lock();
    let running = registry.running.remove(&child.id);
    let forgotten = match &running {
        Some(running) if running.shared => registry.remember(child),
        _ => None,
    };
    drop(registry);
    drop((running, forgotten));
}

/// A token for the child: good in any thread of this process, and only there. It says nothing that
/// another process could use.
pub fn share(child: &Arc<Child>) -> String {
    let mut registry = lock();
    let forgotten = if let Some(running) = registry.running.get_mut(&child.id) {
        running.shared = true;
        None
    } else if registry.exited.get(child.id).is_some() {
        None
    } else {
        registry.remember(child)
    };
    drop(registry);
    drop(forgotten);
    token_of(child.id)
}

fn token_of(id: u64) -> String {
    format!("{:032x}:{id}", nonce())
}

/// The child of a token; `None` when the token is not of this process, or its child is gone.
pub fn attach(token: &str) -> Option<ChildHandle> {
    let id = token.split_once(':')?.1.parse().ok()?;
    // To the letter: "+7" and "07" are numbers as well, but no tokens of ours.
    if token != token_of(id) {
        return None;
    }
    let registry = lock();
    let child = match registry.running.get(&id) {
        Some(running) => running.shared.then(|| Arc::clone(&running.child)),
        None => registry.exited.get(id),
    };
    drop(registry);
    child.map(ChildHandle::new)
}

impl Registry {
    /// Returns the one that gives way, to be dropped outside the lock.
    fn remember(&mut self, child: &Arc<Child>) -> Option<Arc<Child>> {
        self.exited.insert(child);
        self.recent.push_back(Arc::clone(child));
        (self.recent.len() > KEPT).then(|| self.recent.pop_front()).flatten()
    }
}

/// Tells this process image from any other: a token that went through a file, or over an exec, does
/// not match.
fn nonce() -> u128 {
    static NONCE: OnceLock<u128> = OnceLock::new();
    *NONCE.get_or_init(|| {
        let [high, low] =
            [1, 2].map(|salt| u128::from(RandomState::new().hash_one((salt, std::process::id()))));
        high << 64 | low
    })
}

fn lock() -> MutexGuard<'static, Registry> {
    static REGISTRY: OnceLock<Mutex<Registry>> = OnceLock::new();
    REGISTRY.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}
