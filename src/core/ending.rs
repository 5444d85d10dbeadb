//! Ending a child, with its group if it leads one: a signal that asks, and after a time of grace SIGKILL.

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
    /// What asks it to end.
    pub signal: i32,
    /// How long it has after that; `None`: for ever. With no time at all it is not asked.
    pub grace: Option<Duration>,
}

/// What is still to be sent to a child, or to what it has left.
#[derive(Debug, Default)]
pub struct Endings(Mutex<Pending>);

#[derive(Debug, Default)]
struct Pending {
    /// When it is killed: the earliest that anybody has asked for.
    kill: Option<Alarm>,
    /// When others ask it to end.
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

    /// One that has rung, and has done what it is for. Not before: while anything is pending, the group is kept.
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
    /// Signals the child, or its whole group if it leads one: `true` when it was sent, `false` when nobody is
    /// left.
    pub fn signal(&self, signal: i32, cause: Cause) -> io::Result<bool> {
        match self.leads_group() {
            true => self.shared.signal_group(signal, cause),
            false => self.shared.send_signal_because(signal, cause),
        }
    }

    /// Asks it to end, now, and kills it when its time is over. `false`: nobody is left to be asked.
    pub fn end(self: &Arc<Self>, ending: Ending) -> io::Result<bool> {
        let Ending { cause, signal, grace } = ending;
        if grace == Some(Duration::ZERO) || signal == signal::KILL {
            return self.signal(signal::KILL, cause);
        }
        if !self.signal(signal, cause)? {
            return Ok(false);
        }
        // Of one that is stopped, the signal waits until it goes on.
        #[cfg(unix)]
        self.signal(libc::SIGCONT, cause)?;
        // A time that no clock can hold is for ever.
        if let Some(at) = grace.and_then(|grace| Instant::now().checked_add(grace)) {
            self.kill_at(at, cause)?;
        }
        Ok(true)
    }

    /// The same after `delay`, if it has not ended by then.
    pub fn end_after(self: &Arc<Self>, delay: Duration, ending: Ending) -> io::Result<()> {
        let Some(at) = Instant::now().checked_add(delay) else { return Ok(()) };
        let child = Arc::clone(self);
        let mut pending = self.endings.lock();
        let alarm = clock::set(at, move |alarm| {
            let _ = child.end(ending); // EPERM of a child that has changed its user: it lives on
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
