//! The group that a child leads, seen from outside: learning when none of its processes runs any more.
//!
//! The kernel does not report that a process group has become empty. So the group is checked on the clock's thread:
//! when the child exits, whenever a member is reported to have ended, and at intervals, for what is not reported.

use super::child::Child;
use super::clock::{self, Alarm};
use super::exit_status::Cause;
use super::process::Containment;
use super::reactor;
use super::sys::OwnProcess;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

type Callback = Box<dyn FnOnce(bool) + Send>;

/// The callers that wait until the group is gone, and the state of the checks that are made for them.
#[derive(Default)]
pub struct GroupWaiters(Mutex<Waiters>);

#[derive(Default)]
struct Waiters {
    last: u64,
    waiting: Vec<Waiter>,
    /// The next check of the group, if one is scheduled.
    look: Option<Alarm>,
    members: Members,
}

/// Processes of a group, by pid.
#[derive(Default)]
struct Members {
    /// The reactor will report their ends.
    watched: HashSet<i32>,
    /// The reactor has reported their ends, but a check may still find them: kqueue reports an exit when it
    /// begins.
    ending: HashSet<i32>,
}

impl Members {
    fn ends(&mut self, member: i32) {
        self.watched.remove(&member);
        self.ending.insert(member);
    }

    /// Watches the members that run now. Returns whether the next check can wait for a report: at least one
    /// member is watched, and none is in the middle of its exit, whose completion is not reported.
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
    callback: Callback,
    /// Fires when the waiter's time is over.
    deadline: Option<Alarm>,
}

impl Waiter {
    fn tell(self, gone: bool) {
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
    fn lock(&self) -> MutexGuard<'_, Waiters> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The interval between checks while no report can be relied on.
const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// The interval otherwise: members that joined since the last check are not watched yet.
const LOOK_ANYHOW: Duration = Duration::from_secs(1);

impl Child {
    pub fn leads_group(&self) -> bool {
        self.containment != Containment::Child
    }

    /// Calls `callback` once: with `true` when no process of the group runs any more, or with `false` if
    /// `deadline` passes first. For a child that leads no group, the group is the child itself.
    pub fn on_group_gone(
        self: &Arc<Self>,
        deadline: Option<Instant>,
        callback: impl FnOnce(bool) + Send + 'static,
    ) {
        let callback = Box::new(callback);
        let mut waiters = self.group_waiters.lock();
        waiters.last += 1;
        let number = waiters.last;
        // Set under the lock: otherwise the alarm could fire before the waiter is in the list.
        let alarm = deadline.map(|at| {
            let child = Arc::clone(self);
            clock::set(at, move |_| child.tell_one(number))
        });
        let Ok(deadline) = alarm.transpose() else {
            drop(waiters);
            return callback(false);
        };
        waiters.waiting.push(Waiter { number, callback, deadline });
        drop(waiters);
        if !matches!(self.shared.try_wait(), Ok(None)) {
            self.watch_group();
        } // else the child still runs, and its exit starts the checks
    }

    /// Ends the wait of one caller, whose deadline has passed.
    fn tell_one(self: &Arc<Self>, number: u64) {
        let mut waiters = self.group_waiters.lock();
        let at = waiters.waiting.iter().position(|waiter| waiter.number == number);
        let waiter = at.map(|at| waiters.waiting.swap_remove(at));
        drop(waiters);
        if let Some(waiter) = waiter {
            // One last check: the group may have ended since the previous one.
            waiter.tell(self.is_gone());
        }
        if !self.has_handles() {
            self.let_go_of_group();
        }
    }

    /// Called at the exit of the child itself, on the thread that reaped it.
    pub(super) fn leaves_group(self: &Arc<Self>) {
        // One system call rather than a search through all processes, which would hold up the reaping thread.
        let nobody_is_left = || matches!(self.shared.signal_group(0, Cause::Kill), Ok(false));
        if !self.leads_group() || nobody_is_left() {
            self.group_is_gone();
        } else if !self.has_handles() {
            self.let_go_of_group();
        } else if self.holds_group() || self.shared.with_process(OwnProcess::is_pinned) {
            self.watch_group();
        }
    }

    /// Called when the last handle of a child that has exited is dropped.
    pub(super) fn let_go_of_group(self: &Arc<Self>) {
        match self.holds_group() {
            true => self.watch_group(),
            false => self.shared.release_group(),
        }
    }

    /// Whether the group is still needed even without any handle: a caller waits for its end, a timer will
    /// signal it, its cgroup has to be removed, or it has to be killed when this process ends.
    fn holds_group(&self) -> bool {
        !self.group_waiters.lock().waiting.is_empty()
            || self.endings.are_pending()
            || self.containment == Containment::Cgroup
            || self.shared.with_process(OwnProcess::is_tied)
    }

    /// Called after a timer has been set: cancels it again if the child, with its group, has ended meanwhile.
    pub(super) fn keep_endings_for_the_living(self: &Arc<Self>) {
        if matches!(self.shared.try_wait(), Ok(None)) {
            return; // the child runs; its exit cancels them
        }
        match self.leads_group() {
            true => self.watch_group(),
            false => self.endings.cancel(),
        }
    }

    /// Starts to check the group of a child that has exited, until the group is gone.
    pub(super) fn watch_group(self: &Arc<Self>) {
        if self.group_waiters.lock().look.is_none() {
            self.look_at_group_in(Duration::ZERO);
        }
    }

    /// Called when a watched member of the group has ended.
    pub(super) fn group_has_changed(self: &Arc<Self>, member: i32) {
        self.group_waiters.lock().members.ends(member);
        self.look_at_group_in(Duration::ZERO);
    }

    /// Schedules a check of the group, unless one is due sooner. A later one is cancelled.
    fn look_at_group_in(self: &Arc<Self>, pause: Duration) {
        let at = Instant::now() + pause;
        let mut waiters = self.group_waiters.lock();
        if waiters.look.is_some_and(|look| look.at <= at) {
            return;
        }
        let child = Arc::clone(self);
        // Set under the lock: otherwise the alarm could fire before it is stored.
        let look = clock::set(at, move |_| child.look_at_group()).ok();
        let later = std::mem::replace(&mut waiters.look, look);
        drop(waiters);
        later.into_iter().for_each(clock::cancel);
        if look.is_none() {
            // The clock's thread could not be started. The waiters are told "not gone", and may ask again.
            self.tell_all(false);
        }
    }

    /// Checks the group. This runs on the clock's thread, because it may have to search through all processes.
    fn look_at_group(self: &Arc<Self>) {
        // Before the check: a change during the check has to schedule another one.
        self.group_waiters.lock().look = None;
        if matches!(self.shared.try_wait(), Ok(None)) {
            return; // the child still runs, and its exit starts the checks
        }
        if !self.leads_group() || self.shared.group_is_empty().unwrap_or(false) {
            self.group_is_gone();
        } else {
            let watched = self.watch_members();
            self.look_at_group_in(if watched { LOOK_ANYHOW } else { LOOK_AGAIN });
        }
    }

    /// Watches the members that run now. Returns whether the next check can wait for a report of the reactor.
    fn watch_members(self: &Arc<Self>) -> bool {
        let running = self.shared.with_process(|process| process.group_members());
        // Under the lock: otherwise an end could be reported before the member is recorded as watched.
        let members = &mut self.group_waiters.lock().members;
        members.look(&running, |member| reactor::watch_member(self, member))
    }

    /// Whether the child has exited and no process of its group runs any more.
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
        // The pids have been reused for new members.
        assert!(members.look(&[1, 2], |_| true));
    }

    #[test]
    fn who_cannot_be_watched_is_looked_at_again() {
        let mut members = Members::default();
        assert!(!members.look(&[1], |_| false));
        assert!(members.look(&[1, 2], |member| member == 2));
    }
}
