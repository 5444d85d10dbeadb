//! Whether a spawner thread may start a program for somebody.

use super::pool::Queued;
use crate::core::sys::{Caller, Witness};

/// What a spawner thread has found out about the rights of callers.
pub struct Proofs {
    witness: Witness,
    /// The last caller with the same rights, and the newest job that there was before this was looked up.
    last: Option<(Caller, u64)>,
}

impl Proofs {
    pub fn of_this_thread() -> Self {
        Self { witness: Witness::of_this_thread(), last: None }
    }

    /// Whether this thread may do the job. One look is enough for all jobs that were queued before it: their
    /// caller cannot have had less at its calls than it had at the look.
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
