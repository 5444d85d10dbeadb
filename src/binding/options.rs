//! From what JavaScript asks for to a plan of the core.

use crate::core::spawn::{Credentials, Plan, SpawnError, Stdio, StringBlock, environment};
use crate::core::sys;
use napi_derive::napi;
use std::ffi::CString;

/// What to start. The wrapper has validated it: no string has a NUL in it.
#[napi(object, use_nullable = true)]
pub struct SpawnRequest {
    pub file: String,
    /// argv, `argv[0]` first, joined with NULs: one string crosses faster than many.
    pub args: String,
    /// `KEY=value` entries joined with NULs; null: the process's own environment, read during this
    /// call. Only the main thread may say null.
    pub env: Option<String>,
    pub cwd: Option<String>,
    /// For each fd of the child (at least three): -1 ignore, -2 pipe, else one of the parent's fds.
    pub stdio: Vec<i32>,
    pub detached: bool,
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    pub groups: Option<Vec<u32>>,
    pub windows_hide: bool,
    pub windows_verbatim_arguments: bool,
}

impl SpawnRequest {
    /// Copies all that could change after the call, descriptors included.
    pub fn into_plan(self) -> Result<Plan, SpawnError> {
        Ok(Plan {
            file: c_string(self.file),
            args: StringBlock::from_joined(self.args),
            env: self.env.map_or_else(environment::of_this_process, StringBlock::from_joined),
            cwd: self.cwd.map(c_string),
            stdio: self.stdio.into_iter().map(stdio).collect::<Result<_, _>>()?,
            detached: self.detached,
            credentials: Credentials { uid: self.uid, gid: self.gid, groups: self.groups },
            hide_window: self.windows_hide,
            verbatim_arguments: self.windows_verbatim_arguments,
        })
    }
}

fn stdio(code: i32) -> Result<Stdio, SpawnError> {
    Ok(match code {
        -1 => Stdio::Ignore,
        -2 => Stdio::Pipe,
        fd @ 0..=2 => Stdio::Inherit(fd),
        fd => Stdio::Given(sys::duplicate_fd(fd)?),
    })
}

/// Cut at a NUL, which the wrapper lets none through with.
fn c_string(text: String) -> CString {
    CString::new(text).unwrap_or_else(|error| {
        let end = error.nul_position();
        let mut bytes = error.into_vec();
        bytes.truncate(end);
        CString::new(bytes).unwrap_or_default()
    })
}
