//! Decides whether a spawner thread may start a program for a caller: only if it has the caller's rights, and if
//! it can give the child the caller's priority.

use crate::core::sys::{Caller, RightsComparer};

/// What a spawner thread has found out about the rights of callers.
pub struct RightsCache {
    comparer: RightsComparer,
    /// The caller that was last found to have the same rights, and the number of the newest job that had been
    /// queued before that comparison.
    last: Option<(Caller, u64)>,
}

impl RightsCache {
    pub fn of_this_thread() -> Self {
        Self { comparer: RightsComparer::of_this_thread(), last: None }
    }

    /// Whether this thread may do a job of this caller. If the caller's rights have to be compared with those of this
    /// thread, `number` is the job's, and `newest` that of the newest job which is queued now.
    ///
    /// One comparison is enough for all jobs of the same caller that were queued before it: a thread can only give up
    /// rights, so when it queued them it had at least the rights that the comparison found.
    pub fn may_spawn_for(&mut self, caller: &Caller, number: Option<u64>, newest: u64) -> bool {
        if !self.comparer.can_give_priority(caller) {
            return false;
        }
        let Some(number) = number else { return true };
        if self.last.as_ref().is_some_and(|(last, until)| caller.is_same_thread(last) && number <= *until) {
            return true;
        }
        let same = self.comparer.finds_same_rights(caller);
        if same {
            self.last = Some((caller.clone(), newest));
        }
        same
    }
}
