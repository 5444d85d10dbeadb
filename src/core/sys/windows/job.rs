//! Job objects: what holds a child together with all that it starts. MS docs: Job Objects.

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

/// It has no name, and no child inherits the handle: nobody else can put a process into it, or keep it.
#[derive(Debug)]
pub struct Job {
    handle: OwnedHandle,
    kills_on_close: bool,
}

/// A process of a job, whose pid is no other's for as long as this lives.
pub struct Member {
    pub pid: u32,
    _process: OwnedHandle,
}

impl Job {
    /// For one child and all that it starts: who is in it cannot leave it. `kills_on_close`: the system ends
    /// them when the handle is closed, at the latest with this process.
    pub fn for_group(kills_on_close: bool) -> io::Result<Self> {
        Self::create(if kills_on_close { JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE } else { 0 })
    }

    /// For children that end with this process, but not with what they start. The limits are those that libuv
    /// sets, without JOB_OBJECT_LIMIT_DIE_ON_UNHANDLED_EXCEPTION: that one takes the crash reports away, too.
    pub fn for_process() -> io::Result<Self> {
        Self::create(
            JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE
                | JOB_OBJECT_LIMIT_SILENT_BREAKAWAY_OK
                | JOB_OBJECT_LIMIT_BREAKAWAY_OK,
        )
    }

    fn create(limits: u32) -> io::Result<Self> {
        // SAFETY: no name, and the usual rights.
        let handle = unsafe { CreateJobObjectW(ptr::null(), ptr::null()) };
        check((!handle.is_null()).into())?;
        // SAFETY: new, for us.
        let handle = unsafe { OwnedHandle::from_raw_handle(handle) };
        let job = Self { handle, kills_on_close: limits & JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE != 0 };
        let mut information = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
        information.BasicLimitInformation.LimitFlags = limits;
        // SAFETY: a job of ours, and the structure that the class says.
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

    /// Ends all that are in it, with this exit code. Nobody can start another one in between.
    pub fn terminate(&self, code: u32) -> io::Result<()> {
        // SAFETY: a job of ours.
        check(unsafe { TerminateJobObject(self.as_raw(), code) })
    }

    /// The pids of those that run in it now.
    pub fn processes(&self) -> io::Result<Vec<u32>> {
        /// The structure has two counts of 4 bytes before its list.
        const COUNTS: usize = 8 / size_of::<usize>();
        let mut room = 32;
        loop {
            let mut list = vec![0_usize; COUNTS + room];
            // SAFETY: a job of ours, and room for as many bytes as it says, aligned as the structure is.
            let result = check(unsafe {
                QueryInformationJobObject(
                    self.as_raw(),
                    JobObjectBasicProcessIdList,
                    list.as_mut_ptr().cast::<c_void>(),
                    size_of_val(&list[..]) as u32,
                    ptr::null_mut(),
                )
            });
            // SAFETY: the list begins with the structure, whose two counts any bytes are good for.
            let counts = unsafe { &*list.as_ptr().cast::<JOBOBJECT_BASIC_PROCESS_ID_LIST>() };
            let assigned = counts.NumberOfAssignedProcesses as usize;
            let listed = counts.NumberOfProcessIdsInList as usize;
            match result {
                Err(error) if error.raw_os_error() != Some(ERROR_MORE_DATA as i32) => return Err(error),
                // It does not always call it an error that there are more.
                Ok(()) if listed >= assigned => {
                    return Ok(list[COUNTS..].iter().take(listed).map(|pid| *pid as u32).collect());
                }
                _ => room = (2 * room).max(assigned),
            }
        }
    }

    /// The same, but for those that cannot be opened: nothing can be asked of them either.
    pub fn members(&self) -> io::Result<Vec<Member>> {
        let mut members: Vec<_> = self.processes()?.into_iter().filter_map(Member::open).collect();
        // One that had ended when it was opened may have been opened as another, with the same pid. From then on the
        // pid is taken: if it is in the job now, so is the process.
        let still_there = self.processes()?;
        members.retain(|member| still_there.contains(&member.pid));
        Ok(members)
    }
}

impl Member {
    fn open(pid: u32) -> Option<Self> {
        // SAFETY: takes integers.
        let process = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, pid) };
        // SAFETY: new, for us.
        (!process.is_null()).then(|| Self { pid, _process: unsafe { OwnedHandle::from_raw_handle(process) } })
    }
}

/// Whether this process is in a job itself, which decides what jobs its children can be put into.
pub fn is_in_a_job() -> bool {
    let mut answer = 0;
    // SAFETY: the handle names this process and need not be closed; null is any job; and a slot for the answer.
    unsafe { IsProcessInJob(GetCurrentProcess(), ptr::null_mut(), &mut answer) != 0 && answer != 0 }
}
