//! What the replacement of node:child_process needs: spawns on the calling thread, whose pipes are pairs of sockets, as
//! Node makes them.

use super::child::NativeChild;
use super::error::{SpawnFailure, stage_number};
use super::events::Events;
use super::options::SpawnRequest;
use super::text::Text;
use crate::core::ending::Ending;
use crate::core::exchange::{self, End, Limits};
use crate::core::exit_status::{self, Cause};
use crate::core::spawn::{Plan, SpawnError, Stdio};
use crate::core::spawner;
use crate::core::sys::{PipeEnd, socket_pair};
use napi::Result;
use napi::bindgen_prelude::{Buffer, Either, Float64ArraySlice, FnArgs, Function, Uint8Array, Unknown};
use napi_derive::napi;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

/// Stands for an fd in a request: a pair of sockets. In the same place, -1 means `ignore`, and other numbers are fds of
/// this process.
const SOCKETS: f64 = -3.0;

/// A plan, and our end of each of the child's fds that is a pair of sockets.
struct Paired {
    plan: Plan,
    ends: Vec<Option<OwnedFd>>,
}

impl Paired {
    fn new(what: SpawnRequest) -> std::result::Result<Self, SpawnError> {
        let [_, _, _, group_count, fd_count, ref lists @ ..] = *what.numbers else {
            return Err(std::io::Error::from(std::io::ErrorKind::InvalidInput).into());
        };
        let first = what.numbers.len() - lists.len() + group_count.max(0.0) as usize;
        let mut numbers = what.numbers.to_vec();
        let mut targets = Vec::new();
        for (target, number) in numbers.iter_mut().skip(first).take(fd_count as usize).enumerate() {
            if *number == SOCKETS {
                *number = -1.0;
                targets.push(target);
            }
        }
        let mut plan = SpawnRequest { numbers: &numbers, ..what }.into_plan()?;
        let mut ends = Vec::new();
        ends.resize_with(plan.stdio.len(), || None);
        for target in targets {
            let (ours, childs) = socket_pair()?;
            ends[target] = Some(ours);
            // Given as it is: if the parent's own fds 0 to 2 are closed, the new one may have such a number, which must
            // not be taken for 'inherit'.
            plan.stdio[target] = Stdio::Given(childs);
        }
        Ok(Self { plan, ends })
    }
}

/// Whether Node returns the streams of a child that could not be started with this error. These streams end at once.
fn leaves_streams(errno: i32) -> bool {
    [libc::ENOENT, libc::EACCES, libc::EAGAIN].contains(&-errno)
}

#[napi]
impl Events {
    /// Starts a program on this thread. The arguments are those of `spawn`, except that an fd of -3 is a pair of
    /// sockets. For each of these, `open` is called with the child's fd and our end, which `open` owns from then on.
    /// This is also done if the program cannot be started because of ENOENT, EACCES or EAGAIN.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments, reason = "the fields of an object cost more")]
    pub fn spawn_with_sockets(
        &self,
        numbers: Float64ArraySlice,
        #[napi(ts_arg_type = "string")] args: Text,
        #[napi(ts_arg_type = "string | undefined | null")] file: Option<Text>,
        #[napi(ts_arg_type = "string | undefined | null")] env: Option<Text>,
        #[napi(ts_arg_type = "string | undefined | null")] cwd: Option<Text>,
        #[napi(ts_arg_type = "(fd: number, end: number) => void")] open: Function<
            FnArgs<(u32, f64)>,
            Unknown,
        >,
    ) -> Result<Either<NativeChild, SpawnFailure>> {
        let what = SpawnRequest { numbers: &numbers, args, file, env, cwd };
        let Paired { plan, ends } = match Paired::new(what) {
            Ok(paired) => paired,
            Err(error) => return Ok(Either::B(error.into())),
        };
        let spawned = spawner::spawn(plan);
        if spawned.as_ref().is_ok() || spawned.as_ref().is_err_and(|error| leaves_streams(error.errno)) {
            for (fd, end) in ends.into_iter().enumerate() {
                let Some(end) = end else { continue };
                let lent = PipeEnd::from(end).lend();
                if let Err(error) = open.call((fd as u32, lent.raw() as f64).into()) {
                    lent.take_back();
                    if let Ok(handle) = &spawned {
                        let _ = handle.child().signal(libc::SIGKILL, Cause::Kill);
                    }
                    return Err(error);
                }
            }
        }
        Ok(match spawned {
            Ok(handle) => Either::A(self.handle(handle)),
            Err(error) => Either::B(error.into()),
        })
    }
}

/// How a program ended for which this thread has waited.
#[napi(object, use_nullable = true)]
pub struct SyncResult {
    /// The process id, or 0 if nothing was started.
    pub pid: u32,
    pub code: Option<u32>,
    /// The number of the signal that ended it, or null.
    pub signal: Option<i32>,
    /// libuv's number of the first error (ETIMEDOUT, ENOBUFS, ...), or 0.
    pub errno: i32,
    /// Where the spawn failed, as in a `SpawnFailure`.
    pub stage: u32,
    /// What the child has written, indexed by its fds.
    pub output: Vec<Option<Buffer>>,
}

/// Starts a program, writes `input` to its fd 0, reads its other pipes, and waits until it has exited and all of them
/// are closed. The arguments are those of `spawnWithSockets`. `timeout` is in milliseconds and `maxBuffer` in bytes;
/// Infinity means no limit. A child that exceeds one of them is ended by `signal`, and `grace` milliseconds later by
/// SIGKILL (Infinity: never).
#[napi(catch_unwind)]
#[allow(clippy::too_many_arguments, reason = "the fields of an object cost more")]
pub fn run_sync(
    numbers: Float64ArraySlice,
    #[napi(ts_arg_type = "string")] args: Text,
    #[napi(ts_arg_type = "string | undefined | null")] file: Option<Text>,
    #[napi(ts_arg_type = "string | undefined | null")] env: Option<Text>,
    #[napi(ts_arg_type = "string | undefined | null")] cwd: Option<Text>,
    input: Option<Uint8Array>,
    timeout: f64,
    max_buffer: f64,
    signal: i32,
    grace: f64,
) -> SyncResult {
    let start = Instant::now();
    let what = SpawnRequest { numbers: &numbers, args, file, env, cwd };
    let input = input.as_ref().map_or(&[][..], |input| input.as_ref());
    let begun = Paired::new(what).and_then(|Paired { plan, ends }| {
        // This is done before there is a child, so that a failure leaves nothing behind.
        let ends: Vec<(usize, End)> = ends
            .into_iter()
            .enumerate()
            .filter_map(|(fd, end)| Some((fd, end?)))
            .map(|(fd, end)| Ok((fd, if fd == 0 { End::feed(end, input) } else { End::collect(end) }?)))
            .collect::<std::result::Result<_, SpawnError>>()?;
        Ok((plan.stdio.len(), ends, spawner::spawn(plan)?))
    });
    let (fds, ends, child) = match begun {
        Ok(begun) => begun,
        Err(SpawnError { errno, stage }) => {
            let stage = stage_number(stage);
            return SyncResult { pid: 0, code: None, signal: None, errno, stage, output: Vec::new() };
        }
    };
    // A time that is too long for the clock, such as Infinity, never comes.
    let [timeout, grace] = [timeout, grace].map(|ms| Duration::try_from_secs_f64(ms / 1000.0).ok());
    let limits = Limits {
        deadline: timeout.and_then(|timeout| start.checked_add(timeout)),
        max_bytes: max_buffer.is_finite().then_some(max_buffer),
        ending: Ending { cause: Cause::Timeout, signal, grace },
    };
    let (places, ends): (Vec<usize>, Vec<End>) = ends.into_iter().unzip();
    let exchanged = exchange::exchange(&child, ends, &limits);
    let mut output = Vec::new();
    output.resize_with(fds, || None);
    for (place, bytes) in places.into_iter().zip(exchanged.output) {
        output[place] = bytes.map(Buffer::from);
    }
    let (code, signal) = match exchanged.status.map(|status| status.end) {
        Some(exit_status::End::Code(code)) => (Some(code), None),
        Some(exit_status::End::Signal(signal)) => (None, Some(signal)),
        None => (None, None),
    };
    SyncResult { pid: child.pid, code, signal, errno: exchanged.errno, stage: 0, output }
}
