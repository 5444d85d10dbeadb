//! The Windows engine: CreateProcessW, called as by libuv, but with a list of the handles that the child gets. So no other
//! inheritable handle of this process reaches the child.

mod ascii;
mod candidates;
mod command_line;
mod create;
mod crt_block;
mod environment_block;
mod files;
mod initial_job;
mod program;
mod stdio;
pub mod wtf8;

use super::{Plan, SpawnError, Spawned, Stage, Stdio, StringBlock};
use crate::core::sys::{OwnProcess, standard_handle, uv_errno};
use initial_job::InitialJob;
use std::ffi::{CString, OsStr};
use std::io;
use std::os::windows::ffi::OsStrExt;
use stdio::ChildStdio;
use windows_sys::Win32::Foundation::ERROR_DIRECTORY;

pub fn spawn(plan: &Plan) -> Result<Spawned, SpawnError> {
    let cwd = working_directory(plan)?;
    let start_in = files::for_working_directory(&cwd)
        .map_err(|error| SpawnError { errno: uv_errno(&error), stage: Stage::Chdir })?;
    let stdio = ChildStdio::open(plan)?;
    let initial_job = InitialJob::new(plan)?;
    let program = create::Program::new(plan, &cwd).map_err(|error| blame(&cwd, &error))?;
    let started = match program.start(plan, &start_in, &stdio, &initial_job) {
        Err(error) if initial_job::is_about_jobs(&error) && initial_job.is_optional(plan) => {
            program.start(plan, &start_in, &stdio, &InitialJob::None)
        }
        started => started,
    };
    let child = started.map_err(|error| {
        let jobs_fault = initial_job.blame(plan, &error, || program.may_be_run());
        jobs_fault.unwrap_or_else(|| blame(&cwd, &error))
    })?;
    let process = OwnProcess::new(child.pid, child.process, initial_job.into_job());
    Ok(Spawned { process, pipes: stdio.pipes })
}

/// Makes a plan independent of what this process may change before the child starts: its working directory, from which
/// a relative one starts, the variables that every child gets, and its own stdin, stdout and stderr.
pub fn at_the_call(mut plan: Plan) -> Plan {
    // An error is reported when the child is started.
    if let Ok(cwd) = working_directory(&plan) {
        plan.cwd = CString::new(wtf8::from_utf16(&cwd)).ok();
    }
    for stdio in &mut plan.stdio {
        if let Stdio::Inherit(fd) = *stdio
            && let Ok(Some(handle)) = standard_handle(fd)
        {
            *stdio = Stdio::Given(handle);
        }
    }
    let missing = missing(&plan.env);
    if !missing.is_empty() {
        let mut env = StringBlock::clone(&plan.env);
        for name in missing {
            if let Some(value) = std::env::var_os(name) {
                env.push(&variable(name.as_ref(), &value));
            }
        }
        plan.env = env.into();
    }
    plan
}

/// The child's working directory, as an absolute path.
fn working_directory(plan: &Plan) -> io::Result<Vec<u16>> {
    match &plan.cwd {
        Some(cwd) => files::full_path(&wtf8::to_utf16(cwd.to_bytes())),
        None => files::current_folder(),
    }
}

/// The required variables that are not in an environment.
fn missing(env: &StringBlock) -> Vec<&'static str> {
    let mut missing = environment_block::REQUIRED.to_vec();
    for entry in env.iter() {
        if let Some(end) = entry.to_bytes().iter().position(|byte| *byte == b'=') {
            let name = &entry.to_bytes()[..end];
            missing.retain(|required| !name.eq_ignore_ascii_case(required.as_bytes()));
        }
    }
    missing
}

pub fn environment_of_this_process() -> StringBlock {
    std::env::vars_os().map(|(name, value)| variable(&name, &value)).collect()
}

fn variable(name: &OsStr, value: &OsStr) -> Vec<u8> {
    let entry: Vec<u16> = name.encode_wide().chain([u16::from(b'=')]).chain(value.encode_wide()).collect();
    wtf8::from_utf16(&entry)
}

/// Finds out whether the working directory was the cause, since CreateProcessW does not always distinguish that from a
/// missing program. If the directory has been removed or made meanwhile, the answer is wrong, but in any case no child has
/// been started.
fn blame(cwd: &[u16], error: &io::Error) -> SpawnError {
    if !files::is_folder(cwd) || error.raw_os_error() == Some(ERROR_DIRECTORY as i32) {
        let missing = io::Error::from_raw_os_error(ERROR_DIRECTORY as i32);
        return SpawnError { errno: uv_errno(&missing), stage: Stage::Chdir };
    }
    SpawnError { errno: uv_errno(error), stage: Stage::Spawn }
}
