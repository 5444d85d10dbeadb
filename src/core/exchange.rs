//! Writes a child's input and collects its output on the calling thread, until the child has exited and no process has its
//! pipes open any more. `spawnSync` of child_process does this.

use super::child_handle::ChildHandle;
use super::ending::Ending;
use super::exit_status::{Cause, ExitStatus};
use super::sys::{check, set_blocking, uv_errno};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::time::Instant;

/// Our end of one of the child's fds, and what is done with it.
pub struct End<'a> {
    /// `None` once the descriptor is closed.
    fd: Option<OwnedFd>,
    work: Work<'a>,
}

enum Work<'a> {
    /// Writes these bytes, which are those that have not been written yet.
    Feed(&'a [u8]),
    /// Reads. These bytes have been read so far.
    Collect(Vec<u8>),
}

/// When to end a child that has not ended by itself.
pub struct Limits {
    pub deadline: Option<Instant>,
    /// The limit for the sum of all that is collected, as in child_process. What has been read by then is kept.
    pub max_bytes: Option<f64>,
    /// How to end it. The cause is replaced by that of the limit.
    pub ending: Ending,
}

#[derive(Debug)]
pub struct Exchanged {
    /// `None`: other code in this process has taken the status.
    pub status: Option<ExitStatus>,
    /// What was collected from each end; `None` for an end that was written to.
    pub output: Vec<Option<Vec<u8>>>,
    /// libuv's number of the first thing that went wrong, or 0.
    pub errno: i32,
}

/// How many bytes are read at a time, so that no pipe keeps the others waiting.
const CHUNK: usize = 64 * 1024;

impl<'a> End<'a> {
    pub fn feed(fd: OwnedFd, input: &'a [u8]) -> io::Result<Self> {
        Self::new(fd, Work::Feed(input))
    }

    pub fn collect(fd: OwnedFd) -> io::Result<Self> {
        Self::new(fd, Work::Collect(Vec::new()))
    }

    fn new(fd: OwnedFd, work: Work<'a>) -> io::Result<Self> {
        set_blocking(fd.as_raw_fd(), false)?;
        // If there is nothing to write, the child finds the end of its input at once.
        let fd = (!matches!(work, Work::Feed([]))).then_some(fd);
        Ok(Self { fd, work })
    }

    fn events(&self) -> i16 {
        match self.work {
            Work::Feed(_) => libc::POLLOUT,
            Work::Collect(_) => libc::POLLIN,
        }
    }

    /// Reads or writes what is possible without blocking, and closes the descriptor when everything is done. Returns
    /// how many bytes were collected.
    fn go_on(&mut self) -> io::Result<usize> {
        let Some(fd) = &self.fd else { return Ok(0) };
        let fd = fd.as_raw_fd();
        let moved = match &mut self.work {
            Work::Feed(input) => send(fd, input).map(|count| *input = &input[count..]).map(|()| 0),
            Work::Collect(output) => receive(fd, output),
        };
        let done = match &moved {
            Ok(count) => match self.work {
                Work::Feed(left) => left.is_empty(),
                Work::Collect(_) => *count == 0,
            },
            Err(error) if is_for_later(error) => return Ok(0),
            Err(_) => true,
        };
        if done {
            self.fd = None;
        }
        moved
    }
}

fn is_for_later(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

fn send(fd: RawFd, bytes: &[u8]) -> io::Result<usize> {
    // Node ignores SIGPIPE, but not every host does. macOS has no such flag.
    #[cfg(target_vendor = "apple")]
    const FLAGS: i32 = 0;
    #[cfg(not(target_vendor = "apple"))]
    const FLAGS: i32 = libc::MSG_NOSIGNAL;
    // SAFETY: the buffer has the length that is passed.
    let count = check(unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), FLAGS) } as i64)?;
    Ok(count as usize)
}

fn receive(fd: RawFd, into: &mut Vec<u8>) -> io::Result<usize> {
    into.reserve(CHUNK);
    let room = into.spare_capacity_mut();
    // SAFETY: the buffer has the length that is passed.
    let count = check(unsafe { libc::read(fd, room.as_mut_ptr().cast(), room.len()) } as i64)? as usize;
    // SAFETY: the kernel has initialised this many bytes.
    unsafe { into.set_len(into.len() + count) };
    Ok(count)
}

/// Reads and writes until all ends are closed and the child has exited, or until a limit ends the child. In that case the
/// ends are closed at once, and the exit is waited for nevertheless, as in child_process.
pub fn exchange(child: &ChildHandle, ends: Vec<End>, limits: &Limits) -> Exchanged {
    let mut run = Run { child, limits, ends, errno: 0, stopped: false };
    while !run.stopped && run.ends.iter().any(|end| end.fd.is_some()) {
        if let Err(error) = run.turn() {
            run.fail(uv_errno(&error));
            run.stop(Cause::Kill);
        }
    }
    let status = run.wait();
    let output = run.ends.into_iter().map(|end| match end.work {
        Work::Feed(_) => None,
        Work::Collect(bytes) => Some(bytes),
    });
    Exchanged { status, output: output.collect(), errno: run.errno }
}

struct Run<'a> {
    child: &'a ChildHandle,
    limits: &'a Limits,
    ends: Vec<End<'a>>,
    errno: i32,
    stopped: bool,
}

impl Run<'_> {
    /// Waits until something can be done, and does it.
    fn turn(&mut self) -> io::Result<()> {
        let open =
            || self.ends.iter().enumerate().filter_map(|(i, end)| Some((i, end.fd.as_ref()?, end.events())));
        let places: Vec<usize> = open().map(|(i, ..)| i).collect();
        let mut polls: Vec<libc::pollfd> =
            open().map(|(_, fd, events)| libc::pollfd { fd: fd.as_raw_fd(), events, revents: 0 }).collect();
        // SAFETY: the buffer has the length that is passed.
        let ready = check(unsafe { libc::poll(polls.as_mut_ptr(), polls.len() as _, self.ms_left()) });
        let interrupted = match ready {
            Ok(_) => false,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => true,
            Err(error) => return Err(error),
        };
        for (place, poll) in places.into_iter().zip(&polls) {
            if !interrupted && poll.revents != 0 && !self.stopped {
                self.go_on(place);
            }
        }
        if !self.stopped && self.limits.deadline.is_some_and(|at| at <= Instant::now()) {
            self.time_out();
        }
        Ok(())
    }

    /// An error on one pipe does not end the others: the child goes on, and the error is reported, as in child_process.
    fn go_on(&mut self, place: usize) {
        match self.ends[place].go_on() {
            Ok(_) => {
                let collected = |end: &End| match &end.work {
                    Work::Feed(_) => 0,
                    Work::Collect(bytes) => bytes.len(),
                };
                let total: usize = self.ends.iter().map(collected).sum();
                if self.limits.max_bytes.is_some_and(|max| total as f64 > max) {
                    self.fail(-libc::ENOBUFS);
                    self.stop(Cause::MaxBuffer);
                }
            }
            Err(error) => self.fail(uv_errno(&error)),
        }
    }

    /// The time until the deadline in milliseconds, rounded up, because a wait that ends too early would be repeated in
    /// a busy loop. -1: there is no deadline.
    fn ms_left(&self) -> i32 {
        let Some(at) = self.limits.deadline else { return -1 };
        let left = at.saturating_duration_since(Instant::now());
        i32::try_from(left.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
    }

    fn time_out(&mut self) {
        self.fail(-libc::ETIMEDOUT);
        self.stop(Cause::Timeout);
    }

    /// Records an error. Only the first one is reported.
    fn fail(&mut self, errno: i32) {
        if self.errno == 0 {
            self.errno = errno;
        }
    }

    fn stop(&mut self, cause: Cause) {
        self.stopped = true;
        // This fails with EPERM if the child has changed its user. The child then lives on, and is waited for.
        let _ = self.child.child().end(Ending { cause, ..self.limits.ending });
        // Only then, so that a child that writes dies of that signal, and not of SIGPIPE.
        self.ends.iter_mut().for_each(|end| end.fd = None);
    }

    fn wait(&mut self) -> Option<ExitStatus> {
        let shared = &self.child.shared;
        if let Some(at) = self.limits.deadline.filter(|_| !self.stopped) {
            match shared.wait_deadline(at) {
                Ok(Some(status)) => return Some(status),
                Ok(None) => self.time_out(),
                Err(_) => {}
            }
        }
        let status = shared.wait();
        if let Err(error) = &status {
            self.fail(error.raw_os_error().map_or(-libc::ECHILD, |errno| -errno));
        }
        status.ok()
    }
}
