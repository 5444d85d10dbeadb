//! The Windows engine: CreateProcessW, as libuv calls it, but with a list of the handles that the child gets: nothing
//! else that this process has made inheritable reaches it.

mod command_line;
mod create;
mod crt_block;
mod environment_block;
mod program;
mod stdio;

use super::{Plan, SpawnError, Spawned, Stage};
use crate::core::sys::{Handle, OwnProcess, uv_errno};
use std::borrow::Cow;
use std::ffi::CStr;
use std::io;
use std::os::windows::io::AsRawHandle;
use std::path::Path;
use stdio::ChildStdio;
use windows_sys::Win32::Foundation::ERROR_DIRECTORY;
use windows_sys::Win32::System::Threading::ResumeThread;

pub fn spawn(plan: &Plan) -> Result<Spawned, SpawnError> {
    let stdio = ChildStdio::open(plan)?;
    let process = start(plan, &stdio).map_err(|error| blame(plan, &error))?;
    Ok(Spawned { process, pipes: stdio.pipes })
}

fn start(plan: &Plan, stdio: &ChildStdio) -> io::Result<OwnProcess> {
    let child = create::create(plan, stdio)?;
    // It does not run yet: here is the place to put it into a job, before it has children of its own.
    // SAFETY: the handle of its only thread.
    if unsafe { ResumeThread(child.thread.as_raw_handle()) } == u32::MAX {
        let error = io::Error::last_os_error();
        let _ = Handle::new(child.process).send_signal(crate::core::signal::KILL);
        return Err(error);
    }
    Ok(OwnProcess::new(child.pid, child.process))
}

/// JavaScript's strings, as UTF-8. What is none (half of a surrogate pair, which an environment
/// variable or a file name may hold) becomes U+FFFD on the way.
fn text(string: &CStr) -> Cow<'_, str> {
    string.to_string_lossy()
}

/// A bad working directory, which CreateProcessW does not always tell from a missing program, is found
/// by looking again. One that was removed or made in between is blamed wrongly; the outcome is the
/// same: no child.
fn blame(plan: &Plan, error: &io::Error) -> SpawnError {
    let bad_cwd = plan.cwd.as_deref().is_some_and(|cwd| !Path::new(&*text(cwd)).is_dir());
    if bad_cwd || error.raw_os_error() == Some(ERROR_DIRECTORY as i32) {
        let missing = io::Error::from_raw_os_error(ERROR_DIRECTORY as i32);
        return SpawnError { errno: uv_errno(&missing), stage: Stage::Chdir };
    }
    SpawnError { errno: uv_errno(error), stage: Stage::Spawn }
}
