//! Job objects, which contain a child and everything that it starts. MS docs: Job Objects.

use super::check;
use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr;
use windows_sys::Win32::Foundation::{ERROR_MORE_DATA, HANDLE};
use windows_sys::Win32::System::JobObjects::{
    CreateJobObjectW, IsProcessInJob, JOB_OBJECT_LIMIT_BREAKAWAY_OK, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK, JOBOBJECT_BASIC_PROCESS_ID_LIST,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectBasicProcessIdList, JobObjectExtendedLimitInformation,
    QueryInformationJobObject, SetInformationJobObject, TerminateJobObject,
};
use windows_sys::Win32::System::Threading::{
    GetCurrentProcess, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION,
};

/// A job without a name, whose handle no child inherits. So no other process can put anything into it, or keep it open.
#[derive(Debug)]
pub struct Job {
    handle: OwnedHandle,
    kills_on_close: bool,
}

/// A process of a job. Its pid is not reused while this value lives.
pub struct Member {
    pub pid: u32,
    _process: OwnedHandle,
}

impl Job {
    /// A job for one child and everything that it starts. No process can leave it. `kills_on_close`: the system
    /// terminates them when the handle is closed, which it is at the latest when this process ends.
    pub fn for_group(kills_on_close: bool) -> io::Result<Self> {
        Self::create(if kills_on_close { JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE } else { 0 })
    }

    /// A job for the children that end with this process; what these children start does not. The limits are those that
    /// libuv sets, except JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION, which also suppresses crash reports.
    pub fn for_process() -> io::Result<Self> {
        Self::create(
            JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
                | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK
                | JOB_OBJECT_LIMIT_BREAKAWAY_OK,
        )
    }

    fn create(limits: u32) -> io::Result<Self> {
        // SAFETY: null for no name, and null for the default rights.
        let handle = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
        check((!handle.is_null()).into())?;
        // SAFETY: the handle is new, and nothing else owns it.
        let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
        let job = Self { handle, kills_on_close: limits & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE != 0 };
        let mut information = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        information.BasicLimitInformation.LimitFlags = limits;
        // SAFETY: our own job, and the structure that belongs to the class.
        check(unsafe {
            SetInformationJobObject(
                job.as_raw(),
                JobObjectExtendedLimitInformation,
                (&raw const information).cast(),
                size_of_val(&information) as u32,
            )
        })?;
        Ok(job)
    }

    pub fn as_raw(&self) -> HANDLE {
        self.handle.as_raw_handle()
    }

    pub fn kills_on_close(&self) -> bool {
        self.kills_on_close
    }

    /// Terminates all processes in it, with this exit code. None of them can start another one meanwhile.
    pub fn terminate(&self, code: u32) -> io::Result<()> {
        // SAFETY: our own job.
        check(unsafe { TerminateJobObject(self.as_raw(), code) })
    }

    /// The pids of the processes in it.
    pub fn processes(&self) -> io::Result<Vec<u32>> {
        /// The structure has two counts of 4 bytes before its list.
        const COUNTS: usize = 8 / size_of::<usize>();
        let mut room = 32;
        loop {
            let mut list = vec![0_usize; COUNTS + room];
            // SAFETY: our own job, and a buffer of the size that is passed, which is aligned as the structure is.
            let result = check(unsafe {
                QueryInformationJobObject(
                    self.as_raw(),
                    JobObjectBasicProcessIdList,
                    list.as_mut_ptr().cast::<c_void>(),
                    size_of_val(&list[..]) as u32,
                    ptr::null_mut(),
                )
            });
            // SAFETY: the buffer begins with the structure. Any bytes are valid for its two counts.
            let counts = unsafe { &*list.as_ptr().cast::<JOBOBJECT_BASIC_PROCESS_ID_LIST>() };
            let assigned = counts.NumberOfAssignedProcesses as usize;
            let listed = counts.NumberOfProcessIdsInList as usize;
            match result {
                Err(error) if error.raw_os_error() != Some(ERROR_MORE_DATA as i32) => return Err(error),
                // If there are more than fit, the call does not always fail.
                Ok(()) if listed >= assigned => {
                    return Ok(list[COUNTS..].iter().take(listed).map(|pid| *pid as u32).collect());
                }
                _ => room = (2 * room).max(assigned),
            }
        }
    }

    /// Opens the processes in it. Those that cannot be opened are left out; they could not be asked to end either.
    pub fn members(&self) -> io::Result<Vec<Member>> {
        let mut members: Vec<_> = self.processes()?.into_iter().filter_map(Member::open).collect();
        // A process may have ended before it was opened, and its pid may have been reused, so that another process was
        // opened. Once a process is open, its pid cannot be reused: if the job lists the pid now, it is the process in
        // the job that was opened.
        let still_there = self.processes()?;
        members.retain(|member| still_there.contains(&member.pid));
        Ok(members)
    }
}

impl Member {
    fn open(pid: u32) -> Option<Self> {
        // SAFETY: all arguments are integers.
        let process = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid) };
        // SAFETY: the handle is new, and nothing else owns it.
        (!process.is_null()).then(|| Self { pid, _process: unsafe { OwnedHandle::from_raw_handle(process) } })
    }
}

/// Whether this process is in a job itself, which restricts the jobs that its children can be put into.
pub fn is_in_a_job() -> bool {
    let mut answer = 0;
    // SAFETY: a pseudo-handle of this process, which need not be closed; null for "any job"; and a place for the answer.
    unsafe { IsProcessInJob(GetCurrentProcess(), ptr::null_mut(), &mut answer) != 0 && answer != 0 }
}
