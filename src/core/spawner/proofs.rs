//! Decides whether a spawner thread may start a program for a caller: only if it has the caller's rights, and if
//! it can give the child the caller's priority.

use super::pool::Queued;
use crate::core::sys::{Caller, Witness};

/// What a spawner thread has found out about the rights of callers.
pub struct Proofs {
    witness: Witness,
    /// The caller that was last found to have the same rights, and the number of the newest job that had been
    /// queued before that comparison.
    last: Option<(Caller, u64)>,
}

impl Proofs {
    pub fn of_this_thread() -> Self {
        Self { witness: Witness::of_this_thread(), last: None }
    }

    /// Whether this thread may do the job. One comparison is enough for all jobs of the same caller that were
    /// queued before it: a thread can only give up rights, so when it queued them it had at least the rights that
    /// the comparison found.
    pub fn hold_for(&mut self, queued: &Queued, newest: u64) -> bool {
        let Queued { caller, unproved, number, .. } = queued;
        if !self.witness.can_give_priority(caller) {
            return false;
        }
        let proved = self.last.as_ref().is_some_and(|(last, until)| caller.is(last) && number <= until);
        if *unproved && !proved {
            if !self.witness.finds_same_rights(caller) {
                return false;
            }
            self.last = Some((caller.clone(), newest));
        }
        true
    }
}
