//! Collects what a child writes, on the reactor's thread: no JavaScript runs for it until all is there.

use super::reactor::{self, Reader};
use super::sys::PipeEnd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How much is read at a time before others have their turn.
const MOST_AT_A_TIME: usize = 128 * 1024;
/// How much may be there when the collecting is stopped: more than any pipe holds, and an end for one that is written
/// faster than it is read.
const MOST_AT_THE_END: usize = 1024 * 1024;

/// What becomes of bytes that are over the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overflow {
    /// Nothing more is read: the child waits in its write until it is ended, or until the collecting is stopped.
    Stop,
    /// The first bytes are kept, up to the limit, and the others are read and thrown away.
    Head,
    /// The last bytes are kept, up to the limit.
    Tail,
}

/// Collects what comes out of one pipe. When it is dropped, the pipe is closed.
#[derive(Debug)]
pub struct Collector(Mutex<State>);

struct State {
    /// Under which the reactor has it.
    key: usize,
    /// `None` when nothing more is to be read.
    pipe: Option<PipeEnd>,
    kept: Kept,
    ended: bool,
    /// Called when nothing more is to come, but not if the collecting is stopped before that.
    done: Option<Box<dyn FnOnce() + Send>>,
}

/// The bytes that are kept of all that have come.
#[derive(Debug)]
struct Kept {
    bytes: Vec<u8>,
    limit: usize,
    overflow: Overflow,
    truncated: bool,
}

impl Collector {
    /// Begins to collect: `done` is called once, when the end of the file was read, or cannot be, or when there was
    /// more than `limit` and this is the end of it ([`Overflow::Stop`]). The pipe comes back if it cannot be watched
    /// here.
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
        // Locked until the pipe is in its place: there may be something to read at once.
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

    /// What was left in the pipe of a child that has exited.
    pub fn of_all(bytes: Vec<u8>, limit: usize, overflow: Overflow) -> Arc<Self> {
        let mut kept = Kept { bytes, limit, overflow, truncated: false };
        kept.cut();
        let ended = !kept.is_full();
        Arc::new(Self(Mutex::new(State { key: 0, pipe: None, kept, ended, done: None })))
    }

    /// Takes what is there, closes the pipe, and calls nobody.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.done = None;
        if state.pipe.is_some() && !state.kept.is_full() {
            state.read(MOST_AT_THE_END);
        }
        state.close();
    }

    /// The pipe, which is then the caller's, if it is still open and there may be more in it.
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

    /// Whether the end of the file was read.
    pub fn has_ended(&self) -> bool {
        self.lock().ended
    }

    /// Whether there was more than the limit.
    pub fn is_truncated(&self) -> bool {
        self.lock().kept.truncated
    }

    /// The bytes, once.
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
    /// Whether nothing more is to come.
    fn read(&mut self, most: usize) -> bool {
        let Some(pipe) = &self.pipe else { return true };
        let read = pipe.read_ready(&mut self.kept.bytes, most);
        self.kept.cut();
        match read {
            Ok(false) if !self.kept.is_full() => return false,
            // The pipe stays open, or the child would die of a closed one instead of the signal that it is sent.
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

    /// Drops what is over the limit: of a tail not before as much again has come, as it costs a move of the rest.
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
