//! Why a child ended, as far as this process had a hand in it. Kept under the lock of the state machine,
//! which is the lock that also sends: so all threads tell the same.

use super::exit_status::{Cause, End, ExitStatus};

/// The signals that this process has sent to a child.
#[derive(Debug, Default)]
pub struct Causes {
    /// The first of those that are meant to end it, whatever it dies of in the end.
    first: Option<Cause>,
    /// One bit for each signal that was sent by hand.
    by_hand: u64,
}

impl Causes {
    /// A signal has been sent to a child that had not exited.
    pub fn note(&mut self, cause: Cause, signal: i32) {
        match cause {
            Cause::Kill => self.by_hand |= bit(signal),
            cause => self.first = self.first.or(Some(cause)),
        }
    }

    pub fn of(&self, status: &ExitStatus) -> Option<Cause> {
        let by_hand = match status.end {
            End::Signal(signal) => self.by_hand & bit(signal) != 0,
            // Windows has no signals: each that is sent ends the process with this code.
            End::Code(code) => cfg!(windows) && self.by_hand != 0 && code == 1,
        };
        self.first.or(by_hand.then_some(Cause::Kill))
    }
}

/// Signals have the numbers 1 to 64; 0 is none.
fn bit(signal: i32) -> u64 {
    signal.checked_sub(1).and_then(|shift| 1_u64.checked_shl(shift as u32)).unwrap_or(0)
}
