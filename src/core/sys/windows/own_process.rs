//! A process that our own spawn engine has started.

use super::asking::close_windows;
use super::group::Group;
use super::handle::Meaning;
use super::{Handle, Job, check};
use crate::core::exit_status::{ExitStatus, ResourceUsage};
use crate::core::process::{Containment, Outcome, Process, ReapedElsewhere};
use crate::core::signal;
use std::io;
use std::os::windows::io::OwnedHandle;
use std::time::Instant;
use windows_sys::Win32::Foundation::FILETIME;
use windows_sys::Win32::System::ProcessStatus::{K32GetProcessMemoryInfo, PROCESS_MEMORY_COUNTERS};
use windows_sys::Win32::System::Threading::GetProcessTimes;

#[derive(Debug)]
pub struct OwnProcess {
    pid: u32,
    /// `None` once its status is known. The pid is free when the last waiter and the group have dropped their copies.
    handle: Option<Handle>,
    /// The group that it leads. `None` once the group has been released.
    group: Option<Group>,
}

impl OwnProcess {
    /// `process`: the handle that CreateProcess returned, which has all rights. `job`: the process's own job, in which
    /// it was created.
    pub fn new(pid: u32, process: OwnedHandle, job: Option<Job>) -> Self {
        let handle = Handle::new(process);
        let group = job.map(|job| Group::new(job, pid, handle.clone()));
        Self { pid, handle: Some(handle), group }
    }

    pub fn containment(&self) -> Containment {
        if self.group.is_some() { Containment::Job } else { Containment::Child }
    }

    /// Whether the group, which may outlive its leader, ends with this process. Then its job must not be closed before
    /// the group is gone, since that would end it.
    pub fn ends_with_this_process(&self) -> bool {
        self.group.as_ref().is_some_and(Group::ends_with_this_process)
    }

    /// Always `false`: there are no zombies on Windows.
    pub fn is_pinned(&self) -> bool {
        false
    }

    /// Some of the running processes of the group, to be watched: the group can be empty only once they have ended.
    pub fn group_members(&self) -> Vec<i32> {
        self.group.as_ref().map(Group::members).unwrap_or_default()
    }

    /// Asks the process, or its whole group, to end. `false`: none can be asked, or none is left.
    fn ask(&self) -> io::Result<bool> {
        match (&self.group, &self.handle) {
            (Some(group), _) => group.ask_to_end(),
            // While the handle is open, the pid is not reused.
            (None, Some(handle)) => Ok(!handle.is_ending()? && close_windows(&[self.pid])),
            (None, None) => Ok(false),
        }
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

    fn signal_group(&mut self, signal: i32) -> io::Result<bool> {
        self.group.as_ref().map_or(Ok(false), |group| group.signal(signal))
    }

    fn ask_to_end(&mut self, signal: i32) -> io::Result<bool> {
        let is_request = Meaning::of(signal)? == Meaning::Ask;
        if is_request && self.ask()? {
            return Ok(true);
        }
        let signal = if is_request { signal::KILL } else { signal };
        if self.group.is_some() { self.signal_group(signal) } else { self.send_signal(signal) }
    }

    fn group_is_empty(&mut self) -> io::Result<bool> {
        self.group.as_ref().map_or(Ok(true), Group::is_empty)
    }

    fn release_group(&mut self) {
        self.group = None;
    }
}

/// What the process itself has used, without its children. The system keeps this record while there is a handle. MS docs:
/// GetProcessTimes, GetProcessMemoryInfo.
fn resource_usage(handle: &Handle) -> io::Result<ResourceUsage> {
    let [mut created, mut exited, mut kernel, mut user] = [FILETIME::default(); 4];
    // SAFETY: an open process handle, and a place for each of the times.
    check(unsafe { GetProcessTimes(handle.as_raw(), &mut created, &mut exited, &mut kernel, &mut user) })?;
    let mut memory = PROCESS_MEMORY_COUNTERS::default();
    let size = size_of_val(&memory) as u32;
    // SAFETY: an open process handle, and a buffer of the size that is passed.
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
