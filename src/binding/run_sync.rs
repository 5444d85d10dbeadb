//! The functions of child_process that end in `Sync`: a spawn, and a wait for all of it, on the calling thread.

use super::child_process::Paired;
use super::error::stage_number;
use super::options::SpawnRequest;
use super::text::Text;
use crate::core::ending::Ending;
use crate::core::exchange::{self, End, Limits};
use crate::core::exit_status::{self, Cause};
use crate::core::spawn::SpawnError;
use crate::core::spawner;
use napi::bindgen_prelude::{Buffer, Float64ArraySlice, Uint8Array};
use napi_derive::napi;
use std::time::{Duration, Instant};

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
/// are closed. The arguments are those of `spawnPaired`. `timeout` is in milliseconds and `maxBuffer` in bytes;
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
