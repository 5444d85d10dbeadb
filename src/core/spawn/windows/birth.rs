//! The job that a child is born in: not put into it afterwards, when it could already have started something.

use super::super::{Grouping, Plan, SpawnError, Stage};
use crate::core::sys::{Job, is_in_a_job, uv_errno};
use std::io;
use std::sync::{Mutex, PoisonError};
use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED, HANDLE};

pub enum Birth {
    /// With a group of its own the group's job is its only one: any other would let go of what it starts.
    Own(Job),
    /// That of all children that end with this process, but not with what they start.
    Common(&'static Job),
    Free,
}

impl Birth {
    pub fn new(plan: &Plan) -> io::Result<Self> {
        let is_tied = plan.kill_on_parent_exit;
        Ok(match plan.grouping {
            Grouping::None if is_tied || plan.kill_on_parent_exit_if_possible => Self::Common(common_job()?),
            Grouping::None => Self::Free,
            Grouping::Group | Grouping::Contain => {
                Self::Own(Job::for_group(is_tied || plan.kill_on_parent_exit_if_possible)?)
            }
        })
    }

    /// For PROC_THREAD_ATTRIBUTE_JOB_LIST.
    pub fn jobs(&self) -> Vec<HANDLE> {
        match self {
            Self::Own(job) => vec![job.as_raw()],
            Self::Common(job) => vec![job.as_raw()],
            Self::Free => Vec::new(),
        }
    }

    /// Whether to start the child without a job, if it could not be started in one: nobody has asked for it.
    pub fn is_optional(&self, plan: &Plan) -> bool {
        matches!(self, Self::Common(_)) && !plan.kill_on_parent_exit
    }

    /// What to say of a child that could not be started, if that is the job's fault: one that this process is in
    /// itself may have no further one inside it.
    pub fn blame(
        &self,
        plan: &Plan,
        error: &io::Error,
        may_run: impl FnOnce() -> bool,
    ) -> Option<SpawnError> {
        let stage = match self {
            Self::Own(_) => Stage::Contain,
            Self::Common(_) if plan.kill_on_parent_exit => Stage::KillOnParentExit,
            Self::Common(_) | Self::Free => return None,
        };
        // A program that may not be run is refused in the same words.
        let is_fault = is_about_jobs(error) && is_in_a_job() && may_run();
        is_fault.then(|| SpawnError { errno: uv_errno(error), stage })
    }

    pub fn into_job(self) -> Option<Job> {
        match self {
            Self::Own(job) => Some(job),
            Self::Common(_) | Self::Free => None,
        }
    }
}

pub fn is_about_jobs(error: &io::Error) -> bool {
    [ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED].map(|code| Some(code as i32)).contains(&error.raw_os_error())
}

/// It is never closed but by the end of this process, and ends all that is in it then.
fn common_job() -> io::Result<&'static Job> {
    static JOB: Mutex<Option<&'static Job>> = Mutex::new(None);
    let mut common = JOB.lock().unwrap_or_else(PoisonError::into_inner);
    match *common {
        Some(job) => Ok(job),
        None => Ok(common.insert(Box::leak(Box::new(Job::for_process()?)))),
    }
}
