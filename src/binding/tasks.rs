//! wait, kill and tryWait as jobs for libuv's pool. Each makes one blocking call of the core.
//!
//! They are simple, so the tests compare the wrapper's own wait with them. The wrapper does not use them, because a
//! blocked wait occupies one of the pool's four threads: four of them stall every `fs` call of the process, and
//! `process.exit()` waits for the child (see docs/performance.md).

use super::error;
use super::status::ExitStatus;
use crate::core;
use crate::core::child::Child;
use napi::{Env, Result, Task};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

pub struct Wait(pub Arc<Child>);
pub struct Kill(pub Arc<Child>);
pub struct TryWait(pub Arc<Child>);

/// napi runs `compute` on libuv's thread and does not catch panics, which would end the process.
fn caught<T>(call: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|_| Err(io::Error::other("a panic in shared-child")))
}

impl Task for Wait {
    type Output = io::Result<core::ExitStatus>;
    type JsValue = ExitStatus;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(caught(|| self.0.shared.wait()))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<Self::JsValue> {
        output.map(ExitStatus::from).map_err(|error| error::of_wait(env, error))
    }
}

impl Task for Kill {
    type Output = io::Result<bool>;
    type JsValue = ();

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(caught(|| self.0.shared.kill()))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<Self::JsValue> {
        output.map(drop).map_err(|error| error::of_wait(env, error))
    }
}

impl Task for TryWait {
    type Output = io::Result<Option<core::ExitStatus>>;
    type JsValue = Option<ExitStatus>;

    fn compute(&mut self) -> Result<Self::Output> {
        Ok(caught(|| self.0.shared.try_wait()))
    }

    fn resolve(&mut self, env: Env, output: Self::Output) -> Result<Self::JsValue> {
        output.map(|status| status.map(ExitStatus::from)).map_err(|error| error::of_wait(env, error))
    }
}
