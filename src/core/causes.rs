//! Which of the signals that this process sent, if any, ended a child. The record is kept under the lock of
//! the state machine. Signals are sent under that same lock, so every thread reports the same cause.

use super::exit_status::{Cause, End, ExitStatus};

/// The signals that this process has sent to a child.
#[derive(Debug, Default)]
pub struct Causes {
    /// The first cause other than `kill()`. It is the cause however the child then ends.
    first: Option<Cause>,
    /// One bit for each signal that `kill()`, `sendSignal()` or `killGroup()` has sent.
    by_hand: u64,
}

impl Causes {
    /// Records a signal that was sent to a child which had not exited.
    pub fn note(&mut self, cause: Cause, signal: i32) {
        match cause {
            Cause::Kill => self.by_hand |= bit(signal),
            cause => self.first = self.first.or(Some(cause)),
        }
    }

    /// The cause of an end, if one of the recorded signals caused it.
    pub fn of(&self, status: &ExitStatus) -> Option<Cause> {
        let by_hand = match status.end {
            End::Signal(signal) => self.by_hand & bit(signal) != 0,
            // Windows has no signals: sending one terminates the process with exit code 1.
            End::Code(code) => cfg!(windows) && self.by_hand != 0 && code == 1,
        };
        self.first.or(by_hand.then_some(Cause::Kill))
    }
}

/// Signals are numbered 1 to 64; signal 0 only asks and has no bit.
fn bit(signal: i32) -> u64 {
    signal.checked_sub(1).and_then(|shift| 1_u64.checked_shl(shift as u32)).unwrap_or(0)
}
