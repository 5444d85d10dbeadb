//! A map from ids to children that does not keep the children alive.

use super::child::Child;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

#[derive(Default)]
pub struct WeakChildren {
    children: HashMap<u64, Weak<Child>>,
    /// The size of the map after it was last swept.
    size_after_sweep: usize,
}

impl WeakChildren {
    pub fn insert(&mut self, child: &Arc<Child>) {
        // Sweep whenever the map has doubled: an insertion costs constant time on average, and there are never
        // many more dead entries than living ones.
        if self.children.len() > 2 * self.size_after_sweep + 64 {
            self.children.retain(|_, child| child.strong_count() > 0);
            self.size_after_sweep = self.children.len();
        }
        self.children.insert(child.id, Arc::downgrade(child));
    }

    pub fn get(&self, id: u64) -> Option<Arc<Child>> {
        self.children.get(&id)?.upgrade()
    }
}
