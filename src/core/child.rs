//! A child that was started by our own engine: its state machine, the parent's ends of its pipes, and
//! the file and arguments it was started with.

use super::collector::{Collector, Overflow};
use super::group_waiters::GroupWaiters;
use super::pending_signals::PendingSignals;
use super::pipe_buffers::BufferPermit;
use super::process::Containment;
use super::reactor;
use super::shared_child::SharedChild;
use super::spawn::{Plan, Serialization, Spawned, Stdio, StringBlock};
use super::sys::{OwnProcess, PipeEnd};
use std::ffi::CString;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub struct Child {
    /// Never used twice in this process, unlike a pid. The reactor watches the child under this key.
    pub id: u64,
    pub pid: u32,
    pub file: CString,
    pub args: StringBlock,
    pub shared: SharedChild<OwnProcess>,
    /// What `signal_group` reaches.
    pub containment: Containment,
    /// Which of its fds is a channel for messages, and how the messages are written.
    pub channel: Option<(usize, Serialization)>,
    pub(super) pending_signals: PendingSignals,
    pub(super) group_waiters: GroupWaiters,
    pipes: Mutex<Pipes>,
}

#[derive(Debug)]
struct Pipes {
    /// Indexed by the child's fd.
    ends: Vec<Pipe>,
    /// Permits for the larger buffers of the pipes that were taken while the child ran.
    permits: Vec<BufferPermit>,
    /// How many [`ChildHandle`](super::child_handle::ChildHandle)s exist. When the last one is dropped after the exit,
    /// the pipes are closed.
    handles: usize,
    exited: bool,
}

/// The parent's end of one of the child's fds.
#[derive(Debug)]
enum Pipe {
    /// The child's fd is not a pipe.
    None,
    /// A handle has taken it, or it was closed because no handle was left to take it.
    Taken,
    Open(PipeEnd),
    /// Every process has closed the other end. These bytes were left in the pipe; it is closed here, too.
    Drained(Vec<u8>),
}

impl Pipes {
    fn take(&mut self, fd: usize) -> Option<TakenPipe> {
        match self.ends.get_mut(fd)?.take() {
            Pipe::None | Pipe::Taken => None,
            Pipe::Open(end) => {
                if !self.exited {
                    self.permits.extend(BufferPermit::enlarge(&end));
                }
                Some(TakenPipe::Open(end))
            }
            Pipe::Drained(bytes) => Some(TakenPipe::Drained(bytes)),
        }
    }

    fn close(&mut self) {
        self.ends.iter_mut().for_each(|pipe| drop(pipe.take()));
    }
}

impl Pipe {
    /// Returns the pipe and leaves it marked as taken.
    fn take(&mut self) -> Self {
        let left = if matches!(self, Self::None) { Self::None } else { Self::Taken };
        std::mem::replace(self, left)
    }
}

/// A pipe that was taken. It belongs to the caller from now on.
#[derive(Debug)]
pub enum TakenPipe {
    Open(PipeEnd),
    Drained(Vec<u8>),
}

impl Child {
    pub fn new(plan: Plan, spawned: Spawned) -> Arc<Self> {
        let containment = spawned.process.containment();
        let shared = SharedChild::from_process(spawned.process);
        let channel = plan.stdio.iter().enumerate().find_map(|(fd, stdio)| match stdio {
            Stdio::Channel(serialization) => Some((fd, *serialization)),
            _ => None,
        });
        let ends = spawned.pipes.into_iter().map(|end| end.map_or(Pipe::None, Pipe::Open)).collect();
        Arc::new(Self {
            id: reactor::new_key(),
            pid: shared.id(),
            file: plan.file,
            args: plan.args,
            shared,
            containment,
            channel,
            pending_signals: PendingSignals::default(),
            group_waiters: GroupWaiters::default(),
            pipes: Mutex::new(Pipes { ends, permits: Vec::new(), handles: 0, exited: false }),
        })
    }

    /// How many entries the child's stdio has.
    pub fn stdio_length(&self) -> usize {
        self.pipes().ends.len()
    }

    /// Takes the pipe of the child's fd. Only the first call for each fd gets it. A channel does not count as a pipe.
    pub fn take_pipe(&self, fd: usize) -> Option<TakenPipe> {
        if self.is_channel(fd) { None } else { self.pipes().take(fd) }
    }

    /// Takes the channel. Only the first call gets it.
    pub fn take_channel(&self) -> Option<TakenPipe> {
        self.pipes().take(self.channel?.0)
    }

    fn is_channel(&self, fd: usize) -> bool {
        self.channel.is_some_and(|(channel, _)| channel == fd)
    }

    /// Takes the pipe of the child's fd and collects what the child writes to it (see [`Collector::start`]). `done` may be
    /// called before this returns. `None`: the fd is not a pipe, has been taken before, or cannot be watched; in the last
    /// case it can still be taken.
    pub fn collect(
        &self,
        fd: usize,
        limit: usize,
        overflow: Overflow,
        done: impl FnOnce() + Send + 'static,
    ) -> Option<Arc<Collector>> {
        if self.is_channel(fd) {
            return None;
        }
        // Locked until the pipe is either taken or back in its place, because settle_pipes() must not miss it after the
        // exit.
        let mut pipes = self.pipes();
        let permits = pipes.permits.len();
        match pipes.take(fd)? {
            TakenPipe::Drained(bytes) => {
                drop(pipes);
                let collector = Collector::of_all(bytes, limit, overflow);
                done();
                Some(collector)
            }
            TakenPipe::Open(end) => match Collector::start(end, limit, overflow, done) {
                Ok(collector) => Some(collector),
                Err(end) => {
                    pipes.ends[fd] = Pipe::Open(end);
                    pipes.permits.truncate(permits);
                    None
                }
            },
        }
    }

    /// Whether the child's fd is a pipe that has been taken.
    pub fn is_taken(&self, fd: usize) -> bool {
        !self.is_channel(fd) && self.pipes().ends.get(fd).is_some_and(|pipe| matches!(pipe, Pipe::Taken))
    }

    pub(super) fn has_handles(&self) -> bool {
        self.pipes().handles > 0
    }

    pub(super) fn add_handle(&self) {
        self.pipes().handles += 1;
    }

    /// Returns whether it was the last handle of a child that has exited. The pipes are then closed.
    pub(super) fn remove_handle(&self) -> bool {
        let mut pipes = self.pipes();
        pipes.handles -= 1;
        let is_the_last = pipes.handles == 0 && pipes.exited;
        if is_the_last {
            pipes.close();
        }
        is_the_last
    }

    /// Called after the exit. Pipes that nobody has taken are read to their end and closed, so that they use no
    /// descriptor and lose no byte. A pipe whose other end is still open in another process (a grandchild, or briefly a
    /// child of another thread that has not reached its exec) cannot be read to its end yet. It stays open and is
    /// passed to `left_open`, which arranges for another call once it has been closed there.
    pub fn settle_pipes(&self, left_open: impl Fn(&PipeEnd)) {
        let mut pipes = self.pipes();
        pipes.exited = true;
        pipes.permits.clear();
        if pipes.handles == 0 {
            pipes.close();
        }
        for (fd, pipe) in pipes.ends.iter_mut().enumerate() {
            *pipe = match pipe.take() {
                // Stdin is closed but can still be taken, so that a late caller gets a closed stream instead of null.
                Pipe::Open(_) if fd == 0 && !self.is_channel(fd) => Pipe::Drained(Vec::new()),
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
