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
    /// The working directory is at fault, not the program.
    pub chdir: bool,
}

impl From<SpawnError> for SpawnFailure {
    fn from(error: SpawnError) -> Self {
        Self { errno: error.errno, chdir: error.stage == Stage::Chdir }
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
