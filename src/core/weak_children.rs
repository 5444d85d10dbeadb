//! Children by id that this map does not keep alive.

use super::child::Child;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

#[derive(Default)]
pub struct WeakChildren {
    children: HashMap<u64, Weak<Child>>,
    /// How many there were when those that are gone were last cleared out.
    cleared_at: usize,
}

impl WeakChildren {
    pub fn insert(&mut self, child: &Arc<Child>) {
        // Whenever it has doubled: the cost of an insertion stays constant, and the gone are never
        // more than the living (or a handful).
        if self.children.len() > 2 * self.cleared_at + 64 {
            self.children.retain(|_, child| child.strong_count() > 0);
            self.cleared_at = self.children.len();
        }
        self.children.insert(child.id, Arc::downgrade(child));
    }

    pub fn get(&self, id: u64) -> Option<Arc<Child>> {
        self.children.get(&id)?.upgrade()
    }
}
