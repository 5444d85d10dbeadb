//! A child that our own engine started, as the rest of the process knows it: the state machine, its
//! pipes, and what it was started as.

use super::ending::Endings;
use super::group::GroupWaiters;
use super::process::Containment;
use super::shared_child::SharedChild;
use super::spawn::{Plan, Spawned, StringBlock};
use super::sys::{OwnProcess, PipeEnd};
use super::wide_pipes::Wide;
use std::ffi::CString;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub struct Child {
    /// Never used twice in this process, unlike a pid.
    pub id: u64,
    pub pid: u32,
    pub file: CString,
    pub args: StringBlock,
    pub shared: SharedChild<OwnProcess>,
    /// What a signal to its group reaches.
    pub containment: Containment,
    pub(super) endings: Endings,
    pub(super) group_waiters: GroupWaiters,
    pipes: Mutex<Pipes>,
}

/// A number that no other child has.
pub(super) fn next_id() -> u64 {
    static NEXT_ID: AtomicU64 = AtomicU64::new(1);
    NEXT_ID.fetch_add(1, Ordering::Relaxed)
}

#[derive(Debug)]
struct Pipes {
    /// By the child's fd.
    ends: Vec<Pipe>,
    /// Of those that were taken while the child runs.
    wide: Vec<Wide>,
    /// How many handles there are. The last one to go after the exit takes the pipes with it.
    handles: usize,
    exited: bool,
}

/// The parent's end of one of the child's fds.
#[derive(Debug)]
enum Pipe {
    /// Not a pipe.
    None,
    /// Someone has taken it, or nobody is left who could.
    Taken,
    Open(PipeEnd),
    /// The child and everyone else has closed the other end: this is all that was left in it.
    Drained(Vec<u8>),
}

impl Pipes {
    fn close(&mut self) {
        self.ends.iter_mut().for_each(|pipe| drop(pipe.take()));
    }
}

impl Pipe {
    /// What is there, which is then taken.
    fn take(&mut self) -> Self {
        let left = if matches!(self, Self::None) { Self::None } else { Self::Taken };
        std::mem::replace(self, left)
    }
}

/// A pipe that was taken: the taker's own from now on.
#[derive(Debug)]
pub enum TakenPipe {
    Open(PipeEnd),
    Drained(Vec<u8>),
}

impl Child {
    pub fn new(plan: Plan, spawned: Spawned) -> Arc<Self> {
        let containment = spawned.process.containment();
        let shared = SharedChild::from_process(spawned.process);
        let ends = spawned.pipes.into_iter().map(|end| end.map_or(Pipe::None, Pipe::Open)).collect();
        Arc::new(Self {
            id: next_id(),
            pid: shared.id(),
            file: plan.file,
            args: plan.args,
            shared,
            containment,
            endings: Endings::default(),
            group_waiters: GroupWaiters::default(),
            pipes: Mutex::new(Pipes { ends, wide: Vec::new(), handles: 0, exited: false }),
        })
    }

    /// How many fds it was given.
    pub fn stdio_length(&self) -> usize {
        self.pipes().ends.len()
    }

    /// The pipe of the child's fd, once: the first to ask has it.
    pub fn take_pipe(&self, fd: usize) -> Option<TakenPipe> {
        let mut pipes = self.pipes();
        match pipes.ends.get_mut(fd)?.take() {
            Pipe::None | Pipe::Taken => None,
            Pipe::Open(end) => {
                if !pipes.exited {
                    pipes.wide.extend(Wide::make(&end));
                }
                Some(TakenPipe::Open(end))
            }
            Pipe::Drained(bytes) => Some(TakenPipe::Drained(bytes)),
        }
    }

    /// Whether the child's fd was made a pipe, taken or not.
    pub fn is_pipe(&self, fd: usize) -> bool {
        self.pipes().ends.get(fd).is_some_and(|pipe| !matches!(pipe, Pipe::None))
    }

    pub(super) fn has_handles(&self) -> bool {
        self.pipes().handles > 0
    }

    /// After the exit: what nobody has taken must cost no descriptor any more, and lose no byte. A pipe
    /// that someone else still holds goes to `left_open` and stays until they let go: a grandchild, or for
    /// an instant a child of another thread that has yet to exec.
    pub fn settle_pipes(&self, left_open: impl Fn(&PipeEnd)) {
        let mut pipes = self.pipes();
        pipes.exited = true;
        pipes.wide.clear();
        if pipes.handles == 0 {
            pipes.close();
        }
        for (fd, pipe) in pipes.ends.iter_mut().enumerate() {
            *pipe = match pipe.take() {
                // Closed, but still to be had: who asks for it late is told that it is, not that there is none.
                Pipe::Open(_) if fd == 0 => Pipe::Drained(Vec::new()),
                Pipe::Open(end) => match end.drain() {
                    Ok(bytes) => Pipe::Drained(bytes),
                    Err(end) => {
                        left_open(&end);
                        Pipe::Open(end)
                    }
                },
                other => other,
            };
        }
    }

    fn pipes(&self) -> MutexGuard<'_, Pipes> {
        self.pipes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One user's hold on a child. A running child needs none (the registry keeps it); one that has
/// exited keeps what is left in its pipes for as long as there is one.
#[derive(Debug)]
pub struct ChildHandle(Arc<Child>);

impl ChildHandle {
    pub(super) fn new(child: Arc<Child>) -> Self {
        child.pipes().handles += 1;
        Self(child)
    }

    pub fn child(&self) -> &Arc<Child> {
        &self.0
    }
}

impl Deref for ChildHandle {
    type Target = Child;

    fn deref(&self) -> &Child {
        &self.0
    }
}

impl Drop for ChildHandle {
    fn drop(&mut self) {
        let mut pipes = self.0.pipes();
        pipes.handles -= 1;
        if pipes.handles == 0 && pipes.exited {
            pipes.close();
            drop(pipes);
            self.0.let_go_of_group();
        }
    }
}
