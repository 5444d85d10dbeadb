//! The handle on a child, as JavaScript holds it.

use super::error;
use super::status::ExitStatus;
use super::tasks::{Kill, TryWait, Wait};
use super::text::Text;
use crate::core::Cause;
use crate::core::child::TakenPipe;
use crate::core::child_handle::ChildHandle;
use crate::core::ending::Ending;
use crate::core::process::Containment;
use crate::core::registry;
use crate::core::spawn::Serialization;
use crate::core::sys;
use napi::bindgen_prelude::{AsyncTask, Either, Function, Uint8Array, Unknown};
use napi::{Env, Result};
use napi_derive::napi;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A handle on a child process, made by `Events`. Any number of handles, in any number of threads, may refer to the same
/// child.
#[napi]
pub struct NativeChild {
    pub(super) handle: ChildHandle,
    pub(super) number: f64,
}

impl NativeChild {
    pub(super) fn new(handle: ChildHandle) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self { handle, number: NEXT.fetch_add(1, Ordering::Relaxed) as f64 }
    }
}

#[napi]
impl NativeChild {
    /// The child's process id. After the exit, the system may give it to another process.
    #[napi(getter, catch_unwind)]
    pub fn pid(&self) -> u32 {
        self.handle.pid
    }

    /// The number by which exit events name this handle.
    #[napi(getter, catch_unwind)]
    pub fn handle(&self) -> f64 {
        self.number
    }

    /// The name or path of the program, as the caller gave it.
    #[napi(getter, ts_return_type = "string", catch_unwind)]
    pub fn spawnfile(&self) -> Text {
        self.handle.file.as_c_str().into()
    }

    /// The program's arguments, of which the first is `argv[0]`.
    #[napi(getter, ts_return_type = "Array<string>", catch_unwind)]
    pub fn spawnargs(&self) -> Vec<Text> {
        self.handle.args.iter().map(Into::into).collect()
    }

    /// How many entries the child's stdio has.
    #[napi(getter, catch_unwind)]
    pub fn stdio_length(&self) -> u32 {
        self.handle.stdio_length() as u32
    }

    /// How messages are written on the child's channel: 'json' or 'advanced'. Null if the child has no channel.
    #[napi(getter, ts_return_type = "'json' | 'advanced' | null", catch_unwind)]
    pub fn serialization(&self) -> Option<&'static str> {
        self.handle.channel.map(|(_, serialization)| match serialization {
            Serialization::Json => "json",
            Serialization::Advanced => "advanced",
        })
    }

    /// Resolves when the child has exited. Blocks a thread of libuv's pool until then.
    #[napi(ts_return_type = "Promise<ExitStatus>", catch_unwind)]
    pub fn wait(&self) -> AsyncTask<Wait> {
        AsyncTask::new(Wait(Arc::clone(self.handle.child())))
    }

    /// Sends SIGKILL, on a thread of libuv's pool. Does nothing if the child has exited.
    #[napi(ts_return_type = "Promise<void>", catch_unwind)]
    pub fn kill(&self) -> AsyncTask<Kill> {
        AsyncTask::new(Kill(Arc::clone(self.handle.child())))
    }

    /// Resolves with the status if the child has exited, otherwise with null. The kernel is asked on a thread of libuv's
    /// pool.
    #[napi(ts_return_type = "Promise<ExitStatus | null>", catch_unwind)]
    pub fn try_wait(&self) -> AsyncTask<TryWait> {
        AsyncTask::new(TryWait(Arc::clone(self.handle.child())))
    }

    /// Blocks this thread until the child has exited, or until `ms` milliseconds have passed (default: no limit). Returns
    /// null if the child still runs.
    #[napi(catch_unwind)]
    pub fn wait_sync(&self, env: Env, ms: Option<f64>) -> Result<Option<ExitStatus>> {
        let shared = &self.handle.shared;
        // A time that is too long for the clock, such as Infinity, is no limit.
        let limit = ms.and_then(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok());
        let status = match limit {
            Some(limit) => shared.wait_timeout(limit),
            None => shared.wait().map(Some),
        };
        status.map(|status| status.map(Into::into)).map_err(|error| error::of_wait(env, error))
    }

    /// Asks the kernel whether the child has exited. Returns its status, or null if it still runs.
    #[napi(catch_unwind)]
    pub fn try_wait_sync(&self, env: Env) -> Result<Option<ExitStatus>> {
        let status = self.handle.shared.try_wait();
        status.map(|status| status.map(Into::into)).map_err(|error| error::of_wait(env, error))
    }

    /// Sends a signal to the child. Returns 1 if it was sent, 0 if the child had already exited, or libuv's error number,
    /// which is negative.
    #[napi(catch_unwind)]
    pub fn send_signal(&self, signal: i32) -> i32 {
        sent_or_errno(self.handle.shared.send_signal(signal))
    }

    /// What `signalGroup` reaches: 'job' (Windows), 'cgroup' (Linux), 'group' (a process group), or 'child' if the child
    /// leads no group.
    #[napi(getter, catch_unwind)]
    pub fn containment(&self) -> &'static str {
        match self.handle.containment {
            Containment::Job => "job",
            Containment::Cgroup => "cgroup",
            Containment::Group => "group",
            Containment::Child => "child",
        }
    }

    /// Sends a signal to the child's whole group, even after the child itself has exited. Returns 1 if it was sent, 0 if no
    /// process is left in the group, or libuv's error number, which is negative.
    #[napi(catch_unwind)]
    pub fn signal_group(&self, signal: i32) -> i32 {
        sent_or_errno(self.handle.shared.signal_group(signal, Cause::Kill))
    }

    /// Ends the child, and its group if it leads one: sends `signal` in `delay` milliseconds, and SIGKILL `grace`
    /// milliseconds after that (Infinity: never; 0: at once, instead of `signal`). The timers belong to the process, so
    /// they fire even if this thread has ended. `cause` is the number of a `Cause`. Returns 1 if the signal was sent or
    /// will be sent, 0 if no process is left, or libuv's error number, which is negative.
    #[napi(catch_unwind)]
    pub fn end(&self, cause: u32, signal: i32, grace: f64, delay: f64) -> i32 {
        let cause = Cause::ALL.into_iter().find(|known| *known as u32 == cause).unwrap_or(Cause::Kill);
        // A time that is too long for the clock, such as Infinity, never comes.
        let [grace, delay] = [grace, delay].map(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok());
        let ending = Ending { cause, signal, grace };
        let child = self.handle.child();
        sent_or_errno(match delay {
            Some(Duration::ZERO) => child.end(ending),
            Some(delay) => child.end_after(delay, ending).map(|()| true),
            None => Ok(true),
        })
    }

    /// Takes the parent's end of the child's fd, which is possible once per process. Calls `open` with it, and returns
    /// what `open` returns. If `open` gets a number, it is a descriptor that `open` owns from then on; if it gets
    /// bytes, they are all that was left in the pipe after the exit. Returns null if the fd is not a pipe, or has been
    /// taken before.
    ///
    /// If `open` throws, or the thread is terminated meanwhile, the descriptor is closed unless a stream has taken it over.
    #[napi(catch_unwind)]
    pub fn take_pipe<'env>(
        &self,
        fd: u32,
        open: Function<'env, Either<f64, Uint8Array>, Unknown<'env>>,
    ) -> Result<Option<Unknown<'env>>> {
        hand_over(self.handle.take_pipe(fd as usize), open)
    }

    /// Takes the parent's end of the child's channel for messages, in the same way as `takePipe` takes a pipe.
    #[napi(catch_unwind)]
    pub fn take_channel<'env>(
        &self,
        open: Function<'env, Either<f64, Uint8Array>, Unknown<'env>>,
    ) -> Result<Option<Unknown<'env>>> {
        hand_over(self.handle.take_channel(), open)
    }

    /// Whether the child's fd is a pipe that has been taken.
    #[napi(catch_unwind)]
    pub fn is_taken(&self, fd: u32) -> bool {
        self.handle.is_taken(fd as usize)
    }

    /// Closes the parent's end of the child's fd. Returns false if the fd is not a pipe, or has been taken before.
    #[napi(catch_unwind)]
    pub fn close_pipe(&self, fd: u32) -> bool {
        self.handle.take_pipe(fd as usize).is_some()
    }

    /// Returns a token for this child, which `Events.attach` takes in any thread of this process.
    #[napi(catch_unwind)]
    pub fn share(&self) -> String {
        registry::share(self.handle.child())
    }
}

/// Calls `open` with the descriptor or the bytes of a pipe, and returns what it returns. If it fails, the descriptor is
/// closed.
pub(super) fn hand_over<'env>(
    taken: Option<TakenPipe>,
    open: Function<'env, Either<f64, Uint8Array>, Unknown<'env>>,
) -> Result<Option<Unknown<'env>>> {
    match taken {
        None => Ok(None),
        Some(TakenPipe::Drained(bytes)) => open.call(Either::B(bytes.into())).map(Some),
        Some(TakenPipe::Open(end)) => {
            let lent = end.lend();
            let opened = open.call(Either::A(lent.raw() as f64));
            if opened.is_err() {
                lent.take_back();
            }
            opened.map(Some)
        }
    }
}

fn sent_or_errno(outcome: io::Result<bool>) -> i32 {
    match outcome {
        Ok(sent) => sent.into(),
        Err(error) => sys::uv_errno(&error),
    }
}
