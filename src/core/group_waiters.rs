//! The callers that wait until the group of a child is gone, and what is known of its members.

use super::clock::{self, Alarm};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(super) type Callback = Box<dyn FnOnce(bool) + Send>;

/// The callers that wait until the group is gone, and the state of the checks that are made for them.
#[derive(Default)]
pub struct GroupWaiters(Mutex<Waiters>);

#[derive(Default)]
pub(super) struct Waiters {
    /// The number of the latest waiter.
    pub(super) last: u64,
    pub(super) waiting: Vec<Waiter>,
    /// The next check of the group, if one is scheduled.
    pub(super) next_check: Option<Alarm>,
    pub(super) members: Members,
}

/// Processes of a group, by pid.
#[derive(Default)]
pub(super) struct Members {
    /// The reactor will report their ends; with the keys under which it watches them.
    watched: HashMap<i32, usize>,
    /// The reactor has reported their ends, but a check may still find them: kqueue reports an exit when it
    /// begins.
    ending: HashSet<i32>,
}

impl Members {
    pub(super) fn mark_ending(&mut self, member: i32) {
        self.watched.remove(&member);
        self.ending.insert(member);
    }

    /// Watches the members that run now. Returns whether the next check can wait for a report: at least one
    /// member is watched, and none is in the middle of its exit, whose completion is not reported.
    pub(super) fn update(&mut self, running: &[i32], watch: impl Fn(i32) -> Option<usize>) -> bool {
        self.ending.retain(|member| running.contains(member));
        for member in running {
            if !self.watched.contains_key(member)
                && !self.ending.contains(member)
                && let Some(key) = watch(*member)
            {
                self.watched.insert(*member, key);
            }
        }
        self.ending.is_empty() && !self.watched.is_empty()
    }

    /// Forgets all, and returns the keys of those that are still watched.
    pub(super) fn take_watched(&mut self) -> Vec<usize> {
        self.ending.clear();
        self.watched.drain().map(|(_, key)| key).collect()
    }
}

pub(super) struct Waiter {
    pub(super) number: u64,
    pub(super) callback: Callback,
    /// Fires when the waiter's time is over.
    pub(super) deadline: Option<Alarm>,
}

impl Waiter {
    pub(super) fn notify(self, gone: bool) {
        // The alarm holds a reference to the child.
        self.deadline.into_iter().for_each(clock::cancel);
        (self.callback)(gone);
    }
}

impl std::fmt::Debug for GroupWaiters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GroupWaiters")
    }
}

impl GroupWaiters {
    pub(super) fn lock(&self) -> MutexGuard<'_, Waiters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_is_ending_is_checked_again_and_not_watched_again() {
        let mut members = Members::default();
        let nobody = |_| -> Option<usize> { panic!("watched twice") };
        let anyone = |_| Some(7);
        assert!(members.update(&[1, 2], anyone));
        assert!(members.update(&[1, 2], nobody));
        members.mark_ending(1);
        assert!(!members.update(&[1, 2], nobody), "it is still there");
        assert!(members.update(&[2], nobody), "the other is watched");
        members.mark_ending(2);
        assert!(!members.update(&[], nobody));
        // The pids have been reused for new members.
        assert!(members.update(&[1, 2], anyone));
    }

    #[test]
    fn a_member_that_cannot_be_watched_is_checked_again() {
        let mut members = Members::default();
        assert!(!members.update(&[1], |_| None));
        assert!(members.update(&[1, 2], |member| (member == 2).then_some(7)));
    }
}
