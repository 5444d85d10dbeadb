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

/// The queue to which the reactor and the spawners add events. They hold it weakly: when its env is gone, the
/// events are dropped.
struct Queue {
    wake: Wake,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Event>,
    /// Children that JavaScript has yet to claim, by request.
    spawned: HashMap<u64, ChildHandle>,
    /// Spawns that have come back to this thread, by request: see [`spawner::Request::return_to_caller`].
    returned: HashMap<u64, Plan>,
    /// Alarms that are still to ring, by request.
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
    /// `wake` runs on this thread when there is something to drain. By itself this neither keeps the event
    /// loop alive nor `wake` in memory: see `keepAlive`.
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

    /// Moves events into `into` and returns how many. Each takes 9 numbers, the rest of which are 0:
    ///
    /// - 0 request: spawned, `claim(request)` is the child;
    /// - 1 request errno stage: not spawned; `stage` is that of a `SpawnFailure`;
    /// - 2 handle code signal coreDumped userCPUTime systemCPUTime maxRSS cause: exited. `code` is -1 if a
    ///   signal ended it, `signal` 0 if none did, `userCPUTime` -1 where the system kept no record, `cause`
    ///   0 if this process did not end it, else the number of a `Cause`: 1 timeout, 2 abort, 3 maxBuffer,
    ///   4 dispose, 5 terminate, 6 kill;
    /// - 3 handle: exited, but someone else took the status;
    /// - 4 request: returned, to be started by `spawnReturned(request)`;
    /// - 5 request gone: `waitGroup` is over; `gone` is 1 when nothing of the group runs any more;
    /// - 6 request: the time of `setAlarm` has come;
    /// - 7 request: `collect` is over.
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

    /// Whether this connection keeps its thread's event loop alive, and whether `wake` must stay in memory
    /// (if it is not said: as long as the loop must).
    #[napi(catch_unwind)]
    pub fn keep_alive(&self, env: Env, event_loop: bool, wake: Option<bool>) {
        self.listener.hold(env, wake.unwrap_or(event_loop), event_loop);
    }

    /// Starts a program in the background; an event with this request's number tells the outcome.
    ///
    /// - `numbers`: `[flags, uid, gid, number of groups, number of fds, ...groups, ...fds]`, and whatever
    ///   else there is room for. flags: 1 detached, 2 hide the window, 4 verbatim arguments, 8 other
    ///   threads may change the working directory and the umask at any time, 16 show the window, 32 a group of its
    ///   own, 64 that it cannot leave, 128 end it with this process, 256 where that can be had. uid, gid,
    ///   number of groups: -1 for none. fds, for each of the child's, at least three: -1 ignore, -2 pipe,
    ///   -3 channel for messages as JSON, -4 for messages in V8's format, -5 what fd 1 is, else one of this process's;
    /// - `args`: argv, `argv[0]` first, joined with NULs;
    /// - `file`: null when it is `argv[0]`;
    /// - `env`: `KEY=value` entries joined with NULs. null, on the main thread only: this process's own.
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

    /// Starts a program that the spawner threads have returned: they have rights that this thread has
    /// given up since it started them. An event tells the outcome, as that of `spawn`.
    #[napi(catch_unwind)]
    pub fn spawn_returned(&self, request: f64) {
        let Some(plan) = self.queue.lock().returned.remove(&(request as u64)) else { return };
        if let Err(error) = spawner::spawn_on_a_thread_of_its_own(self.job(request, plan)) {
            self.queue.push(Event::Failed { request, error });
        }
    }

    /// Call it right before this thread changes the working directory or the umask of the process: spawns
    /// that are under way keep those of their call.
    #[napi(catch_unwind)]
    pub fn before_surroundings_change(&self) {
        #[cfg(unix)]
        self.surroundings.replace(Arc::new(Surroundings::unrecorded())).record();
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

    /// The child of a request that was answered with "spawned", once.
    #[napi(catch_unwind)]
    pub fn claim(&self, request: f64) -> Option<NativeChild> {
        let handle = self.queue.lock().spawned.remove(&(request as u64))?;
        Some(self.handle(handle))
    }

    /// Starts a program on this thread. The arguments are those of `spawn`.
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

    /// The child of a token; null when the token is not of this process, or its child is gone.
    #[napi(catch_unwind)]
    pub fn attach(&self, token: String) -> Option<NativeChild> {
        registry::attach(&token).map(|handle| self.handle(handle))
    }

    /// An event with this request's number tells when nothing of the child's group runs any more, or that `ms`
    /// milliseconds have passed (Infinity: no limit).
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

    /// Takes the pipe of the child's fd, once per process, and collects what comes out of it, without any JavaScript. An event
    /// with this request's number tells when there is nothing more to come. Over `limit` bytes (Infinity: none), by `overflow`:
    /// 0 nothing more is read, the pipe stays open and the event comes; 1 the first bytes are kept; 2 the last. Null: it is not
    /// there to be taken, or has to be read as a stream here (Windows; SHARED_CHILD_REACTOR=threads), and still can be.
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
        // A float becomes the nearest integer that there is.
        let (limit, overflow) = (limit as usize, overflow_of(overflow)?);
        let collector = child.handle.child().collect(fd as usize, limit, overflow, done)?;
        Some(OutputCollector { collector })
    }

    /// An event with this request's number tells that `ms` milliseconds have passed, by the system's clock and
    /// not by one that a test has put in its place. 0, or libuv's error number (negative): there is no thread
    /// that could wait.
    #[napi(catch_unwind)]
    pub fn set_alarm(&self, request: f64, ms: f64) -> f64 {
        let Some(at) =
            Duration::try_from_secs_f64(ms / 1000.0).ok().and_then(|ms| Instant::now().checked_add(ms))
        else {
            return 0.0; // a time that no clock can hold never comes
        };
        let queue = Arc::downgrade(&self.queue);
        let ring = move |_| {
            if let Some(queue) = queue.upgrade() {
                queue.lock().alarms.remove(&(request as u64));
                queue.push(Event::Alarm { request });
            }
        };
        // Locked until the alarm is on record: it may ring at once.
        let mut waiting = self.queue.lock();
        match clock::set(at, ring) {
            Ok(alarm) => {
                waiting.alarms.insert(request as u64, alarm);
                0.0
            }
            Err(error) => crate::core::sys::uv_errno(&error).into(),
        }
    }

    /// The alarm of this request rings no more.
    #[napi(catch_unwind)]
    pub fn cancel_alarm(&self, request: f64) {
        let alarm = self.queue.lock().alarms.remove(&(request as u64));
        alarm.into_iter().for_each(clock::cancel);
    }

    /// A handle whose exit will be told to this thread, once.
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

/// A spawn under way. The env of its queue may be gone when it is done; the child then runs on, like one whose worker has
/// ended.
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
        // Not empty: a call is under way already, and will find this event too.
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
