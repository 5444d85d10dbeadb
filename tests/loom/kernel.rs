//! A kernel with one process, which knows what a real one cannot tell: that a system call named a pid
//! after it was freed, when it may have been anyone's.

use loom::sync::{Condvar, Mutex, MutexGuard};
use shared_child_native::core::exit_status::ExitStatus;
use shared_child_native::core::process::{Outcome, Process, ReapedElsewhere};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Instant;

/// What happens to the process, or around it, without its parent's doing.
#[derive(Clone, Copy, Debug)]
pub enum Event {
    /// The process ends.
    Exit,
    /// The deadlines of all kernel waits pass.
    DeadlinesPass,
    /// Someone else in the parent takes the exit status, with a waitpid of their own.
    ReapElsewhere,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Running,
    Zombie,
    /// Reaped by the state machine: the pid may belong to anyone.
    Freed,
    /// Reaped by someone else. A pidfd keeps telling that the process is gone.
    Lost,
}

struct Record {
    life: Life,
    deadlines_passed: bool,
    /// A thread is inside the kernel wait.
    waited_on: bool,
    next_wait_fails: bool,
}

pub struct Kernel {
    record: Mutex<Record>,
    changed: Condvar,
    /// The process has ended. Of the standard library, which loom does not see: reading it adds no
    /// interleaving to those of the operation that is asked about.
    exited: AtomicBool,
}

impl Kernel {
    pub fn new() -> Arc<Self> {
        let record =
            Record { life: Life::Running, deadlines_passed: false, waited_on: false, next_wait_fails: false };
        Arc::new(Self { record: Mutex::new(record), changed: Condvar::new(), exited: AtomicBool::new(false) })
    }

    pub fn happen(&self, event: Event) {
        let mut record = self.record();
        match event {
            Event::Exit => self.end(&mut record),
            Event::DeadlinesPass => record.deadlines_passed = true,
            Event::ReapElsewhere if record.life == Life::Zombie => record.life = Life::Lost,
            Event::ReapElsewhere => {} // the state machine was first
        }
        drop(record);
        self.changed.notify_all();
    }

    pub fn fail_next_wait(&self) {
        self.record().next_wait_fails = true;
    }

    pub fn has_exited(&self) -> bool {
        self.exited.load(Relaxed)
    }

    /// Blocks until the exit without naming the pid, as the reactor does by its pidfd.
    pub fn wait_for_exit(&self) {
        let mut record = self.record();
        while record.life == Life::Running {
            record = self.changed.wait(record).unwrap();
        }
    }

    /// Whether the state machine has reaped the process, or has been told that someone else did.
    pub fn is_gone(&self) -> bool {
        matches!(self.record().life, Life::Freed | Life::Lost)
    }

    fn end(&self, record: &mut Record) {
        if record.life == Life::Running {
            record.life = Life::Zombie;
            self.exited.store(true, Relaxed);
        }
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.record.lock().unwrap()
    }

    /// The record, for a system call that names the pid.
    fn named_by(&self, call: &str) -> MutexGuard<'_, Record> {
        let record = self.record();
        assert_ne!(record.life, Life::Freed, "{call} names a pid that was freed");
        record
    }
}

/// The process, as its parent's state machine has it.
pub struct ModelProcess(pub Arc<Kernel>);

/// How it ends, whoever ends it.
pub fn status() -> ExitStatus {
    ExitStatus::from_code(42)
}

impl Process for ModelProcess {
    type Handle = Arc<Kernel>;

    fn id(&self) -> u32 {
        1
    }

    fn try_reap(&mut self) -> io::Result<Option<Outcome>> {
        let mut record = self.0.named_by("a reap");
        match record.life {
            Life::Running => return Ok(None),
            Life::Lost => return Ok(Some(Err(ReapedElsewhere))),
            Life::Zombie | Life::Freed => {}
        }
        assert!(!record.waited_on, "a reap while a thread waits for the same pid");
        record.life = Life::Freed;
        Ok(Some(Ok(status())))
    }

    fn has_exited(&self) -> io::Result<bool> {
        Ok(self.0.named_by("a look").life != Life::Running)
    }

    fn handle(&self) -> Arc<Kernel> {
        Arc::clone(&self.0)
    }

    fn wait_without_reaping(kernel: &Arc<Kernel>, deadline: Option<Instant>) -> io::Result<bool> {
        let mut record = kernel.named_by("a wait");
        assert!(!record.waited_on, "two threads inside the kernel wait");
        if std::mem::take(&mut record.next_wait_fails) {
            return Err(io::ErrorKind::OutOfMemory.into());
        }
        record.waited_on = true;
        while record.life == Life::Running && !(deadline.is_some() && record.deadlines_passed) {
            record = kernel.changed.wait(record).unwrap();
        }
        record.waited_on = false;
        Ok(record.life != Life::Running)
    }

    fn send_signal(&self, _signal: i32) -> io::Result<bool> {
        let mut record = self.0.named_by("a signal");
        if record.life == Life::Lost {
            return Ok(false);
        }
        self.0.end(&mut record);
        drop(record);
        self.0.changed.notify_all();
        Ok(true)
    }
}
