//! The timers of a child that is to be ended later.

use super::clock::{self, Alarm};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The timers that will still send a signal to a child or to its group.
#[derive(Debug, Default)]
pub struct PendingSignals(Mutex<Pending>);

#[derive(Debug, Default)]
pub(super) struct Pending {
    /// Sends SIGKILL. Of several that were requested, only the earliest is kept.
    pub(super) kill: Option<Alarm>,
    /// Those set by [`Child::end_after`](super::child::Child::end_after), which ask the child to end.
    pub(super) asks: Vec<Alarm>,
}

impl PendingSignals {
    pub(super) fn lock(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn is_empty(&self) -> bool {
        let pending = self.lock();
        pending.kill.is_none() && pending.asks.is_empty()
    }

    /// Removes an alarm after its work is done, and not before: the group is held while any alarm is pending.
    pub(super) fn forget(&self, rung: Alarm) {
        let mut pending = self.lock();
        pending.asks.retain(|ask| *ask != rung);
        pending.kill = pending.kill.filter(|kill| *kill != rung);
    }

    pub fn cancel(&self) {
        let pending = std::mem::take(&mut *self.lock());
        pending.asks.into_iter().chain(pending.kill).for_each(clock::cancel);
    }
}
