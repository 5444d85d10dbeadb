//! Time limits: a promise that nothing hangs is worth nothing if its test hangs instead.

use super::proc::children;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;
use std::time::{Duration, Instant};

/// The time that a test has: many times what it takes, for slow machines.
/// `SHARED_CHILD_TEST_SECONDS` is for scripts/mutants.mjs, whose tests are meant to hang.
fn seconds() -> u64 {
    std::env::var("SHARED_CHILD_TEST_SECONDS").map_or(120, |seconds| seconds.parse().unwrap())
}

/// Ends the test process, and what it has started, if it is not dropped in time.
#[must_use]
pub struct TimeLimit(
    #[expect(dead_code, reason = "its drop is what the watching thread waits for")] Sender<()>,
);

static STEPS: AtomicUsize = AtomicUsize::new(0);

/// Restarts the time limit, because one of many steps of a test is done. Only for a test in a process of its own, since
/// it gives more time to all tests of the process.
pub fn next_step() {
    STEPS.fetch_add(1, Relaxed);
}

pub fn time_limit() -> TimeLimit {
    let seconds = seconds();
    let (sender, dropped) = mpsc::channel();
    let test = thread::current().name().unwrap_or("a test").to_owned();
    thread::spawn(move || {
        let mut steps = 0;
        while dropped.recv_timeout(Duration::from_secs(seconds)) == Err(RecvTimeoutError::Timeout) {
            let last = std::mem::replace(&mut steps, STEPS.load(Relaxed));
            if steps != last {
                continue;
            }
            // Not with eprintln, whose output the test harness would capture.
            let _ = writeln!(std::io::stderr(), "{test} hangs: it was given {seconds} s");
            for child in children() {
                // SAFETY: takes integers. The thread that would reap it hangs, or is about to end with us.
                unsafe { libc::kill(child as i32, libc::SIGKILL) };
            }
            std::process::exit(101);
        }
    });
    TimeLimit(sender)
}

/// How long to poll for a change that no event reports: less than the test has, so that the test can say what it
/// was that did not come.
pub fn patience() -> Duration {
    Duration::from_secs(seconds()) / 2
}

/// Polls for a change that no event reports.
#[track_caller]
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < patience(), "never happened: {what}");
        thread::yield_now();
    }
}
