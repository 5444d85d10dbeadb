//! The group that a child leads, seen from outside: learning when none of its processes runs any more.
//!
//! The kernel does not report that a process group has become empty. So the group is checked on the clock's thread:
//! when the child exits, whenever a member is reported to have ended, and at intervals, for what is not reported.

use super::child::Child;
use super::clock;
use super::exit_status::Cause;
use super::group_waiters::Waiter;
use super::process::Containment;
use super::reactor;
use super::sys::OwnProcess;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The interval between checks while no report can be relied on.
const SHORT_INTERVAL: Duration = Duration::from_millis(20);
/// The interval otherwise: members that joined since the last check are not watched yet.
const LONG_INTERVAL: Duration = Duration::from_secs(1);

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
            clock::set(at, move |_| child.on_wait_deadline(number))
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
    fn on_wait_deadline(self: &Arc<Self>, number: u64) {
        let mut waiters = self.group_waiters.lock();
        let at = waiters.waiting.iter().position(|waiter| waiter.number == number);
        let waiter = at.map(|at| waiters.waiting.swap_remove(at));
        drop(waiters);
        if let Some(waiter) = waiter {
            // One last check: the group may have ended since the previous one.
            waiter.notify(self.is_gone());
        }
        if !self.has_handles() {
            self.release_group_unless_needed();
        }
    }

    /// Called at the exit of the child itself, on the thread that reaped it.
    pub(super) fn on_leader_exit(self: &Arc<Self>) {
        // One system call rather than a search through all processes, which would hold up the reaping thread.
        let nobody_is_left = || matches!(self.shared.signal_group(0, Cause::Kill), Ok(false));
        if !self.leads_group() || nobody_is_left() {
            self.finish_group();
        } else if !self.has_handles() {
            self.release_group_unless_needed();
        } else if self.needs_group() || self.shared.with_process(OwnProcess::is_pinned) {
            self.watch_group();
        }
    }

    /// Called when the last handle of a child that has exited is dropped.
    pub(super) fn release_group_unless_needed(self: &Arc<Self>) {
        match self.needs_group() {
            true => self.watch_group(),
            false => self.shared.release_group(),
        }
    }

    /// Whether the group is still needed even without any handle: a caller waits for its end, a timer will
    /// signal it, its cgroup has to be removed, or it has to be killed when this process ends.
    fn needs_group(&self) -> bool {
        !self.group_waiters.lock().waiting.is_empty()
            || !self.pending_signals.is_empty()
            || self.containment == Containment::Cgroup
            || self.shared.with_process(OwnProcess::ends_with_this_process)
    }

    /// Called after a timer has been set: cancels it again if the child, with its group, has ended meanwhile.
    pub(super) fn cancel_signals_if_gone(self: &Arc<Self>) {
        if matches!(self.shared.try_wait(), Ok(None)) {
            return; // the child runs; its exit cancels them
        }
        match self.leads_group() {
            true => self.watch_group(),
            false => self.pending_signals.cancel(),
        }
    }

    /// Starts to check the group of a child that has exited, until the group is gone.
    pub(super) fn watch_group(self: &Arc<Self>) {
        if self.group_waiters.lock().next_check.is_none() {
            self.schedule_group_check(Duration::ZERO);
        }
    }

    /// Called when a watched member of the group has ended.
    pub(super) fn on_member_exit(self: &Arc<Self>, member: i32) {
        self.group_waiters.lock().members.mark_ending(member);
        self.schedule_group_check(Duration::ZERO);
    }

    /// Schedules a check of the group, unless one is due sooner. A later one is cancelled.
    fn schedule_group_check(self: &Arc<Self>, pause: Duration) {
        let at = Instant::now() + pause;
        let mut waiters = self.group_waiters.lock();
        if waiters.next_check.is_some_and(|check| check.at <= at) {
            return;
        }
        let child = Arc::clone(self);
        // Set under the lock: otherwise the alarm could fire before it is stored.
        let check = clock::set(at, move |_| child.check_group()).ok();
        let later = std::mem::replace(&mut waiters.next_check, check);
        drop(waiters);
        later.into_iter().for_each(clock::cancel);
        if check.is_none() {
            // The clock's thread could not be started. The waiters are told "not gone", and may ask again.
            self.notify_all(false);
        }
    }

    /// Checks the group. This runs on the clock's thread, because it may have to search through all processes.
    fn check_group(self: &Arc<Self>) {
        // Before the check: a change during the check has to schedule another one.
        self.group_waiters.lock().next_check = None;
        if matches!(self.shared.try_wait(), Ok(None)) {
            return; // the child still runs, and its exit starts the checks
        }
        if !self.leads_group() || self.shared.group_is_empty().unwrap_or(false) {
            self.finish_group();
        } else {
            let watched = self.watch_members();
            self.schedule_group_check(if watched { LONG_INTERVAL } else { SHORT_INTERVAL });
        }
    }

    /// Watches the members that run now. Returns whether the next check can wait for a report of the reactor.
    fn watch_members(self: &Arc<Self>) -> bool {
        let running = self.shared.with_process(|process| process.group_members());
        // Under the lock: otherwise an end could be reported before the member is recorded as watched.
        let members = &mut self.group_waiters.lock().members;
        members.update(&running, |member| {
            let leader = Arc::downgrade(self);
            reactor::watch_member(member, move || {
                if let Some(leader) = leader.upgrade() {
                    leader.on_member_exit(member);
                }
            })
        })
    }

    /// Whether the child has exited and no process of its group runs any more.
    fn is_gone(&self) -> bool {
        !matches!(self.shared.try_wait(), Ok(None))
            && (!self.leads_group() || self.shared.group_is_empty().unwrap_or(false))
    }

    /// Called when no process of the group runs any more, or the group has been released: cancels the timers, releases the
    /// group and calls the waiters.
    pub(super) fn finish_group(&self) {
        let mut waiters = self.group_waiters.lock();
        let check = waiters.next_check.take();
        let watched = waiters.members.take_watched();
        drop(waiters);
        check.into_iter().for_each(clock::cancel);
        // Processes of a group that has been released may run for long.
        watched.into_iter().for_each(reactor::forget_member);
        self.pending_signals.cancel();
        self.shared.release_group();
        self.notify_all(true);
    }

    fn notify_all(&self, gone: bool) {
        let waiting = std::mem::take(&mut self.group_waiters.lock().waiting);
        waiting.into_iter().for_each(|waiter| waiter.notify(gone));
    }
}
