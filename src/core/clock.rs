//! Timers. One thread runs them all; it is started at first use and ends when no timer is left. It belongs to
//! the process, so a timer outlasts the worker that set it.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

type Act = Box<dyn FnOnce(Alarm) + Send>;

/// Identifies a timer until it has fired. The number tells apart timers that are due at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alarm {
    pub at: Instant,
    number: u64,
}

struct Clock {
    alarms: BTreeMap<Alarm, Act>,
    last: u64,
    has_thread: bool,
}

static CLOCK: Mutex<Clock> = Mutex::new(Clock { alarms: BTreeMap::new(), last: 0, has_thread: false });
static EARLIER: Condvar = Condvar::new();

/// How long the thread stays when no timer is set.
const IDLE: Duration = Duration::from_secs(1);
/// Enough for a callback that reads /proc.
const STACK_SIZE: usize = 256 * 1024;

/// Runs `act` once on the clock's thread, at the time `at` or a little later, and passes it the alarm. `act`
/// may set and cancel alarms.
pub fn set(at: Instant, act: impl FnOnce(Alarm) + Send + 'static) -> io::Result<Alarm> {
    let mut clock = lock();
    if !clock.has_thread {
        std::thread::Builder::new().name("shared-child clock".into()).stack_size(STACK_SIZE).spawn(run)?;
        clock.has_thread = true;
    }
    clock.last += 1;
    let alarm = Alarm { at, number: clock.last };
    clock.alarms.insert(alarm, Box::new(act));
    let is_first = clock.alarms.first_key_value().is_some_and(|(first, _)| *first == alarm);
    drop(clock);
    if is_first {
        EARLIER.notify_one();
    }
    Ok(alarm)
}

/// Cancels an alarm. Does nothing if it has fired or is just running.
pub fn cancel(alarm: Alarm) {
    // Dropped outside the lock: it may hold a child.
    let act = lock().alarms.remove(&alarm);
    drop(act);
}

fn run() {
    let mut clock = lock();
    loop {
        let now = Instant::now();
        let Some(first) = clock.alarms.first_key_value().map(|(alarm, _)| *alarm) else {
            let (guard, waited) = EARLIER.wait_timeout(clock, IDLE).unwrap_or_else(PoisonError::into_inner);
            clock = guard;
            if waited.timed_out() && clock.alarms.is_empty() {
                clock.has_thread = false;
                return;
            }
            continue;
        };
        if first.at > now {
            let left = first.at - now;
            (clock, _) = EARLIER.wait_timeout(clock, left).unwrap_or_else(PoisonError::into_inner);
            continue;
        }
        let act = clock.alarms.remove(&first);
        drop(clock);
        if let Some(act) = act {
            let _ = catch_unwind(AssertUnwindSafe(|| act(first)));
        }
        clock = lock();
    }
}

fn lock() -> MutexGuard<'static, Clock> {
    CLOCK.lock().unwrap_or_else(PoisonError::into_inner)
}
