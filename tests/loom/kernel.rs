//! A kernel with one process, and others in the group that it may lead. It notices what a real kernel does not report:
//! that a system call named a pid, or the number of a group, after it was freed, when it may belong to another process.

use loom::sync::{Condvar, Mutex, MutexGuard};
use shared_child_native::core::exit_status::ExitStatus;
use shared_child_native::core::process::{Outcome, Process, ReapedElsewhere};
use shared_child_native::core::process_and_group::{Leader, LeaderState, ProcessAndGroup, ProcessGroup};
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
    /// Other code in the parent takes the exit status, with its own waitpid.
    ReapElsewhere,
    /// The others of its group end.
    OthersEnd,
}

/// What names the group of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// It leads none.
    None,
    /// The pidfd of its leader, for ever.
    Pidfd,
    /// Its number, which is the pid of its leader.
    Number,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Running,
    Zombie,
    /// Reaped by the state machine: the pid may belong to anyone.
    Freed,
    /// Reaped by other code. A pidfd still shows that the process is gone.
    Lost,
}

struct Record {
    life: Life,
    /// Of the group.
    others_run: bool,
    deadlines_passed: bool,
    /// A thread is inside the kernel wait.
    waited_on: bool,
    next_wait_fails: bool,
}

pub struct Kernel {
    record: Mutex<Record>,
    changed: Condvar,
    /// The process has ended. An atomic of the standard library, which loom does not see: reading it adds no
    /// interleaving to those of the operation that is asked about.
    exited: AtomicBool,
    /// So have the others of its group.
    others_exited: AtomicBool,
    /// Other code has reaped it.
    lost: AtomicBool,
}

impl Kernel {
    pub fn new(group: Group) -> Arc<Self> {
        let others_run = group != Group::None;
        let record = Record {
            life: Life::Running,
            others_run,
            deadlines_passed: false,
            waited_on: false,
            next_wait_fails: false,
        };
        Arc::new(Self {
            record: Mutex::new(record),
            changed: Condvar::new(),
            exited: AtomicBool::new(false),
            others_exited: AtomicBool::new(!others_run),
            lost: AtomicBool::new(false),
        })
    }

    pub fn happen(&self, event: Event) {
        let mut record = self.record();
        match event {
            Event::Exit => self.end(&mut record),
            Event::DeadlinesPass => record.deadlines_passed = true,
            Event::ReapElsewhere if record.life == Life::Zombie => {
                record.life = Life::Lost;
                self.lost.store(true, Relaxed);
            }
            Event::ReapElsewhere => {} // the state machine was first
            Event::OthersEnd => self.end_others(&mut record),
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

    /// Whether the others of its group have ended, too.
    pub fn all_have_exited(&self) -> bool {
        self.has_exited() && self.others_exited.load(Relaxed)
    }

    pub fn was_reaped_elsewhere(&self) -> bool {
        self.lost.load(Relaxed)
    }

    /// Blocks until the exit without naming the pid, as the reactor does by its pidfd.
    pub fn wait_for_exit(&self) {
        let mut record = self.record();
        while record.life == Life::Running {
            record = self.changed.wait(record).unwrap();
        }
    }

    /// Whether the state machine has reaped the process, or has learned that other code did.
    pub fn is_gone(&self) -> bool {
        matches!(self.record().life, Life::Freed | Life::Lost)
    }

    fn end(&self, record: &mut Record) {
        if record.life == Life::Running {
            record.life = Life::Zombie;
            self.exited.store(true, Relaxed);
        }
    }

    fn end_others(&self, record: &mut Record) {
        record.others_run = false;
        self.others_exited.store(true, Relaxed);
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

/// The process as its parent's state machine has it, with the real rules for what is kept of a group.
pub struct ModelProcess {
    kernel: Arc<Kernel>,
    process: ProcessAndGroup<ModelLeader, ModelGroup>,
    has_been_reaped: bool,
}

impl ModelProcess {
    pub fn new(kernel: &Arc<Kernel>, group: Group) -> Self {
        let led = (group != Group::None)
            .then(|| ModelGroup { kernel: Arc::clone(kernel), by_number: group == Group::Number });
        let process = ProcessAndGroup::new(ModelLeader(Arc::clone(kernel)), led);
        Self { kernel: Arc::clone(kernel), process, has_been_reaped: false }
    }
}

/// How the process ends, whatever ends it.
pub fn status() -> ExitStatus {
    ExitStatus::from_code(42)
}

struct ModelLeader(Arc<Kernel>);

impl ModelLeader {
    fn found(record: &Record) -> LeaderState {
        match record.life {
            Life::Running => LeaderState::Running,
            Life::Zombie | Life::Freed => LeaderState::Exited(status()),
            Life::Lost => LeaderState::Reaped(Err(ReapedElsewhere)),
        }
    }
}

impl Leader for ModelLeader {
    fn state(&self) -> io::Result<LeaderState> {
        Ok(Self::found(&self.0.named_by("a look")))
    }

    fn reap(&self) -> io::Result<LeaderState> {
        let mut record = self.0.named_by("a reap");
        let found = Self::found(&record);
        if record.life == Life::Zombie {
            assert!(!record.waited_on, "a reap while a thread waits for the same pid");
            record.life = Life::Freed;
        }
        Ok(found)
    }
}

struct ModelGroup {
    kernel: Arc<Kernel>,
    by_number: bool,
}

impl ModelGroup {
    /// Whether the kernel finds a process in it, zombies included.
    fn find(&self, is_kept: bool) -> Option<MutexGuard<'_, Record>> {
        if self.by_number && !is_kept {
            return None;
        }
        let record = match self.by_number {
            true => self.kernel.named_by("a signal to a group"),
            false => self.kernel.record(),
        };
        let is_there = record.others_run || matches!(record.life, Life::Running | Life::Zombie);
        is_there.then_some(record)
    }
}

impl ProcessGroup for ModelGroup {
    fn needs_its_leader(&self) -> bool {
        self.by_number
    }

    fn signal(&self, _signal: i32, is_kept: bool) -> io::Result<bool> {
        let Some(mut record) = self.find(is_kept) else { return Ok(false) };
        self.kernel.end(&mut record);
        self.kernel.end_others(&mut record);
        drop(record);
        self.kernel.changed.notify_all();
        Ok(true)
    }

    fn is_empty(&self, is_kept: bool) -> io::Result<bool> {
        let record = self.find(is_kept);
        Ok(record.is_none_or(|record| !record.others_run && record.life != Life::Running))
    }
}

impl Process for ModelProcess {
    type Handle = Arc<Kernel>;

    fn id(&self) -> u32 {
        1
    }

    fn try_reap(&mut self) -> io::Result<Option<Outcome>> {
        assert!(!self.has_been_reaped, "a reap after the exit was told");
        let outcome = self.process.try_reap()?;
        self.has_been_reaped = outcome.is_some();
        Ok(outcome)
    }

    fn has_exited(&self) -> io::Result<bool> {
        Ok(self.kernel.named_by("a look").life != Life::Running)
    }

    fn handle(&self) -> Arc<Kernel> {
        Arc::clone(&self.kernel)
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
        let mut record = self.kernel.named_by("a signal");
        if record.life == Life::Lost {
            return Ok(false);
        }
        self.kernel.end(&mut record);
        drop(record);
        self.kernel.changed.notify_all();
        Ok(true)
    }

    fn signal_group(&mut self, signal: i32) -> io::Result<bool> {
        self.process.signal_group(signal)
    }

    fn group_is_empty(&mut self) -> io::Result<bool> {
        self.process.group_is_empty()
    }

    fn release_group(&mut self) {
        self.process.release();
    }
}
