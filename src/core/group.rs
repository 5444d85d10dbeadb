//! What a child has started and leads, after the child itself: learning that nothing of it is left.

use super::child::Child;
use super::clock::{self, Alarm};
use super::exit_status::Cause;
use super::process::Containment;
use super::reactor;
use super::sys::OwnProcess;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

type Told = Box<dyn FnOnce(bool) + Send>;

/// Who waits until a group is gone.
#[derive(Default)]
pub struct GroupWaiters(Mutex<Waiters>);

#[derive(Default)]
struct Waiters {
    last: u64,
    waiting: Vec<Waiter>,
    /// When the group is looked at again; `None`: nobody has asked.
    look: Option<Alarm>,
    members: Members,
}

/// Processes of a group.
#[derive(Default)]
struct Members {
    /// The reactor will tell of their ends.
    watched: HashSet<i32>,
    /// It has told, but a look may still find them: kqueue tells of an end that has begun.
    ending: HashSet<i32>,
}

impl Members {
    fn ends(&mut self, member: i32) {
        self.watched.remove(&member);
        self.ending.insert(member);
    }

    /// Whether the end of one of those who run now will be told; and of none only that it has begun, for which nobody
    /// knows how long it takes.
    fn look(&mut self, running: &[i32], watch: impl Fn(i32) -> bool) -> bool {
        self.ending.retain(|member| running.contains(member));
        for member in running {
            if !self.watched.contains(member) && !self.ending.contains(member) && watch(*member) {
                self.watched.insert(*member);
            }
        }
        self.ending.is_empty() && !self.watched.is_empty()
    }
}

struct Waiter {
    number: u64,
    told: Told,
    /// When it is told that it has waited long enough.
    deadline: Option<Alarm>,
}

impl Waiter {
    fn tell(self, gone: bool) {
        // Or the alarm would keep the child.
        self.deadline.into_iter().for_each(clock::cancel);
        (self.told)(gone);
    }
}

impl std::fmt::Debug for GroupWaiters {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GroupWaiters")
    }
}

impl GroupWaiters {
    fn lock(&self) -> MutexGuard<'_, Waiters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How soon to look again at a group of which nothing can be watched.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// How soon to look again at all: more may have joined than are watched.
const LOOK_ANYHOW: Duration = Duration::from_secs(1);

impl Child {
    pub fn leads_group(&self) -> bool {
        self.containment != Containment::Child
    }

    /// Calls `told` once: with `true` when nothing of the group runs any more, with `false` when `deadline`
    /// has passed before. A child that leads no group counts as its own.
    pub fn on_group_gone(
        self: &Arc<Self>,
        deadline: Option<Instant>,
        told: impl FnOnce(bool) + Send + 'static,
    ) {
        let told = Box::new(told);
        let mut waiters = self.group_waiters.lock();
        waiters.last += 1;
        let number = waiters.last;
        // Under the lock, or the alarm could ring before it is noted.
        let alarm = deadline.map(|at| {
            let child = Arc::clone(self);
            clock::set(at, move |_| child.tell_one(number))
        });
        let Ok(deadline) = alarm.transpose() else {
            drop(waiters);
            return told(false);
        };
        waiters.waiting.push(Waiter { number, told, deadline });
        drop(waiters);
        if !matches!(self.shared.try_wait(), Ok(None)) {
            self.watch_group();
        } // else its exit will see to it
    }

    /// One whose time is over.
    fn tell_one(self: &Arc<Self>, number: u64) {
        let mut waiters = self.group_waiters.lock();
        let at = waiters.waiting.iter().position(|waiter| waiter.number == number);
        let waiter = at.map(|at| waiters.waiting.swap_remove(at));
        drop(waiters);
        if let Some(waiter) = waiter {
            // A last look: it may be gone, and nobody may have looked yet.
            waiter.tell(self.is_gone());
        }
        if !self.has_handles() {
            self.let_go_of_group();
        }
    }

    /// At the exit of the child itself, on the thread that reaped it.
    pub(super) fn leaves_group(self: &Arc<Self>) {
        // The kernel's word, and no walk through the processes: whoever reaped is in a hurry.
        let nobody_is_left = || matches!(self.shared.signal_group(0, Cause::Kill), Ok(false));
        if !self.leads_group() || nobody_is_left() {
            self.group_is_gone();
        } else if !self.has_handles() {
            self.let_go_of_group();
        } else if self.holds_group() || self.shared.with_process(OwnProcess::is_pinned) {
            self.watch_group();
        }
    }

    /// When the last handle of a child that has exited is gone.
    pub(super) fn let_go_of_group(self: &Arc<Self>) {
        match self.holds_group() {
            true => self.watch_group(),
            false => self.shared.release_group(),
        }
    }

    /// Whether something is still to be done about the group, handles or not: to tell that it is gone, to kill it
    /// when its time is over, or with this process, or to remove its cgroup.
    fn holds_group(&self) -> bool {
        !self.group_waiters.lock().waiting.is_empty()
            || self.endings.are_pending()
            || self.containment == Containment::Cgroup
            || self.shared.with_process(OwnProcess::is_tied)
    }

    /// An alarm may have been set for a child that is gone by now.
    pub(super) fn keep_endings_for_the_living(self: &Arc<Self>) {
        if matches!(self.shared.try_wait(), Ok(None)) {
            return; // its exit will see to it
        }
        match self.leads_group() {
            true => self.watch_group(),
            false => self.endings.cancel(),
        }
    }

    /// From here on somebody looks at the group of a child that has exited, until it is gone.
    pub(super) fn watch_group(self: &Arc<Self>) {
        if self.group_waiters.lock().look.is_none() {
            self.look_at_group_in(Duration::ZERO);
        }
    }

    /// A process of the group has ended.
    pub(super) fn group_has_changed(self: &Arc<Self>, member: i32) {
        self.group_waiters.lock().members.ends(member);
        self.look_at_group_in(Duration::ZERO);
    }

    /// Instead of any later look.
    fn look_at_group_in(self: &Arc<Self>, pause: Duration) {
        let at = Instant::now() + pause;
        let mut waiters = self.group_waiters.lock();
        if waiters.look.is_some_and(|look| look.at <= at) {
            return;
        }
        let child = Arc::clone(self);
        // Under the lock, or it could ring before it is noted.
        let look = clock::set(at, move |_| child.look_at_group()).ok();
        let later = std::mem::replace(&mut waiters.look, look);
        drop(waiters);
        later.into_iter().for_each(clock::cancel);
        if look.is_none() {
            // There is no thread to look: those who wait may ask again.
            self.tell_all(false);
        }
    }

    /// On the thread of the clock, for it may walk through all processes.
    fn look_at_group(self: &Arc<Self>) {
        // First: what changes from here on asks for another look.
        self.group_waiters.lock().look = None;
        if matches!(self.shared.try_wait(), Ok(None)) {
            return; // its exit will see to it
        }
        if !self.leads_group() || self.shared.group_is_empty().unwrap_or(false) {
            self.group_is_gone();
        } else {
            let watched = self.watch_members();
            self.look_at_group_in(if watched { LOOK_ANYHOW } else { LOOK_AGAIN });
        }
    }

    /// Whether the end of any of them will be told.
    fn watch_members(self: &Arc<Self>) -> bool {
        let running = self.shared.with_process(|process| process.group_members());
        // Under the lock, or an end could be told before it is noted that it will be.
        let members = &mut self.group_waiters.lock().members;
        members.look(&running, |member| reactor::watch_member(self, member))
    }

    /// Whether the child has exited, and nobody of its group runs any more.
    fn is_gone(&self) -> bool {
        !matches!(self.shared.try_wait(), Ok(None))
            && (!self.leads_group() || self.shared.group_is_empty().unwrap_or(false))
    }

    pub(super) fn group_is_gone(&self) {
        let look = self.group_waiters.lock().look.take();
        look.into_iter().for_each(clock::cancel);
        self.endings.cancel();
        self.shared.release_group();
        self.tell_all(true);
    }

    fn tell_all(&self, gone: bool) {
        let waiting = std::mem::take(&mut self.group_waiters.lock().waiting);
        waiting.into_iter().for_each(|waiter| waiter.tell(gone));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_that_is_ending_is_looked_at_again_and_not_watched_again() {
        let mut members = Members::default();
        let nobody = |_| -> bool { panic!("watched twice") };
        assert!(members.look(&[1, 2], |_| true));
        assert!(members.look(&[1, 2], nobody));
        members.ends(1);
        assert!(!members.look(&[1, 2], nobody), "it is still there");
        assert!(members.look(&[2], nobody), "the other is watched");
        members.ends(2);
        assert!(!members.look(&[], nobody));
        // Their pids are used again.
        assert!(members.look(&[1, 2], |_| true));
    }

    #[test]
    fn who_cannot_be_watched_is_looked_at_again() {
        let mut members = Members::default();
        assert!(!members.look(&[1], |_| false));
        assert!(members.look(&[1, 2], |member| member == 2));
    }
}
