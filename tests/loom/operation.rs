//! The operations on a shared child, each with what it promises, and the models that run several at once.

use crate::kernel::{Event, Kernel, ModelProcess, status};
use Operation::*;
use loom::model::Builder;
use loom::thread;
use shared_child_native::core::SharedChild;
use shared_child_native::core::exit_status::ExitStatus;
use shared_child_native::core::process::ReapedElsewhere;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Wait,
    /// A wait whose deadline is in the future when it starts.
    WaitDeadline,
    TryWait,
    Kill,
    OnExit,
    /// Sleeps until the exit, then reaps as the reactor does: with a poll.
    ReactorReap,
}

/// How often threads are interrupted where they could have run on. Two would find every mutant; this is
/// what takes seconds. (All pairs without a bound take a minute: `LOOM_MAX_PREEMPTIONS=100`.)
fn preemptions(operations: usize) -> usize {
    if operations <= 2 { 4 } else { 3 }
}

/// Runs `operations` at once, on a thread each, while `events` happen in their order; in every
/// interleaving.
pub fn explore(operations: &'static [Operation], events: &'static [Event]) {
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(preemptions(operations.len()));
    builder.check(move || {
        let model = Model::new();
        let threads: Vec<_> = operations
            .iter()
            .map(|operation| {
                let model = Arc::clone(&model);
                thread::spawn(move || model.run(*operation))
            })
            .collect();
        for event in events {
            model.kernel.happen(*event);
        }
        for thread in threads {
            thread.join().unwrap();
        }
        model.check_the_end();
    });
}

pub struct Model {
    pub kernel: Arc<Kernel>,
    pub child: SharedChild<ModelProcess>,
    listeners: AtomicUsize,
    /// Listeners that ran to their end.
    heard: AtomicUsize,
}

impl Model {
    pub fn new() -> Arc<Self> {
        let kernel = Kernel::new();
        let child = SharedChild::from_process(ModelProcess(Arc::clone(&kernel)));
        Arc::new(Self { kernel, child, listeners: AtomicUsize::new(0), heard: AtomicUsize::new(0) })
    }

    pub fn run(self: &Arc<Self>, operation: Operation) {
        match operation {
            Wait => {
                assert!(has_ended(self.child.wait().map(Some)));
            }
            WaitDeadline => {
                let had_exited = self.kernel.has_exited();
                let deadline = Instant::now() + Duration::from_secs(1_000_000);
                let ended = has_ended(self.child.wait_deadline(deadline));
                assert!(ended || !had_exited, "a child that had exited was reported as running");
            }
            TryWait => {
                let had_exited = self.kernel.has_exited();
                let ended = has_ended(self.child.try_wait());
                assert!(ended || !had_exited, "a child that had exited was reported as running");
            }
            Kill => {
                let had_exited = self.kernel.has_exited();
                let sent = self.child.kill().unwrap();
                assert!(!(sent && had_exited), "a child that had exited was reported as signalled");
                assert!(sent || self.kernel.has_exited(), "a running child was reported as gone");
            }
            OnExit => self.listen(),
            ReactorReap => {
                self.kernel.wait_for_exit();
                assert!(has_ended(self.child.try_wait()), "the reactor has lost a child");
            }
        }
    }

    /// The listener uses the child, which it may only do outside the lock.
    fn listen(self: &Arc<Self>) {
        self.listeners.fetch_add(1, Relaxed);
        let model = Arc::clone(self);
        self.child.on_exit(move |outcome| {
            // A panic here is caught, as any listener's is: it shows by `heard`.
            assert!(model.kernel.is_gone());
            assert!(has_ended(outcome.map(Some).map_err(io::Error::from)));
            assert!(has_ended(model.child.try_wait()));
            assert!(!model.child.kill().unwrap());
            model.heard.fetch_add(1, Relaxed);
        });
    }

    /// After all operations: the child has exited, and is reaped by now or by this.
    fn check_the_end(self: &Arc<Self>) {
        assert!(has_ended(self.child.wait().map(Some)));
        assert!(self.kernel.is_gone());
        assert!(!self.child.kill().unwrap());
        self.listen();
        assert_eq!(self.heard.load(Relaxed), self.listeners.load(Relaxed), "each listener hears once");
    }
}

/// Whether a result tells of the exit; there is but one way to tell it, or two where someone else may
/// have taken the status.
pub fn has_ended(result: io::Result<Option<ExitStatus>>) -> bool {
    match result {
        Ok(None) => false,
        Ok(Some(how)) => {
            assert_eq!(how, status());
            true
        }
        Err(error) => {
            assert!(error.get_ref().is_some_and(|inner| inner.is::<ReapedElsewhere>()), "{error}");
            true
        }
    }
}
