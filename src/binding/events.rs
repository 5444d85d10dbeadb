//! How news of children reach a JS thread: one queue and one weak threadsafe function for each env
//! that asked. A burst of exits is one call into JavaScript, which then takes them all.

use super::child::NativeChild;
use super::error::SpawnFailure;
use super::options::SpawnRequest;
use super::text::Text;
use crate::core::child::ChildHandle;
use crate::core::exit_status::End;
use crate::core::process::Outcome;
use crate::core::registry;
use crate::core::spawn::{SpawnError, Stage};
use crate::core::spawner::{self, Job};
use napi::bindgen_prelude::{Either, Float64ArraySlice, Function};
use napi::threadsafe_function::{ThreadsafeFunction, ThreadsafeFunctionCallMode};
use napi::{Env, Result, Status, sys};
use napi_derive::napi;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

type Wake = ThreadsafeFunction<(), (), (), Status, false, true, 0>;

/// Numbers an event takes: kind, key, and what it says.
const EVENT_WIDTH: usize = 8;

enum Event {
    Spawned { request: f64 },
    Failed { request: f64, error: SpawnError },
    Exited { handle: f64, outcome: Outcome },
}

/// Where the reactor and the spawners leave news. They hold it weakly: when its env is gone, the news
/// are nobody's.
struct Queue {
    wake: Wake,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    events: VecDeque<Event>,
    /// Children that JavaScript has not come for yet, by request.
    spawned: HashMap<u64, ChildHandle>,
}

/// One thread's connection to its children.
#[napi]
pub struct Events {
    queue: Arc<Queue>,
}

#[napi]
impl Events {
    /// `wake` runs on this thread when there is something to drain. By itself this does not keep the
    /// event loop alive.
    #[napi(constructor)]
    pub fn new(wake: Function<(), ()>) -> Result<Self> {
        let wake = wake
            .build_threadsafe_function::<()>()
            .callee_handled::<false>()
            .weak::<true>()
            .build_callback(|_| Ok(()))?;
        Ok(Self { queue: Arc::new(Queue { wake, waiting: Mutex::default() }) })
    }

    /// Moves events into `into` and returns how many. Each takes 8 numbers, the rest of which are 0:
    ///
    /// - 0 request: spawned, `claim(request)` is the child;
    /// - 1 request errno chdir: not spawned; `chdir` is 1 when the working directory is at fault;
    /// - 2 handle code signal coreDumped userCPUTime systemCPUTime maxRSS: exited. `code` is -1 if a
    ///   signal ended it, `signal` 0 if none did, `userCPUTime` -1 where the system kept no record;
    /// - 3 handle: exited, but someone else took the status.
    #[napi]
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

    /// Whether this connection keeps its thread's event loop alive.
    #[napi]
    pub fn keep_alive(&self, env: Env, on: bool) {
        let wake = self.queue.wake.raw();
        // SAFETY: on the thread of the env, which is alive, as is its function: we hold it.
        unsafe {
            if on {
                sys::napi_ref_threadsafe_function(env.raw(), wake);
            } else {
                sys::napi_unref_threadsafe_function(env.raw(), wake);
            }
        }
    }

    /// Starts a program in the background; an event with this request's number tells the outcome.
    ///
    /// - `numbers`: `[flags, uid, gid, number of groups, number of fds, ...groups, ...fds]`, and whatever
    ///   else there is room for. flags: 1 detached, 2 hide the window, 4 verbatim arguments, 16 show the window.
    ///   uid, gid, number of groups: -1 for none. fds, for each of the child's, at least three: -1 ignore, -2 pipe,
    ///   else one of this process's;
    /// - `args`: argv, `argv[0]` first, joined with NULs;
    /// - `file`: null when it is `argv[0]`;
    /// - `env`: `KEY=value` entries joined with NULs. null, on the main thread only: this process's own.
    #[napi]
    pub fn spawn(
        &self,
        request: f64,
        numbers: Float64ArraySlice,
        #[napi(ts_arg_type = "string")] args: Text,
        #[napi(ts_arg_type = "string | undefined | null")] file: Option<Text>,
        #[napi(ts_arg_type = "string | undefined | null")] env: Option<Text>,
        #[napi(ts_arg_type = "string | undefined | null")] cwd: Option<Text>,
    ) {
        let queue = Arc::downgrade(&self.queue);
        let what = SpawnRequest { numbers: &numbers, args, file, env, cwd };
        let queued = what.into_plan().and_then(|plan| {
            let done = Box::new(move |result| Queue::push_spawned(&queue, request, result));
            spawner::spawn_in_background(Job { plan, done })
        });
        if let Err(error) = queued {
            self.queue.push(Event::Failed { request, error });
        }
    }

    /// The child of a request that was answered with "spawned", once.
    #[napi]
    pub fn claim(&self, request: f64) -> Option<NativeChild> {
        let handle = self.queue.lock().spawned.remove(&(request as u64))?;
        Some(self.handle(handle))
    }

    /// Starts a program on this thread. The arguments are those of `spawn`.
    #[napi]
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
    #[napi]
    pub fn attach(&self, token: String) -> Option<NativeChild> {
        registry::attach(&token).map(|handle| self.handle(handle))
    }

    /// A handle whose exit will be told to this thread, once.
    fn handle(&self, handle: ChildHandle) -> NativeChild {
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

impl Queue {
    fn push(&self, event: Event) {
        let mut waiting = self.lock();
        let was_empty = waiting.events.is_empty();
        waiting.events.push_back(event);
        drop(waiting);
        // Not empty: a call is under way already, and will find this event too.
        if was_empty {
            self.wake.call((), ThreadsafeFunctionCallMode::NonBlocking);
        }
    }

    /// The result of a spawn whose env may have gone meanwhile: the child then runs on, as one whose
    /// worker has ended does.
    fn push_spawned(queue: &Weak<Self>, request: f64, result: std::result::Result<ChildHandle, SpawnError>) {
        let Some(queue) = queue.upgrade() else { return };
        match result {
            Ok(handle) => {
                queue.lock().spawned.insert(request as u64, handle);
                queue.push(Event::Spawned { request });
            }
            Err(error) => queue.push(Event::Failed { request, error }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Event {
    fn into_record(self) -> [f64; EVENT_WIDTH] {
        match self {
            Self::Spawned { request } => [0.0, request, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            Self::Failed { request, error } => {
                let chdir = f64::from(error.stage == Stage::Chdir);
                [1.0, request, error.errno.into(), chdir, 0.0, 0.0, 0.0, 0.0]
            }
            Self::Exited { handle, outcome: Err(_) } => [3.0, handle, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
            Self::Exited { handle, outcome: Ok(status) } => {
                let (code, signal) = match status.end {
                    End::Code(code) => (f64::from(code), 0.0),
                    End::Signal(signal) => (-1.0, f64::from(signal)),
                };
                let [user, system, rss] = status.usage.map_or([-1.0, 0.0, 0.0], |usage| {
                    [usage.user_cpu_time, usage.system_cpu_time, usage.max_rss].map(|value| value as f64)
                });
                [2.0, handle, code, signal, f64::from(status.core_dumped), user, system, rss]
            }
        }
    }
}
