//! The operations on a shared child, each with what it promises, and the models that run several at once.

use crate::kernel::{Event, Group, Kernel, ModelProcess, status};
use Operation::*;
use loom::model::Builder;
use loom::thread;
use shared_child_native::core::SharedChild;
use shared_child_native::core::exit_status::{Cause, ExitStatus};
use shared_child_native::core::process::ReapedElsewhere;
use shared_child_native::core::signal::KILL;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
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
    /// A signal that is meant to end the child, with what to tell as the cause.
    End(Cause),
    /// The same to its group.
    EndGroup(Cause),
    /// Checks whether the group is empty, and if it is, releases what is held of it.
    LookAtGroup,
    /// The last handle is dropped: once the child has exited, nobody can signal the group any more.
    LastHandleGoes,
}

/// How often threads are interrupted where they could have run on. Two would find every mutant; this is
/// what takes seconds. (All pairs without a bound take a minute: `LOOM_MAX_PREEMPTIONS=100`.)
fn preemptions(operations: usize) -> usize {
    if operations <= 2 { 4 } else { 3 }
}

/// Runs `operations` at once, on a thread each, while `events` happen in their order; in every
/// interleaving.
pub fn explore(operations: &'static [Operation], events: &'static [Event]) {
    explore_group(Group::None, operations, events);
}

/// The same with a child that leads a group, in which there are others.
pub fn explore_group(group: Group, operations: &'static [Operation], events: &'static [Event]) {
    let mut builder = Builder::new();
    builder.preemption_bound.get_or_insert(preemptions(operations.len()));
    builder.check(move || {
        let model = Model::new(group);
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
    /// Nothing but its number names the group.
    by_number: bool,
    listeners: AtomicUsize,
    /// Listeners that ran to their end.
    heard: AtomicUsize,
    /// The cause that the first thread got, which all others must get, too.
    cause: OnceLock<Option<Cause>>,
    /// A signal was sent that must be reported as the cause, or may be.
    must_have_cause: AtomicBool,
    may_have_cause: AtomicBool,
    /// There is no handle on the group any more.
    released: AtomicBool,
}

impl Model {
    pub fn new(group: Group) -> Arc<Self> {
        let kernel = Kernel::new(group);
        let child = SharedChild::from_process(ModelProcess::new(&kernel, group));
        Arc::new(Self {
            kernel,
            child,
            by_number: group == Group::Number,
            listeners: AtomicUsize::new(0),
            heard: AtomicUsize::new(0),
            cause: OnceLock::new(),
            must_have_cause: AtomicBool::new(false),
            may_have_cause: AtomicBool::new(false),
            released: AtomicBool::new(false),
        })
    }

    pub fn run(self: &Arc<Self>, operation: Operation) {
        match operation {
            Wait => {
                assert!(self.has_ended(self.child.wait().map(Some)));
            }
            WaitDeadline => {
                let had_exited = self.kernel.has_exited();
                let deadline = Instant::now() + Duration::from_secs(1_000_000);
                let ended = self.has_ended(self.child.wait_deadline(deadline));
                assert!(ended || !had_exited, "a child that had exited was reported as running");
            }
            TryWait => {
                let had_exited = self.kernel.has_exited();
                let ended = self.has_ended(self.child.try_wait());
                assert!(ended || !had_exited, "a child that had exited was reported as running");
            }
            Kill => {
                let had_exited = self.kernel.has_exited();
                let sent = self.child.kill().unwrap();
                assert!(!(sent && had_exited), "a child that had exited was reported as signalled");
                assert!(sent || self.kernel.has_exited(), "a running child was reported as gone");
            }
            End(cause) => {
                let had_exited = self.kernel.has_exited();
                let sent = self.child.send_signal_because(KILL, cause).unwrap();
                assert!(!(sent && had_exited), "a child that had exited was reported as signalled");
                self.may_have_cause.fetch_or(sent, Relaxed);
                self.must_have_cause.fetch_or(sent, Relaxed);
            }
            EndGroup(cause) => {
                let had_exited = self.kernel.has_exited();
                let was_lost = self.kernel.was_reaped_elsewhere();
                let sent = self.child.signal_group(KILL, cause).unwrap();
                assert!(!(sent && was_lost && self.by_number), "what may be another group was signalled");
                assert!(
                    sent || self.kernel.all_have_exited() || self.may_be_released(),
                    "some were left out"
                );
                self.may_have_cause.fetch_or(sent && !had_exited, Relaxed);
            }
            LookAtGroup => {
                if self.child.group_is_empty().unwrap() {
                    assert!(self.kernel.all_have_exited() || self.may_be_released(), "some still run");
                    self.child.release_group();
                }
            }
            LastHandleGoes => {
                self.released.store(true, Relaxed);
                self.child.release_group();
            }
            OnExit => self.listen(),
            ReactorReap => {
                self.kernel.wait_for_exit();
                assert!(self.has_ended(self.child.try_wait()), "the reactor has lost a child");
            }
        }
    }

    /// Whether processes of the group may run that cannot be reached.
    fn may_be_released(&self) -> bool {
        self.released.load(Relaxed) || self.by_number && self.kernel.was_reaped_elsewhere()
    }

    /// See [`has_ended`]; in addition, every thread that learns of the end gets the same cause.
    fn has_ended(&self, result: io::Result<Option<ExitStatus>>) -> bool {
        if let Ok(Some(ExitStatus { cause, .. })) = result {
            assert_eq!(*self.cause.get_or_init(|| cause), cause);
        }
        has_ended(result)
    }

    /// The listener uses the child, which it may only do outside the lock.
    fn listen(self: &Arc<Self>) {
        self.listeners.fetch_add(1, Relaxed);
        let model = Arc::clone(self);
        self.child.on_exit(move |outcome| {
            // A panic here is caught, as any listener's is; `heard` shows it.
            assert!(model.kernel.is_gone());
            assert!(model.has_ended(outcome.map(Some).map_err(io::Error::from)));
            assert!(model.has_ended(model.child.try_wait()));
            assert!(!model.child.kill().unwrap());
            model.heard.fetch_add(1, Relaxed);
        });
    }

    /// After all operations: the child has exited, and is reaped by now or by this.
    fn check_the_end(self: &Arc<Self>) {
        assert!(self.has_ended(self.child.wait().map(Some)));
        if let Some(cause) = self.cause.get() {
            assert!(cause.is_none() || self.may_have_cause.load(Relaxed), "nobody has ended it");
            assert!(cause.is_some() || !self.must_have_cause.load(Relaxed), "somebody has ended it");
        }
        self.kernel.happen(Event::OthersEnd);
        self.run(LookAtGroup);
        assert!(self.kernel.is_gone(), "a zombie was left");
        assert!(!self.child.kill().unwrap());
        assert!(!self.child.signal_group(KILL, Cause::Kill).unwrap());
        self.listen();
        assert_eq!(self.heard.load(Relaxed), self.listeners.load(Relaxed), "each listener hears once");
    }
}

/// Whether a result reports the exit. There is only one way to report it, or two if other code may
/// have taken the status.
pub fn has_ended(result: io::Result<Option<ExitStatus>>) -> bool {
    match result {
        Ok(None) => false,
        Ok(Some(how)) => {
            assert_eq!(ExitStatus { cause: None, ..how }, status());
            true
        }
        Err(error) => {
            assert!(error.get_ref().is_some_and(|inner| inner.is::<ReapedElsewhere>()), "{error}");
            true
        }
    }
}
