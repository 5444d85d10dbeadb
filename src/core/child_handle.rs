//! A handle on a child. It keeps the pipes and the group of a child that has exited.

use super::child::Child;
use std::ops::Deref;
use std::sync::Arc;

/// A counted reference to a child. A running child needs none, since the registry keeps it. A child that
/// has exited keeps its pipes, with what is left in them, until the last handle is dropped.
#[derive(Debug)]
pub struct ChildHandle(Arc<Child>);

impl ChildHandle {
    pub(super) fn new(child: Arc<Child>) -> Self {
        child.add_handle();
        Self(child)
    }

    pub fn child(&self) -> &Arc<Child> {
        &self.0
    }
}

impl Deref for ChildHandle {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl Drop for ChildHandle {
    fn drop(&mut self) {
        if self.0.remove_handle() {
            self.0.release_group_unless_needed();
        }
    }
}
