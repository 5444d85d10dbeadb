//! The child's stdin, stdout and stderr.

use super::super::{Plan, Stdio};
use super::not_supported;
use crate::core::sys::{PipeEnd, open_pipe};
use std::io;
use std::os::windows::io::{BorrowedHandle, OwnedHandle};
use windows_sys::Win32::Foundation::{ERROR_INVALID_HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Console::{
    GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
};

/// What the child is given. None of it is inheritable: the standard library makes inheritable copies
/// while it starts the child, one child at a time.
pub struct ChildStdio {
    pub stdio: [std::process::Stdio; 3],
    /// Our ends, by the child's fd.
    pub pipes: Vec<Option<PipeEnd>>,
}

impl ChildStdio {
    pub fn open(plan: &Plan) -> io::Result<Self> {
        // More need the block of the C run-time that CreateProcessW takes as lpReserved2.
        if plan.stdio.iter().skip(3).any(|stdio| !matches!(stdio, Stdio::Ignore)) {
            return Err(not_supported());
        }
        let mut pipes: Vec<Option<PipeEnd>> = plan.stdio.iter().map(|_| None).collect();
        let mut open = |fd: usize| match plan.stdio.get(fd) {
            None | Some(Stdio::Ignore) => Ok(std::process::Stdio::null()),
            Some(Stdio::Pipe) => {
                let (ours, childs) = open_pipe(fd == 0)?;
                pipes[fd] = Some(ours);
                Ok(childs.into())
            }
            Some(Stdio::Inherit(ours)) => {
                Ok(standard_handle(*ours)?.map_or_else(std::process::Stdio::null, Into::into))
            }
            Some(Stdio::Given(handle)) => handle.try_clone().map(Into::into),
        };
        let stdio = [open(0)?, open(1)?, open(2)?];
        Ok(Self { stdio, pipes })
    }
}

/// A copy of one of this process's own. A program without a console (Electron) has none: `None`, for
/// which libuv gives the child none either.
fn standard_handle(fd: i32) -> io::Result<Option<OwnedHandle>> {
    let which = match fd {
        0 => STD_INPUT_HANDLE,
        1 => STD_OUTPUT_HANDLE,
        2 => STD_ERROR_HANDLE,
        _ => return Err(io::Error::from_raw_os_error(ERROR_INVALID_HANDLE as i32)),
    };
    // SAFETY: takes an integer.
    let handle = unsafe { GetStdHandle(which) };
    if handle.is_null() || handle == INVALID_HANDLE_VALUE {
        return Ok(None);
    }
    // SAFETY: the process's own for as long as nobody replaces it; one that is closed is refused.
    unsafe { BorrowedHandle::borrow_raw(handle) }.try_clone_to_owned().map(Some)
}
