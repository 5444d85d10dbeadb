//! Errors on their way to JavaScript. Those of a spawn travel as numbers, and lib/errors.ts makes the
//! Error; only what the native class itself throws is made here.

use crate::core::process::ReapedElsewhere;
use crate::core::spawn::{SpawnError, Stage};
use napi::{Env, JsError};
use napi_derive::napi;
use std::io;

/// Why nothing was started.
#[napi(object)]
pub struct SpawnFailure {
    /// libuv's number (negative), as `util.getSystemErrorName` takes it.
    pub errno: i32,
    /// What was at fault: 0 anything but the following; 1 the working directory; 2 there is no way to contain a
    /// child here; 3 nor to end it with this process.
    pub stage: u32,
}

/// The number of a stage, as JavaScript has it.
pub fn stage_number(stage: Stage) -> u32 {
    match stage {
        Stage::Spawn => 0,
        Stage::Chdir => 1,
        Stage::Contain => 2,
        Stage::KillOnParentExit => 3,
    }
}

impl From<SpawnError> for SpawnFailure {
    fn from(error: SpawnError) -> Self {
        Self { errno: error.errno, stage: stage_number(error.stage) }
    }
}

/// The Error for a wait that failed: `code` is ERR_CHILD_REAPED_ELSEWHERE when someone else took the
/// status.
pub fn of_wait(env: Env, error: io::Error) -> napi::Error {
    if error.get_ref().is_some_and(|inner| inner.is::<ReapedElsewhere>()) {
        let coded = napi::Error::new("ERR_CHILD_REAPED_ELSEWHERE", error.to_string());
        return JsError::from(coded).into_unknown(env).into();
    }
    napi::Error::from_reason(error.to_string())
}
