//! Time limits: a promise that nothing hangs is worth nothing if its test hangs instead.

use std::io::Write;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

const SECONDS: u64 = 60;

/// Ends the test process when it is not dropped in time.
#[must_use]
pub struct TimeLimit(
    #[expect(dead_code, reason = "its drop is what the watching thread waits for")] Sender<()>,
);

/// The time that a test has, for slow machines: it takes a fraction of it.
pub fn time_limit() -> TimeLimit {
    let (sender, dropped) = mpsc::channel();
    let test = thread::current().name().unwrap_or("a test").to_owned();
    thread::spawn(move || {
        if dropped.recv_timeout(Duration::from_secs(SECONDS)) == Err(RecvTimeoutError::Timeout) {
            // Not by eprintln, which the test harness would keep to itself.
            let _ = writeln!(std::io::stderr(), "{test} hangs: it was given {SECONDS} s");
            std::process::exit(101);
        }
    });
    TimeLimit(sender)
}

/// Asks again and again, for what nothing announces.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < Duration::from_secs(SECONDS / 2), "never happened: {what}");
        thread::yield_now();
    }
}
