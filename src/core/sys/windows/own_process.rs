//! A process of our own spawn engine.

use super::{Handle, check};
use crate::core::exit_status::{ExitStatus, ResourceUsage};
use crate::core::process::{Outcome, Process, ReapedElsewhere};
use std::io;
use std::os::windows::io::OwnedHandle;
use std::time::Instant;
use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::GetProcessTimes;

#[derive(Debug)]
pub struct OwnProcess {
    pid: u32,
    /// `None` once its status is known. The pid is free when the last waiter has let go of it too.
    handle: Option<Handle>,
}

impl OwnProcess {
    /// From the handle that creating the process gave: it may do anything with it.
    pub fn new(pid: u32, process: OwnedHandle) -> Self {
        Self { pid, handle: Some(Handle::new(process)) }
    }
}

impl Process for OwnProcess {
    /// `None`: reaped, so there is nothing to wait for.
    type Handle = Option<Handle>;

    fn id(&self) -> u32 {
        self.pid
    }

    fn try_reap(&mut self) -> io::Result<Option<Outcome>> {
        let Some(handle) = &self.handle else {
            return Ok(Some(Err(ReapedElsewhere)));
        };
        if !handle.has_exited()? {
            return Ok(None);
        }
        let status = ExitStatus::from_code(handle.exit_code()?);
        let status = match resource_usage(handle) {
            Ok(usage) => status.with_usage(usage),
            Err(_) => status,
        };
        self.handle = None;
        Ok(Some(Ok(status)))
    }

    fn has_exited(&self) -> io::Result<bool> {
        self.handle.as_ref().map_or(Ok(true), Handle::has_exited)
    }

    fn handle(&self) -> Option<Handle> {
        self.handle.clone()
    }

    fn wait_without_reaping(handle: &Option<Handle>, deadline: Option<Instant>) -> io::Result<bool> {
        handle.as_ref().map_or(Ok(true), |handle| handle.wait_without_reaping(deadline))
    }

    fn send_signal(&self, signal: i32) -> io::Result<bool> {
        self.handle.as_ref().map_or(Ok(false), |handle| handle.send_signal(signal))
    }
}

/// What the process itself used (not its children), of which the system keeps a record while there is
/// a handle. MS docs: GetProcessTimes, GetProcessMemoryInfo.
fn resource_usage(handle: &Handle) -> io::Result<ResourceUsage> {
    let [mut created, mut exited, mut kernel, mut user] = [FILETIME::default(); 4];
    // SAFETY: an open process handle, and a slot for each of the times.
    check(unsafe { GetProcessTimes(handle.as_raw(), &mut created, &mut exited, &mut kernel, &mut user) })?;
    let mut memory = PROCESS_MEMORY_COUNTERS::default();
    let size = size_of_val(&memory) as u32;
    // SAFETY: an open process handle, and room for as many bytes as it says.
    check(unsafe { K32GetProcessMemoryInfo(handle.as_raw(), &mut memory, size) })?;
    Ok(ResourceUsage {
        user_cpu_time: microseconds(user),
        system_cpu_time: microseconds(kernel),
        max_rss: memory.PeakWorkingSetSize as u64 / 1024,
    })
}

/// A FILETIME counts units of 100 ns.
fn microseconds(time: FILETIME) -> u64 {
    (u64::from(time.dwHighDateTime) << 32 | u64::from(time.dwLowDateTime)) / 10
}
