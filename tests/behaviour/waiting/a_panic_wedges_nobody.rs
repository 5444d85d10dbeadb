//! A panic in one thread, wherever it comes, leaves the others able to wait, poll and kill.

use crate::support::kinds::is_waited_on;
use crate::support::limit::{time_limit, until};
use shared_child_native::core::process::{Outcome, Process};
use shared_child_native::core::{ExitStatus, SharedChild};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Instant;

/// A process whose system calls panic when told to.
#[derive(Default)]
struct Faults {
    in_reap: AtomicBool,
    in_signal: AtomicBool,
    in_handle: AtomicBool,
    /// For each wait that has begun, whether it is to panic: waits block until they know.
    waits: Mutex<Vec<bool>>,
    told: Condvar,
    waiting: AtomicUsize,
    exited: AtomicBool,
}

struct FaultyProcess(Arc<Faults>);

fn panic_if(fault: &AtomicBool) {
    assert!(!fault.swap(false, SeqCst), "on purpose");
}

impl Process for FaultyProcess {
    type Handle = Arc<Faults>;

    fn id(&self) -> u32 {
        1
    }

    fn try_reap(&mut self) -> io::Result<Option<Outcome>> {
        panic_if(&self.0.in_reap);
        Ok(self.0.exited.load(SeqCst).then(|| Ok(ExitStatus::from_code(0))))
    }

    fn has_exited(&self) -> io::Result<bool> {
        Ok(self.0.exited.load(SeqCst))
    }

    fn handle(&self) -> Arc<Faults> {
        panic_if(&self.0.in_handle);
        Arc::clone(&self.0)
    }

    fn wait_without_reaping(faults: &Arc<Faults>, _deadline: Option<Instant>) -> io::Result<bool> {
        faults.waiting.fetch_add(1, SeqCst);
        let mut waits = faults.waits.lock().unwrap();
        let panics = loop {
            match waits.pop() {
                Some(panics) => break panics,
                None => waits = faults.told.wait(waits).unwrap(),
            }
        };
        drop(waits);
        assert!(!panics, "on purpose");
        Ok(true)
    }

    fn send_signal(&self, _signal: i32) -> io::Result<bool> {
        panic_if(&self.0.in_signal);
        Ok(true)
    }
}

fn faulty() -> (Arc<Faults>, SharedChild<FaultyProcess>) {
    let faults = Arc::new(Faults::default());
    (Arc::clone(&faults), SharedChild::from_process(FaultyProcess(faults)))
}

impl Faults {
    /// Lets one wait continue: to panic, or to find the exit.
    fn end_wait(&self, panics: bool) {
        self.exited.fetch_or(!panics, SeqCst);
        self.waits.lock().unwrap().push(panics);
        self.told.notify_one();
    }
}

fn panics<T>(run: impl FnOnce() -> T) -> bool {
    catch_unwind(AssertUnwindSafe(run)).is_err()
}

#[test]
fn a_panic_in_the_kernel_wait_lets_another_thread_take_over() {
    let _limit = time_limit();
    let (faults, child) = faulty();
    thread::scope(|scope| {
        let waiters =
            [(), ()].map(|()| scope.spawn(|| catch_unwind(AssertUnwindSafe(|| child.wait().unwrap()))));
        until("a thread waits", || faults.waiting.load(SeqCst) == 1);
        faults.end_wait(true);
        until("the other one waits", || faults.waiting.load(SeqCst) == 2);
        faults.end_wait(false);
        let ended = waiters.map(|waiter| waiter.join().unwrap().is_ok());
        assert_eq!(ended.iter().filter(|ended| **ended).count(), 1);
    });
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_panic_under_the_lock_poisons_nobody() {
    let _limit = time_limit();
    let (faults, child) = faulty();
    faults.in_reap.store(true, SeqCst);
    assert!(panics(|| child.try_wait()));
    assert_eq!(child.try_wait().unwrap(), None);
    faults.in_signal.store(true, SeqCst);
    assert!(panics(|| child.kill()));
    assert!(child.kill().unwrap());
    assert!(!format!("{child:?}").is_empty());
    faults.end_wait(false);
    assert!(child.wait().unwrap().success());
    assert_eq!(child.into_inner().id(), 1);
}

#[test]
fn a_panic_on_the_way_into_the_kernel_lets_another_thread_wait() {
    let _limit = time_limit();
    let (faults, child) = faulty();
    faults.in_handle.store(true, SeqCst);
    assert!(panics(|| child.wait()));
    assert!(!is_waited_on(&child), "nobody waits any more");
    faults.end_wait(false);
    assert!(child.wait().unwrap().success());
}
