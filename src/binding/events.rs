//! Brings the events of children to a JS thread. Each instance of the JavaScript module has one queue, and a function that
//! is called when the queue is no longer empty. A burst of exits makes one call into JavaScript, which then takes all of
//! them.

use super::child::NativeChild;
use super::collector::{OutputCollector, overflow_of};
use super::error::{SpawnFailure, stage_number};
use super::options::SpawnRequest;
use super::records::{
    ALARM, COLLECTED, EVENT_WIDTH, EXITED, FAILED, GROUP_GONE, REAPED_ELSEWHERE, RETURNED, SPAWNED,
};
use super::text::Text;
use super::wake::{Listener, Wake};
use crate::core::child_handle::ChildHandle;
use crate::core::clock::{self, Alarm};
use crate::core::exit_status::End;
use crate::core::process::Outcome;
use crate::core::registry;
#[cfg(unix)]
use crate::core::spawn::Surroundings;
use crate::core::spawn::{Plan, SpawnError};
use crate::core::spawner::{self, Job};
use napi::bindgen_prelude::{Either, Float64ArraySlice, Function};
use napi::{Env, Result};
use napi_derive::napi;
#[cfg(unix)]
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

enum Event {
    Spawned { request: f64 },
    Failed { request: f64, error: SpawnError },
    Exited { handle: f64, outcome: Outcome },
    Returned { request: f64 },
    GroupGone { request: f64, gone: bool },
    Alarm { request: f64 },
    Collected { request: f64 },
}

/// The queue to which the reactor and the spawner threads add events. They hold only weak references to it: once its env is
/// gone, events are dropped.
struct Queue {
    wake: Wake,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Event>,
    /// Children that JavaScript has not claimed yet, by request.
    spawned: HashMap<u64, ChildHandle>,
    /// Spawns that have come back to this thread, by request: see [`spawner::Request::return_to_caller`].
    returned: HashMap<u64, Plan>,
    /// Alarms that have not fired yet, by request.
    alarms: HashMap<u64, Alarm>,
}

/// One thread's connection to its children.
#[napi]
pub struct Events {
    queue: Arc<Queue>,
    listener: Rc<Listener>,
    /// The working directory and the umask that new spawns take over, until this thread changes one of them.
    #[cfg(unix)]
    surroundings: RefCell<Arc<Surroundings>>,
}

#[napi]
impl Events {
    /// `wake` is called on this thread when there are events to drain. By itself, this keeps neither the event loop
    /// alive nor `wake` in memory: see `keepAlive`.
    #[napi(constructor, catch_unwind)]
    pub fn new(env: Env, wake: Function<(), ()>) -> Result<Self> {
        let (wake, listener) = Listener::new(env, wake)?;
        Ok(Self {
            queue: Arc::new(Queue { wake, waiting: Mutex::default() }),
            listener,
            #[cfg(unix)]
            surroundings: RefCell::new(Arc::new(Surroundings::unrecorded())),
        })
    }

    /// Moves events from the queue into `into`, and returns how many it has moved. Each event takes 9 numbers. The first is
    /// the kind of the event, and those that a kind does not use are 0:
    ///
    /// - 0, request: the child was started; `claim(request)` returns it;
    /// - 1, request, errno, stage: no child was started; `errno` and `stage` are those of a `SpawnFailure`;
    /// - 2, handle, code, signal, coreDumped, userCPUTime, systemCPUTime, maxRSS, cause: the child has exited. `code` is -1
    ///   if a signal ended it, `signal` is 0 if none did, and `userCPUTime` is -1 if the system has kept no record. `cause`
    ///   is 0 if this process did not end the child, otherwise the number of a `Cause`: 1 timeout, 2 abort, 3 maxBuffer,
    ///   4 dispose, 5 terminate, 6 kill;
    /// - 3, handle: the child has exited, but other code in this process has taken its status;
    /// - 4, request: the spawn has come back to this thread, which has to call `spawnReturned(request)`;
    /// - 5, request, gone: the wait of `waitGroup` is over; `gone` is 1 if no process of the group runs any more;
    /// - 6, request: the time of `setAlarm` has come;
    /// - 7, request: `collect` has nothing more to collect.
    #[napi(catch_unwind)]
    pub fn drain(&self, mut into: Float64ArraySlice) -> u32 {
        let mut waiting = self.queue.lock();
        // SAFETY: JavaScript is in this call, so nothing else reads or writes the array.
        let records = unsafe { into.as_mut() }.chunks_exact_mut(EVENT_WIDTH);
        let count = records.len().min(waiting.events.len());
        for (record, event) in records.zip(waiting.events.drain(..count)) {
            record.copy_from_slice(&event.into_record());
        }
        count as u32
    }

    /// Sets whether this connection keeps its thread's event loop alive, and whether it keeps `wake` in memory
    /// (default: the same as `eventLoop`).
    #[napi(catch_unwind)]
    pub fn keep_alive(&self, env: Env, event_loop: bool, wake: Option<bool>) {
        self.listener.hold(env, wake.unwrap_or(event_loop), event_loop);
    }

    /// Starts a program in the background. An event with the number `request` reports the result.
    ///
    /// - `numbers`: `[flags, uid, gid, number of groups, number of fds, ...groups, ...fds]`. Elements after these are
    ///   ignored.
    ///   - flags: 1: detached; 2: hide the window; 4: verbatim arguments; 8: other threads may change the working directory
    ///     and the umask at any time; 16: show the window; 32: the child leads a group; 64: no process can leave that group;
    ///     128: end the child when this process ends; 256: the same, but only where it is possible;
    ///     512: do as child_process does where the two differ (Windows).
    ///   - uid, gid, number of groups: -1 if they are not set.
    ///   - fds: one element for each fd of the child, at least three: -1: ignore; -2: a pipe; -3: a channel for messages as
    ///     JSON; -4: a channel for messages in V8's format; -5: the same file as the child's fd 1; otherwise an fd of this
    ///     process;
    /// - `args`: argv, including `argv[0]`, joined with NULs;
    /// - `file`: the program; null if it is `argv[0]`;
    /// - `env`: `KEY=value` entries joined with NULs; null for this process's own environment, on the main thread only;
    /// - `cwd`: the working directory; null for this process's own.
    #[napi(catch_unwind)]
    pub fn spawn(
        &self,
        request: f64,
        numbers: Float64ArraySlice,
        #[napi(ts_arg_type = "string")] args: Text,
        #[napi(ts_arg_type = "string | undefined | null")] file: Option<Text>,
        #[napi(ts_arg_type = "string | undefined | null")] env: Option<Text>,
        #[napi(ts_arg_type = "string | undefined | null")] cwd: Option<Text>,
    ) {
        let what = SpawnRequest { numbers: &numbers, args, file, env, cwd };
        let record = what.records_surroundings();
        let queued = what.into_plan().and_then(|plan| {
            let job = self.job(request, self.in_surroundings(plan, record));
            spawner::spawn_in_background(job)
        });
        if let Err(error) = queued {
            self.queue.push(Event::Failed { request, error });
        }
    }

    /// Starts a program that the spawner threads have returned, because they have rights that this thread has given up
    /// since it started them. An event reports the result, as for `spawn`.
    #[napi(catch_unwind)]
    pub fn spawn_returned(&self, request: f64) {
        let Some(plan) = self.queue.lock().returned.remove(&(request as u64)) else { return };
        if let Err(error) = spawner::spawn_on_a_thread_of_its_own(self.job(request, plan)) {
            self.queue.push(Event::Failed { request, error });
        }
    }

    /// To be called right before this thread changes the working directory or the umask of the process. Spawns that are
    /// under way keep those of the time of their call.
    #[napi(catch_unwind)]
    pub fn before_surroundings_change(&self) {
        #[cfg(unix)]
        self.surroundings.replace(Arc::new(Surroundings::unrecorded())).record();
    }

    /// To be called right before this thread changes the user or the groups of the process. The change affects all threads,
    /// so this blocks until the spawns under way are done: their children have the user and groups of the time of the call.
    #[napi(catch_unwind)]
    pub fn before_user_change(&self) {
        #[cfg(unix)]
        loop {
            spawner::wait_until_all_are_done();
            let returned: Vec<u64> = self.queue.lock().returned.keys().copied().collect();
            if returned.is_empty() {
                return;
            }
            returned.into_iter().for_each(|request| self.spawn_returned(request as f64));
        }
    }

    fn job(&self, request: f64, plan: Plan) -> Job {
        Job { plan, request: Box::new(Request { queue: Arc::downgrade(&self.queue), number: request }) }
    }

    #[cfg(unix)]
    fn in_surroundings(&self, plan: Plan, record: bool) -> Plan {
        let mut current = self.surroundings.borrow_mut();
        if record {
            *current = Surroundings::at_this_call(&current);
        }
        Plan { surroundings: Some(Arc::clone(&current)), ..plan }
    }

    #[cfg(not(unix))]
    fn in_surroundings(&self, plan: Plan, _record: bool) -> Plan {
        plan
    }

    /// Returns the child of a request whose event was "spawned". Every later call returns null.
    #[napi(catch_unwind)]
    pub fn claim(&self, request: f64) -> Option<NativeChild> {
        let handle = self.queue.lock().spawned.remove(&(request as u64))?;
        Some(self.handle(handle))
    }

    /// Starts a program on this thread, and returns once it runs. The arguments are those of `spawn`.
    #[napi(catch_unwind)]
    pub fn spawn_sync(
        &self,
        numbers: Float64ArraySlice,
        #[napi(ts_arg_type = "string")] args: Text,
        #[napi(ts_arg_type = "string | undefined | null")] file: Option<Text>,
        #[napi(ts_arg_type = "string | undefined | null")] env: Option<Text>,
        #[napi(ts_arg_type = "string | undefined | null")] cwd: Option<Text>,
    ) -> Either<NativeChild, SpawnFailure> {
        let what = SpawnRequest { numbers: &numbers, args, file, env, cwd };
        match what.into_plan().and_then(spawner::spawn) {
            Ok(handle) => Either::A(self.handle(handle)),
            Err(error) => Either::B(error.into()),
        }
    }

    /// Returns a handle on the child of a token from `NativeChild.share`. Null if the token was not made by this
    /// process, or if its child is gone.
    #[napi(catch_unwind)]
    pub fn attach(&self, token: String) -> Option<NativeChild> {
        registry::attach(&token).map(|handle| self.handle(handle))
    }

    /// Waits until no process of the child's group runs any more, or until `ms` milliseconds have passed (Infinity: no
    /// limit). An event with the number `request` reports it.
    #[napi(catch_unwind)]
    pub fn wait_group(&self, request: f64, child: &NativeChild, ms: f64) {
        let limit = Duration::try_from_secs_f64(ms / 1000.0).ok();
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        let queue = Arc::downgrade(&self.queue);
        child.handle.child().on_group_gone(deadline, move |gone| {
            if let Some(queue) = queue.upgrade() {
                queue.push(Event::GroupGone { request, gone });
            }
        });
    }

    /// Takes the pipe of the child's fd, which is possible once per process, and collects what the child writes to it,
    /// without JavaScript. An event with the number `request` reports that there is nothing more to collect. `overflow`
    /// says what happens after `limit` bytes (Infinity: no limit): 0: reading stops, the pipe stays open, and the event
    /// is sent; 1: the first bytes are kept; 2: the last bytes are kept. Returns null if the fd is not a pipe or has
    /// been taken before, and where pipes have to be read as streams (Windows, and SHARED_CHILD_REACTOR=threads);
    /// `takePipe` can still take it then.
    #[napi(catch_unwind)]
    pub fn collect(
        &self,
        request: f64,
        child: &NativeChild,
        fd: u32,
        limit: f64,
        overflow: u32,
    ) -> Option<OutputCollector> {
        let queue = Arc::downgrade(&self.queue);
        let done = move || {
            if let Some(queue) = queue.upgrade() {
                queue.push(Event::Collected { request });
            }
        };
        // A float that is too large becomes the largest integer.
        let (limit, overflow) = (limit as usize, overflow_of(overflow)?);
        let collector = child.handle.child().collect(fd as usize, limit, overflow, done)?;
        Some(OutputCollector { collector })
    }

    /// Sets a timer. An event with the number `request` reports that `ms` milliseconds have passed. It uses the
    /// system's clock, which the fake timers of a test framework do not replace. Returns 0, or libuv's error number,
    /// which is negative, if the timers' thread cannot be started.
    #[napi(catch_unwind)]
    pub fn set_alarm(&self, request: f64, ms: f64) -> f64 {
        let Some(at) =
            Duration::try_from_secs_f64(ms / 1000.0).ok().and_then(|ms| Instant::now().checked_add(ms))
        else {
            return 0.0; // a time that is too long for the clock never comes
        };
        let queue = Arc::downgrade(&self.queue);
        let ring = move |_| {
            if let Some(queue) = queue.upgrade() {
                queue.lock().alarms.remove(&(request as u64));
                queue.push(Event::Alarm { request });
            }
        };
        // Locked until the alarm is recorded, because it may fire at once.
        let mut waiting = self.queue.lock();
        match clock::set(at, ring) {
            Ok(alarm) => {
                waiting.alarms.insert(request as u64, alarm);
                0.0
            }
            Err(error) => crate::core::sys::uv_errno(&error).into(),
        }
    }

    /// Cancels the timer of this request.
    #[napi(catch_unwind)]
    pub fn cancel_alarm(&self, request: f64) {
        let alarm = self.queue.lock().alarms.remove(&(request as u64));
        alarm.into_iter().for_each(clock::cancel);
    }

    /// Makes a handle. The exit of its child will be reported to this thread, once.
    pub(super) fn handle(&self, handle: ChildHandle) -> NativeChild {
        let child = Arc::clone(handle.child());
        let native = NativeChild::new(handle);
        let (number, queue) = (native.number, Arc::downgrade(&self.queue));
        child.shared.on_exit(move |outcome| {
            if let Some(queue) = queue.upgrade() {
                queue.push(Event::Exited { handle: number, outcome });
            }
        });
        native
    }
}

/// A spawn that is under way. If the env of its queue is gone by the time that the child is started, the child runs on,
/// like one whose worker has ended.
struct Request {
    queue: Weak<Queue>,
    number: f64,
}

impl spawner::Request for Request {
    fn finished(self: Box<Self>, result: std::result::Result<ChildHandle, SpawnError>) {
        let Some(queue) = self.queue.upgrade() else { return };
        let request = self.number;
        match result {
            Ok(handle) => {
                queue.lock().spawned.insert(request as u64, handle);
                queue.push(Event::Spawned { request });
            }
            Err(error) => queue.push(Event::Failed { request, error }),
        }
    }

    fn return_to_caller(self: Box<Self>, plan: Plan) {
        let Some(queue) = self.queue.upgrade() else { return };
        queue.lock().returned.insert(self.number as u64, plan);
        queue.push(Event::Returned { request: self.number });
    }
}

impl Queue {
    fn push(&self, event: Event) {
        let mut waiting = self.lock();
        let was_empty = waiting.events.is_empty();
        waiting.events.push_back(event);
        drop(waiting);
        // If the queue was not empty, a call is already under way and will find this event, too.
        if was_empty {
            self.wake.call();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Event {
    fn into_record(self) -> [f64; EVENT_WIDTH] {
        match self {
            Self::Spawned { request } => record([SPAWNED, request]),
            Self::Failed { request, error } => {
                record([FAILED, request, error.errno.into(), stage_number(error.stage).into()])
            }
            Self::Returned { request } => record([RETURNED, request]),
            Self::GroupGone { request, gone } => record([GROUP_GONE, request, f64::from(gone)]),
            Self::Alarm { request } => record([ALARM, request]),
            Self::Collected { request } => record([COLLECTED, request]),
            Self::Exited { handle, outcome: Err(_) } => record([REAPED_ELSEWHERE, handle]),
            Self::Exited { handle, outcome: Ok(status) } => {
                let (code, signal) = match status.end {
                    End::Code(code) => (f64::from(code), 0.0),
                    End::Signal(signal) => (-1.0, f64::from(signal)),
                };
                let [user, system, rss] = status.usage.map_or([-1.0, 0.0, 0.0], |usage| {
                    [usage.user_cpu_time, usage.system_cpu_time, usage.max_rss].map(|value| value as f64)
                });
                let cause = status.cause.map_or(0.0, |cause| f64::from(cause as u8));
                [EXITED, handle, code, signal, f64::from(status.core_dumped), user, system, rss, cause]
            }
        }
    }
}

fn record<const N: usize>(start: [f64; N]) -> [f64; EVENT_WIDTH] {
    let mut record = [0.0; EVENT_WIDTH];
    record[..N].copy_from_slice(&start);
    record
}
