//! What the replacement of node:child_process needs: spawns on the calling thread, whose pipes are pairs that Node's own
//! JavaScript opens as it opens libuv's: sockets, on Windows named pipes for both directions.

use super::child::NativeChild;
use super::error::SpawnFailure;
use super::events::Events;
use super::options::SpawnRequest;
use super::text::Text;
use crate::core::exit_status::Cause;
use crate::core::signal;
use crate::core::spawn::{Plan, SpawnError, Stdio};
use crate::core::spawner;
use crate::core::sys::{self, Descriptor, PipeEnd};
use napi::Result;
use napi::bindgen_prelude::{Either, Float64ArraySlice, FnArgs, Function, Unknown};
use napi_derive::napi;

/// Stands for an fd in a request: a pair. In the same place, -1 means `ignore`, and other numbers are fds of this process.
const PAIR: f64 = -3.0;
/// A pair of which the child's end, too, does overlapped I/O. (Only Windows distinguishes this.)
const OVERLAPPED_PAIR: f64 = -4.0;

/// A plan, and our end of each of the child's fds that is a pair.
pub(super) struct Paired {
    pub plan: Plan,
    pub ends: Vec<Option<Descriptor>>,
}

impl Paired {
    pub fn new(what: SpawnRequest) -> std::result::Result<Self, SpawnError> {
        let [_, _, _, group_count, fd_count, ref lists @ ..] = *what.numbers else {
            return Err(std::io::Error::from(std::io::ErrorKind::InvalidInput).into());
        };
        let first = what.numbers.len() - lists.len() + group_count.max(0.0) as usize;
        let mut numbers = what.numbers.to_vec();
        let mut targets = Vec::new();
        for (target, number) in numbers.iter_mut().skip(first).take(fd_count as usize).enumerate() {
            if [PAIR, OVERLAPPED_PAIR].contains(number) {
                targets.push((target, *number == OVERLAPPED_PAIR));
                *number = -1.0;
            }
        }
        let mut plan = SpawnRequest { numbers: &numbers, ..what }.into_plan()?;
        let mut ends = Vec::new();
        ends.resize_with(plan.stdio.len(), || None);
        for (target, overlapped) in targets {
            let (ours, childs) = sys::stdio_pair(overlapped)?;
            ends[target] = Some(ours);
            // Given as it is: if the parent's own fds 0 to 2 are closed, the new one may have such a number, which must
            // not be taken for 'inherit'.
            plan.stdio[target] = Stdio::End(childs);
        }
        Ok(Self { plan, ends })
    }
}

/// Whether Node returns the streams of a child that could not be started with this error. These streams end at once.
fn leaves_streams(errno: i32) -> bool {
    [sys::UV_ENOENT, sys::UV_EACCES, sys::UV_EAGAIN].contains(&errno)
}

#[napi]
impl Events {
    /// Starts a program on this thread. The arguments are those of `spawn`, except that an fd of -3 is a pair: two
    /// connected sockets or, on Windows, the two ends of a pipe for both directions. (-4: the child's end does overlapped
    /// I/O, too.) For each of these, `open` is called with the child's fd and our end, which `open` owns from then on.
    /// This is also done if the program cannot be started because of ENOENT, EACCES or EAGAIN.
    #[napi(catch_unwind)]
    #[allow(clippy::too_many_arguments, reason = "the fields of an object cost more")]
    pub fn spawn_paired(
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
                        let _ = handle.child().signal(signal::KILL, Cause::Kill);
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
