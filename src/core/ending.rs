//! Ending a child, together with its group if it leads one: a signal that asks it to end and, after a grace
//! period, SIGKILL.

use super::child::Child;
use super::clock;
use super::exit_status::Cause;
use super::signal;
use std::io;
use std::sync::Arc;
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
        let mut pending = self.pending_signals.lock();
        let alarm = clock::set(at, move |alarm| {
            let _ = child.end(ending); // fails with EPERM if the child has changed its user; it then lives on
            child.pending_signals.forget(alarm);
        })?;
        pending.asks.push(alarm);
        drop(pending);
        self.cancel_signals_if_gone();
        Ok(())
    }

    fn kill_at(self: &Arc<Self>, at: Instant, cause: Cause) -> io::Result<()> {
        let mut pending = self.pending_signals.lock();
        if pending.kill.is_some_and(|kill| kill.at <= at) {
            return Ok(());
        }
        let child = Arc::clone(self);
        let alarm = clock::set(at, move |alarm| {
            let _ = child.signal(signal::KILL, cause);
            child.pending_signals.forget(alarm);
        })?;
        let later = pending.kill.replace(alarm);
        drop(pending);
        later.into_iter().for_each(clock::cancel);
        self.cancel_signals_if_gone();
        Ok(())
    }
}
