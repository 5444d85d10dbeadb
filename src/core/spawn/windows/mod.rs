//! The Windows engine: the standard library's `Command`, which knows how to quote arguments, how to
//! run a `.cmd` safely and how to start two children at once without mixing up their handles.
//!
//! What it cannot do is refused with ENOTSUP, never ignored: fds from 3 up (they need the C run-time's
//! block in `lpReserved2`), and an argv[0] that is not the program's name.
//!
//! A child is given three handles. It also gets what other code in this process has made inheritable
//! at that moment, as every child of libuv's does; nothing of ours is.

mod command;
mod stdio;

use super::{Plan, SpawnError, Spawned, Stage};
use crate::core::sys::{Handle, OwnProcess, uv_errno};
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::path::Path;
use stdio::ChildStdio;
use windows_sys::Win32::Foundation::{
    ERROR_DIRECTORY, ERROR_NOT_SUPPORTED, HANDLE, NTSTATUS, RtlNtStatusToDosError,
};

pub fn spawn(plan: &Plan) -> Result<Spawned, SpawnError> {
    let ChildStdio { stdio, pipes } = ChildStdio::open(plan)?;
    let (pid, process) = start(plan, stdio).map_err(|error| blame(plan, &error))?;
    Ok(Spawned { process: OwnProcess::new(pid, process), pipes })
}

fn start(plan: &Plan, stdio: [std::process::Stdio; 3]) -> io::Result<(u32, OwnedHandle)> {
    let child = command::command(plan, stdio)?.spawn()?;
    let (pid, process) = (child.id(), OwnedHandle::from(child));
    // It does not run yet: here is the place to put it into a job, before it has children of its own.
    if let Err(error) = resume(&process) {
        let _ = Handle::new(process).send_signal(crate::core::signal::KILL);
        return Err(error);
    }
    Ok((pid, process))
}

fn resume(process: &OwnedHandle) -> io::Result<()> {
    // SAFETY: an open handle of a process that we have just created, with all rights.
    match unsafe { NtResumeProcess(process.as_raw_handle()) } {
        0.. => Ok(()),
        // SAFETY: takes an integer.
        failed => Err(io::Error::from_raw_os_error(unsafe { RtlNtStatusToDosError(failed) } as i32)),
    }
}

#[link(name = "ntdll", kind = "raw-dylib")]
unsafe extern "system" {
    /// Resumes all threads of a process. ResumeThread would need the first thread's handle, which the
    /// standard library keeps to itself.
    fn NtResumeProcess(process: HANDLE) -> NTSTATUS;
}

/// A bad working directory, which CreateProcessW does not always tell from a missing program, is found
/// by looking again. One that was removed or made in between is blamed wrongly; the outcome is the
/// same: no child.
fn blame(plan: &Plan, error: &io::Error) -> SpawnError {
    let bad_cwd = plan.cwd.as_deref().is_some_and(|cwd| !Path::new(&*command::text(cwd)).is_dir());
    if bad_cwd || error.raw_os_error() == Some(ERROR_DIRECTORY as i32) {
        let missing = io::Error::from_raw_os_error(ERROR_DIRECTORY as i32);
        return SpawnError { errno: uv_errno(&missing), stage: Stage::Chdir };
    }
    SpawnError { errno: uv_errno(error), stage: Stage::Spawn }
}

fn not_supported() -> io::Error {
    io::Error::from_raw_os_error(ERROR_NOT_SUPPORTED as i32)
}
