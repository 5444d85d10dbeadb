//! The state machine: one lock, one Condvar, three states.
//!
//! A pid belongs to a child until it is reaped; after that the kernel may give it to anyone. So
//! every reap and every signal happens under one lock, and a thread that blocks until the exit does
//! so outside the lock, without reaping. This is the design of the shared_child crate
//! (<https://github.com/oconnor663/shared_child.rs>), with deadlines, exit listeners, a `try_wait`
//! that always asks the kernel, and a defined outcome when someone else reaps the child.

use super::causes::Causes;
use super::exit_status::{Cause, ExitStatus};
use super::process::{Outcome, Process};
use super::sync::{Condvar, Mutex, MutexGuard};
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Child, Command};
use std::sync::PoisonError;
use std::time::{Duration, Instant};

type Listener = Box<dyn FnOnce(Outcome) + Send>;

#[derive(Clone, Copy, Debug)]
enum State {
    /// No thread is inside the kernel for this child: the thread that holds the lock may reap.
    NotWaiting,
    /// One thread is inside the kernel, waiting without reaping. Nobody may reap, and any other
    /// thread that wants the exit sleeps on the Condvar.
    Waiting,
    /// Reaped: the pid may belong to another process. No system call names it from here on.
    Exited(Outcome),
}
use State::{Exited, NotWaiting, Waiting};

struct Inner<P> {
    process: P,
    state: State,
    listeners: Vec<Listener>,
    causes: Causes,
}

/// An exit that has just been reaped and has not been announced to the listeners yet.
#[must_use]
struct Exit {
    outcome: Outcome,
    listeners: Vec<Listener>,
}

impl Exit {
    /// Runs the listeners. The lock must have been released, because they may use the child. A panic in
    /// one listener does not keep the others from running.
    fn announce(self) -> Outcome {
        for listener in self.listeners {
            let _ = catch_unwind(AssertUnwindSafe(|| listener(self.outcome)));
        }
        self.outcome
    }
}

impl<P: Process> Inner<P> {
    /// The only place that reaps. The status is stored in the same critical section in which the
    /// pid is freed, so no thread can see a free pid without seeing `Exited`.
    fn try_reap(&mut self) -> io::Result<Option<Exit>> {
        // Reaping while another thread waits for the pid would free the pid under it: that thread would
        // then wait for whichever process gets the pid next.
        assert!(matches!(self.state, NotWaiting), "unexpected state {:?}", self.state);
        let Some(outcome) = self.process.try_reap()? else {
            return Ok(None);
        };
        let outcome = outcome.map(|status| ExitStatus { cause: self.causes.of(&status), ..status });
        self.state = Exited(outcome);
        Ok(Some(Exit { outcome, listeners: std::mem::take(&mut self.listeners) }))
    }
}

/// A child process that any number of threads can wait on, poll and signal at once.
pub struct SharedChild<P = Child> {
    inner: Mutex<Inner<P>>,
    /// Notified whenever a thread leaves the `Waiting` state.
    left_waiting: Condvar,
}

impl SharedChild<Child> {
    /// Starts `command` and shares its child.
    pub fn spawn(command: &mut Command) -> io::Result<Self> {
        Ok(Self::from_process(command.spawn()?))
    }

    /// Shares a child that was started elsewhere and may have been waited on already. The only way to
    /// find out is to poll it, which reaps it if it is a zombie.
    pub fn new(child: Child) -> io::Result<Self> {
        let shared = Self::from_process(child);
        shared.try_wait()?;
        Ok(shared)
    }

    /// Takes the child's stdin. Only the first call gets it.
    pub fn take_stdin(&self) -> Option<std::process::ChildStdin> {
        self.lock().process.stdin.take()
    }

    /// Takes the child's stdout. Only the first call gets it.
    pub fn take_stdout(&self) -> Option<std::process::ChildStdout> {
        self.lock().process.stdout.take()
    }

    /// Takes the child's stderr. Only the first call gets it.
    pub fn take_stderr(&self) -> Option<std::process::ChildStderr> {
        self.lock().process.stderr.take()
    }
}

impl<P: Process> SharedChild<P> {
    /// Shares a process that nobody has waited on yet.
    pub fn from_process(process: P) -> Self {
        Self {
            inner: Mutex::new(Inner {
                process,
                state: NotWaiting,
                listeners: Vec::new(),
                causes: Causes::default(),
            }),
            left_waiting: Condvar::new(),
        }
    }

    /// Returns the process. If it is a [`std::process::Child`], it knows its exit status, because it is only
    /// ever reaped through its own [`Process::try_reap`].
    pub fn into_inner(self) -> P {
        self.inner.into_inner().unwrap_or_else(PoisonError::into_inner).process
    }

    /// Runs `ask` on the process, under the lock.
    pub fn with_process<T>(&self, ask: impl FnOnce(&P) -> T) -> T {
        ask(&self.lock().process)
    }

    /// The child's process id. After the exit it may be someone else's.
    pub fn id(&self) -> u32 {
        self.lock().process.id()
    }

    /// What a waiter outside the state machine (the reactor) needs to learn of the exit.
    pub fn handle(&self) -> P::Handle {
        self.lock().process.handle()
    }

    /// Blocks until the child has exited.
    pub fn wait(&self) -> io::Result<ExitStatus> {
        let status = self.wait_until(None)?;
        Ok(status.expect("a wait without a deadline ends with the exit"))
    }

    /// Blocks until the child has exited or `timeout` has passed (`None`: it still runs).
    pub fn wait_timeout(&self, timeout: Duration) -> io::Result<Option<ExitStatus>> {
        // A timeout that is too long for the clock is no limit.
        self.wait_until(Instant::now().checked_add(timeout))
    }

    /// Blocks until the child has exited or `deadline` has passed (`None`: it still runs). Polls at
    /// least once, so a deadline in the past is a poll.
    pub fn wait_deadline(&self, deadline: Instant) -> io::Result<Option<ExitStatus>> {
        self.wait_until(Some(deadline))
    }

    /// Returns the status if the child has exited. This always asks the kernel, so a child that exited before this call is
    /// never reported as running.
    pub fn try_wait(&self) -> io::Result<Option<ExitStatus>> {
        self.wait_until(Some(Instant::now()))
    }

    fn wait_until(&self, deadline: Option<Instant>) -> io::Result<Option<ExitStatus>> {
        let mut deadline = Deadline::new(deadline);
        let mut inner = self.lock();
        loop {
            match inner.state {
                Exited(outcome) => return Ok(Some(outcome?)),
                NotWaiting => {
                    // Poll before anything else. This is what makes a deadline in the past a poll; and it is
                    // here that a thread which returns from the kernel wait below reaps the child.
                    if let Some(exit) = inner.try_reap()? {
                        drop(inner);
                        return Ok(Some(exit.announce()?));
                    }
                    if deadline.has_passed {
                        return Ok(None);
                    }
                    let exited = self.wait_in_kernel(inner, deadline.at)?;
                    deadline.has_passed |= !exited;
                    // The next turn of the loop reaps, unless the state says that another thread has done so.
                    inner = self.lock();
                }
                Waiting => {
                    // Our time is over, so ask the kernel, without reaping. If the child has exited, the
                    // thread that is waiting in the kernel is about to return. Only it may reap, and it will
                    // wake us: so the sleep below lasts no longer than a thread switch.
                    if deadline.has_passed && !inner.process.has_exited()? {
                        return Ok(None);
                    }
                    inner = self.sleep(inner, &mut deadline);
                }
            }
        }
    }

    /// Enters `Waiting`, blocks outside the lock and leaves `Waiting` again, however the wait ends.
    fn wait_in_kernel(
        &self,
        mut inner: MutexGuard<'_, Inner<P>>,
        deadline: Option<Instant>,
    ) -> io::Result<bool> {
        // Before the change of state: this may panic, and `LeaveWaiting` is not there yet to change it back.
        let handle = inner.process.handle();
        inner.state = Waiting;
        drop(inner);
        let _leave = LeaveWaiting(self);
        P::wait_without_reaping(&handle, deadline)
    }

    /// Sleeps until a thread leaves `Waiting`, or until a deadline that has not passed yet.
    fn sleep<'a>(
        &'a self,
        inner: MutexGuard<'a, Inner<P>>,
        deadline: &mut Deadline,
    ) -> MutexGuard<'a, Inner<P>> {
        let Some(at) = deadline.at.filter(|_| !deadline.has_passed) else {
            return self.left_waiting.wait(inner).unwrap_or_else(PoisonError::into_inner);
        };
        let left = at.saturating_duration_since(Instant::now());
        let (inner, result) =
            self.left_waiting.wait_timeout(inner, left).unwrap_or_else(PoisonError::into_inner);
        deadline.has_passed |= result.timed_out();
        inner
    }

    /// Sends SIGKILL (on Windows, terminates the process). `true`: the signal was sent; `false`: the child had already
    /// exited.
    pub fn kill(&self) -> io::Result<bool> {
        self.send_signal(super::signal::KILL)
    }

    /// Sends a signal. `true`: it was sent; `false`: the child had already exited. Signal 0 only asks whether the child is
    /// there.
    pub fn send_signal(&self, signal: i32) -> io::Result<bool> {
        self.send_signal_because(signal, Cause::Kill)
    }

    /// Sends a signal, like [`send_signal`](Self::send_signal), and records `cause` as the reason in case the child
    /// ends by the signal.
    pub fn send_signal_because(&self, signal: i32, cause: Cause) -> io::Result<bool> {
        // The lock is held from the poll to the signal, so the pid cannot be freed in between.
        let (mut inner, has_exited) = self.lock_and_poll()?;
        if has_exited {
            return Ok(false);
        }
        let sent = inner.process.send_signal(signal)?;
        if sent {
            inner.causes.note(cause, signal);
        }
        Ok(sent)
    }

    /// Sends a signal to the child's whole group, even after the child itself has exited. `true`: it was sent; `false`: no
    /// process is left.
    pub fn signal_group(&self, signal: i32, cause: Cause) -> io::Result<bool> {
        self.send_to_group(signal, cause, P::signal_group)
    }

    /// Windows: asks the child, or its whole group, to end ([`Process::ask_to_end`]).
    pub fn ask_to_end(&self, signal: i32, cause: Cause) -> io::Result<bool> {
        self.send_to_group(signal, cause, P::ask_to_end)
    }

    fn send_to_group(
        &self,
        signal: i32,
        cause: Cause,
        send: impl FnOnce(&mut P, i32) -> io::Result<bool>,
    ) -> io::Result<bool> {
        let (mut inner, has_exited) = self.lock_and_poll()?;
        let sent = send(&mut inner.process, signal)?;
        // A signal that is sent to the group after the child's exit did not end the child.
        if sent && !has_exited {
            inner.causes.note(cause, signal);
        }
        Ok(sent)
    }

    /// Whether no process of the child's group runs any more. Zombies do not count.
    pub fn group_is_empty(&self) -> io::Result<bool> {
        self.lock().process.group_is_empty()
    }

    /// Releases the group of a child that has exited: it cannot be signalled any more. Does nothing while the
    /// child runs.
    pub fn release_group(&self) {
        let mut inner = self.lock();
        if matches!(inner.state, Exited(_)) {
            inner.process.release_group();
        }
    }

    /// Takes the lock, and returns with it whether the child has exited as of now.
    fn lock_and_poll(&self) -> io::Result<(MutexGuard<'_, Inner<P>>, bool)> {
        let mut inner = self.lock();
        let has_exited = match inner.state {
            Exited(_) => true,
            Waiting => inner.process.has_exited()?,
            NotWaiting => match inner.try_reap()? {
                None => false,
                Some(exit) => {
                    drop(inner);
                    let _ = exit.announce();
                    inner = self.lock();
                    true
                }
            },
        };
        Ok((inner, has_exited))
    }

    /// Runs `listener` once with the outcome: on the thread that reaps the child, outside the lock, or at
    /// once if the child has been reaped. It should be short, since it holds up the thread that reaps.
    pub fn on_exit(&self, listener: impl FnOnce(Outcome) + Send + 'static) {
        let mut inner = self.lock();
        match inner.state {
            Exited(outcome) => {
                drop(inner);
                let _ = Exit { outcome, listeners: vec![Box::new(listener)] }.announce();
            }
            NotWaiting | Waiting => inner.listeners.push(Box::new(listener)),
        }
    }

    /// Ignores poison: a thread that panicked while it held the lock has left a consistent state, because
    /// every critical section changes the state in a single assignment.
    fn lock(&self) -> MutexGuard<'_, Inner<P>> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When a wait gives up, and whether that time has come. Once `has_passed` is set it stays set: a wait that the
/// kernel ended a moment early must not be put to sleep again because the clock still shows an earlier time.
struct Deadline {
    /// `None`: never.
    at: Option<Instant>,
    has_passed: bool,
}

impl Deadline {
    fn new(at: Option<Instant>) -> Self {
        Self { at, has_passed: at.is_some_and(|at| at <= Instant::now()) }
    }
}

/// Leaves `Waiting` when dropped. So an error or a panic in the kernel wait cannot leave the other threads
/// asleep: they are woken, and one of them takes over the wait.
struct LeaveWaiting<'a, P: Process>(&'a SharedChild<P>);

impl<P: Process> Drop for LeaveWaiting<'_, P> {
    fn drop(&mut self) {
        self.0.lock().state = NotWaiting;
        self.0.left_waiting.notify_all();
    }
}

impl<P> fmt::Debug for SharedChild<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_struct("SharedChild").field("state", &inner.state).finish_non_exhaustive()
    }
}
