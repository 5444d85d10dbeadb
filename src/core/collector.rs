//! Collects what a child writes, on the reactor's thread. No JavaScript runs for this until everything has been collected.

use super::reactor::{self, Reader};
use super::sys::PipeEnd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many bytes are read at a time, before other pipes have their turn.
const MOST_AT_A_TIME: usize = 128 * 1024;
/// How many bytes are read when the collecting is stopped. This is more than any pipe holds, and a limit for a pipe that is
/// written faster than it is read.
const MOST_AT_THE_END: usize = 1024 * 1024;

/// What happens to the bytes that exceed the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// Nothing more is read: the child waits in its write until it is ended, or until the collecting is stopped.
    Stop,
    /// The first bytes are kept, up to the limit, and the others are read and thrown away.
    Head,
    /// The last bytes are kept, up to the limit.
    Tail,
}

/// Collects what a child writes to one pipe. When it is dropped, the pipe is closed.
#[derive(Debug)]
pub struct Collector(Mutex<State>);

struct State {
    /// The key under which the reactor watches the pipe.
    key: usize,
    /// `None` when nothing more is to be read.
    pipe: Option<PipeEnd>,
    kept: Kept,
    ended: bool,
    /// Called when there is nothing more to collect, but not if the collecting is stopped before that.
    done: Option<Box<dyn FnOnce() + Send>>,
}

/// The bytes that are kept of all that have been read.
#[derive(Debug)]
struct Kept {
    bytes: Vec<u8>,
    limit: usize,
    overflow: Overflow,
    truncated: bool,
}

impl Collector {
    /// Begins to collect from `pipe`. `done` is called once: when the pipe has been read to its end, when it cannot be read
    /// any more, or when it has exceeded `limit` and reading stops ([`Overflow::Stop`]). If the pipe cannot be watched on
    /// this system, it is returned.
    pub fn start(
        pipe: PipeEnd,
        limit: usize,
        overflow: Overflow,
        done: impl FnOnce() + Send + 'static,
    ) -> Result<Arc<Self>, PipeEnd> {
        let key = reactor::new_key() as usize;
        let kept = Kept { bytes: Vec::new(), limit, overflow, truncated: false };
        let state = State { key, pipe: None, kept, ended: false, done: Some(Box::new(done)) };
        let collector = Arc::new(Self(Mutex::new(state)));
        // Locked until the pipe is stored, because there may be something to read at once.
        let mut state = collector.lock();
        let reader = Arc::downgrade(&collector);
        let watched = pipe.set_blocking(false).and_then(|()| reactor::watch_readable(key, &pipe, reader));
        match watched {
            Ok(()) => state.pipe = Some(pipe),
            Err(_) => {
                let _ = pipe.set_blocking(true);
                return Err(pipe);
            }
        }
        drop(state);
        Ok(collector)
    }

    /// A collector of what was left in the pipe of a child that has exited. It is complete from the start.
    pub fn of_all(bytes: Vec<u8>, limit: usize, overflow: Overflow) -> Arc<Self> {
        let mut kept = Kept { bytes, limit, overflow, truncated: false };
        kept.cut();
        let ended = !kept.is_full();
        Arc::new(Self(Mutex::new(State { key: 0, pipe: None, kept, ended, done: None })))
    }

    /// Reads what is in the pipe and closes it. `done` is not called after this.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.done = None;
        if state.pipe.is_some() && !state.kept.is_full() {
            state.read(MOST_AT_THE_END);
        }
        state.close();
    }

    /// Ends the collecting and gives the pipe to the caller, if it is still open and may contain more.
    pub fn release(&self) -> Option<PipeEnd> {
        let mut state = self.lock();
        if state.kept.is_full() {
            return None;
        }
        state.done = None;
        let pipe = state.pipe.take()?;
        reactor::forget_readable(state.key, &pipe);
        let _ = pipe.set_blocking(true);
        Some(pipe)
    }

    /// Whether the pipe has been read to its end.
    pub fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// Whether there was more output than the limit.
    pub fn is_truncated(&self) -> bool {
        self.lock().kept.truncated
    }

    /// Takes the bytes that have been kept. Later calls return none.
    pub fn take(&self) -> Vec<u8> {
        self.lock().kept.take()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reader for Collector {
    fn read(&self) {
        let mut state = self.lock();
        let done = state.read(MOST_AT_A_TIME).then(|| state.done.take()).flatten();
        drop(state);
        if let Some(done) = done {
            done();
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.0.get_mut().unwrap_or_else(PoisonError::into_inner).close();
    }
}

impl State {
    /// Reads what is in the pipe, up to about `most` bytes. Returns whether there is nothing more to collect.
    fn read(&mut self, most: usize) -> bool {
        let Some(pipe) = &self.pipe else { return true };
        let read = pipe.read_ready(&mut self.kept.bytes, most);
        self.kept.cut();
        match read {
            Ok(false) if !self.kept.is_full() => return false,
            // The pipe stays open. Otherwise the child would die of SIGPIPE instead of the signal that it will be sent.
            Ok(false) => reactor::forget_readable(self.key, pipe),
            Ok(true) => {
                self.ended = true;
                self.close();
            }
            Err(_) => self.close(),
        }
        true
    }

    fn close(&mut self) {
        if let Some(pipe) = self.pipe.take() {
            reactor::forget_readable(self.key, &pipe);
        }
    }
}

impl Kept {
    /// Whether no more bytes are to be read.
    fn is_full(&self) -> bool {
        self.truncated && self.overflow == Overflow::Stop
    }

    /// Drops what exceeds the limit. The head of a tail is dropped only when as much again has been read, because this
    /// moves the rest.
    fn cut(&mut self) {
        if self.bytes.len() <= self.limit {
            return;
        }
        self.truncated = true;
        match self.overflow {
            Overflow::Stop | Overflow::Head => self.bytes.truncate(self.limit),
            Overflow::Tail if self.bytes.len() > self.limit.saturating_mul(2).max(MOST_AT_A_TIME) => {
                self.cut_head()
            }
            Overflow::Tail => {}
        }
    }

    fn cut_head(&mut self) {
        self.bytes.drain(..self.bytes.len().saturating_sub(self.limit));
    }

    fn take(&mut self) -> Vec<u8> {
        self.cut_head();
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.shrink_to_fit();
        bytes
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("pipe", &self.pipe).field("kept", &self.kept).finish_non_exhaustive()
    }
}
