//! The table of children, by id. A running child is kept here. The reaper finds here the child that has exited, and
//! `attach` the child that another thread has shared.

use super::child::Child;
use super::child_handle::ChildHandle;
use super::weak_children::WeakChildren;
use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

/// How many of the shared children that exited last are kept, so that a late `attach` still finds them.
const KEPT: usize = 1024;

/// The lock is held for map operations only. No child is dropped under it.
#[derive(Default)]
struct Registry {
    running: HashMap<u64, Running>,
    /// Shared children that have exited. A child can be found here for as long as something else keeps it alive.
    exited: WeakChildren,
    /// The latest of them, which are kept alive. The oldest comes first.
    recent: VecDeque<Arc<Child>>,
}

struct Running {
    child: Arc<Child>,
    shared: bool,
}

pub(super) fn insert(child: Arc<Child>) {
    lock().running.insert(child.id, Running { child, shared: false });
}

/// The child with this id, if it has not been reaped.
pub(super) fn running(id: u64) -> Option<Arc<Child>> {
    lock().running.get(&id).map(|running| Arc::clone(&running.child))
}

/// Removes a child that has exited from the running ones. If it was shared, it is kept among the recent ones.
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

/// A token for the child, valid in every thread of this process and nowhere else. It contains nothing that
/// another process could use, such as a pid.
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

/// A handle on the token's child. `None`: the token was not made by this process, or its child is gone.
pub fn attach(token: &str) -> Option<ChildHandle> {
    let id = token.split_once(':')?.1.parse().ok()?;
    // Compared as text: `parse` also accepts "+7" and "07", which no token of ours contains.
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
    /// Returns the oldest child if there are too many, for the caller to drop outside the lock.
    fn remember(&mut self, child: &Arc<Child>) -> Option<Arc<Child>> {
        self.exited.insert(child);
        self.recent.push_back(Arc::clone(child));
        (self.recent.len() > KEPT).then(|| self.recent.pop_front()).flatten()
    }
}

/// A random number that identifies this process image. A token that was stored in a file, or that was made
/// before an exec, does not match it.
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
