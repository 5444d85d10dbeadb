//! What was sent to a child, to tell later whether it ended of that.

use super::exit_status::ExitStatus;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent {
    /// Bit n - 1 for signal n.
    signals: u64,
    /// Whether one of them was meant to end the child.
    to_end: bool,
}

impl Sent {
    pub fn record(&mut self, signal: i32, to_end: bool) {
        self.signals |= bit(signal);
        self.to_end |= to_end;
    }

    /// Whether a child that was sent all this ended of it: of a signal that was meant to end it, however it
    /// took that, or of the very signal that it was sent. On Windows every signal is a termination.
    pub fn ended(&self, status: ExitStatus) -> bool {
        let fatal = if cfg!(windows) { self.signals } else { status.signal().map_or(0, bit) };
        self.to_end || self.signals & fatal != 0
    }
}

/// Signal 0 has none: it only asks.
fn bit(signal: i32) -> u64 {
    u32::try_from(signal - 1).ok().and_then(|shift| 1u64.checked_shl(shift)).unwrap_or(0)
}
