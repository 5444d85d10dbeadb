//! Converts errors for JavaScript. The errors of a spawn cross as numbers, of which lib/errors.ts makes an Error; only the
//! errors that the native classes themselves throw are made here.

use crate::core::process::ReapedElsewhere;
use crate::core::spawn::{SpawnError, Stage};
use napi::{Env, JsError};
use napi_derive::napi;
use std::io;

/// Why nothing was started.
#[napi(object)]
pub struct SpawnFailure {
    /// libuv's error number, which is negative. `util.getSystemErrorName` returns its name.
    pub errno: i32,
    /// Where the spawn failed: 1: in the working directory; 2: this system or process cannot contain a child; 3: it cannot
    /// end a child when this process ends; 0: anywhere else.
    pub stage: u32,
}

/// The number of a stage in a [`SpawnFailure`].
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

/// Makes the Error for a wait that has failed. Its `code` is ERR_CHILD_REAPED_ELSEWHERE if other code in this process has
/// taken the exit status.
pub fn of_wait(env: Env, error: io::Error) -> napi::Error {
    if error.get_ref().is_some_and(|inner| inner.is::<ReapedElsewhere>()) {
        let coded = napi::Error::new("ERR_CHILD_REAPED_ELSEWHERE", error.to_string());
        return JsError::from(coded).into_unknown(env).into();
    }
    napi::Error::from_reason(error.to_string())
}
