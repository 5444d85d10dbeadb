//! Ending a child, together with its group if it leads one: a signal that asks it to end and, after a grace
//! period, SIGKILL.

use super::child::Child;
use super::clock::{self, Alarm};
use super::exit_status::Cause;
use super::signal;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How to end a child.
#[derive(Clone, Copy, Debug)]
pub struct Ending {
    pub cause: Cause,
    /// The signal that asks it to end.
    pub signal: i32,
    /// The time between `signal` and SIGKILL. `None`: SIGKILL is never sent. Zero: SIGKILL is sent at once,
    /// instead of `signal`.
    pub grace: Option<Duration>,
}

/// The timers that will still send a signal to a child or to its group.
#[derive(Debug, Default)]
pub struct Endings(Mutex<Pending>);

#[derive(Debug, Default)]
struct Pending {
    /// Sends SIGKILL. Of several that were requested, only the earliest is kept.
    kill: Option<Alarm>,
    /// Those set by [`Child::end_after`], which ask the child to end.
    asks: Vec<Alarm>,
}

impl Endings {
    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn are_pending(&self) -> bool {
        let pending = self.lock();
        pending.kill.is_some() || !pending.asks.is_empty()
    }

    /// Removes an alarm after its work is done, and not before: the group is held while any alarm is pending.
    fn forget(&self, rung: Alarm) {
        let mut pending = self.lock();
        pending.asks.retain(|ask| *ask != rung);
        pending.kill = pending.kill.filter(|kill| *kill != rung);
    }

    pub fn cancel(&self) {
        let pending = std::mem::take(&mut *self.lock());
        pending.asks.into_iter().chain(pending.kill).for_each(clock::cancel);
    }
}

impl Child {
    /// Signals the child, or its whole group if it leads one. `true`: the signal was sent; `false`: no process
    /// was left to send it to.
    pub fn signal(&self, signal: i32, cause: Cause) -> io::Result<bool> {
        match self.leads_group() {
            true => self.shared.signal_group(signal, cause),
            false => self.shared.send_signal_because(signal, cause),
        }
    }

    /// Asks the child to end now, and kills it when the grace period is over. `false`: no process was left.
    pub fn end(self: &Arc<Self>, ending: Ending) -> io::Result<bool> {
        let Ending { cause, signal, grace } = ending;
        if grace == Some(Duration::ZERO) || signal == signal::KILL {
            return self.signal(signal::KILL, cause);
        }
        if !self.ask(signal, cause)? {
            return Ok(false);
        }
        // A grace period too long for the clock never ends.
        if let Some(at) = grace.and_then(|grace| Instant::now().checked_add(grace)) {
            self.kill_at(at, cause)?;
        }
        Ok(true)
    }

    #[cfg(unix)]
    fn ask(&self, signal: i32, cause: Cause) -> io::Result<bool> {
        let sent = self.signal(signal, cause)?;
        if sent {
            // A stopped process does not receive the signal until it is continued.
            self.signal(libc::SIGCONT, cause)?;
        }
        Ok(sent)
    }

    #[cfg(windows)]
    fn ask(&self, signal: i32, cause: Cause) -> io::Result<bool> {
        self.shared.ask_to_end(signal, cause)
    }

    /// Does the same after `delay`, unless the child has ended by then.
    pub fn end_after(self: &Arc<Self>, delay: Duration, ending: Ending) -> io::Result<()> {
        let Some(at) = Instant::now().checked_add(delay) else { return Ok(()) };
        let child = Arc::clone(self);
        let mut pending = self.endings.lock();
        let alarm = clock::set(at, move |alarm| {
            let _ = child.end(ending); // fails with EPERM if the child has changed its user; it then lives on
            child.endings.forget(alarm);
        })?;
        pending.asks.push(alarm);
        drop(pending);
        self.keep_endings_for_the_living();
        Ok(())
    }

    fn kill_at(self: &Arc<Self>, at: Instant, cause: Cause) -> io::Result<()> {
        let mut pending = self.endings.lock();
        if pending.kill.is_some_and(|kill| kill.at <= at) {
            return Ok(());
        }
        let child = Arc::clone(self);
        let alarm = clock::set(at, move |alarm| {
            let _ = child.signal(signal::KILL, cause);
            child.endings.forget(alarm);
        })?;
        let later = pending.kill.replace(alarm);
        drop(pending);
        later.into_iter().for_each(clock::cancel);
        self.keep_endings_for_the_living();
        Ok(())
    }
}
