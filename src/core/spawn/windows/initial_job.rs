//! The job in which a child is created. It is not put into the job afterwards, because it could already have started
//! another process by then.

use super::super::{Grouping, Plan, SpawnError, Stage};
use crate::core::sys::{Job, is_in_a_job, uv_errno};
use std::io;
use std::sync::{Mutex, PoisonError};
use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED, HANDLE};

pub enum InitialJob {
    /// The job of the child's own group. It is in no other job, since what it starts would not be in that one.
    Own(Job),
    /// The job of all children that end with this process; what these children start is not in it.
    Common(&'static Job),
    /// The child is created in no job of ours.
    None,
}

impl InitialJob {
    pub fn new(plan: &Plan) -> io::Result<Self> {
        let kills_on_close = plan.kill_on_parent_exit || plan.kill_on_parent_exit_if_possible;
        Ok(match plan.grouping {
            Grouping::None if kills_on_close => Self::Common(common_job()?),
            Grouping::None => Self::None,
            Grouping::Group | Grouping::Contain => Self::Own(Job::for_group(kills_on_close)?),
        })
    }

    /// The list for PROC_THREAD_ATTRIBUTE_JOB_LIST.
    pub fn jobs(&self) -> Vec<HANDLE> {
        match self {
            Self::Own(job) => vec![job.as_raw()],
            Self::Common(job) => vec![job.as_raw()],
            Self::None => Vec::new(),
        }
    }

    /// Whether to start the child without a job if it cannot be started in one, because no option has asked for the job.
    pub fn is_optional(&self, plan: &Plan) -> bool {
        matches!(self, Self::Common(_)) && !plan.kill_on_parent_exit
    }

    /// The error for a child that could not be started because of its job: a job that this process itself is in may not
    /// allow further jobs inside it. `None`: the job is not the cause.
    pub fn blame(
        &self,
        plan: &Plan,
        error: &io::Error,
        may_run: impl FnOnce() -> bool,
    ) -> Option<SpawnError> {
        let stage = match self {
            Self::Own(_) => Stage::Contain,
            Self::Common(_) if plan.kill_on_parent_exit => Stage::KillOnParentExit,
            Self::Common(_) | Self::None => return None,
        };
        // A program that this process may not run is refused with the same error.
        let is_fault = is_about_jobs(error) && is_in_a_job() && may_run();
        is_fault.then(|| SpawnError { errno: uv_errno(error), stage })
    }

    pub fn into_job(self) -> Option<Job> {
        match self {
            Self::Own(job) => Some(job),
            Self::Common(_) | Self::None => None,
        }
    }
}

pub fn is_about_jobs(error: &io::Error) -> bool {
    [ERROR_ACCESS_DENIED, ERROR_NOT_SUPPORTED].map(|code| Some(code as i32)).contains(&error.raw_os_error())
}

/// The common job, which is closed only by the end of this process. The system then ends everything in it.
fn common_job() -> io::Result<&'static Job> {
    static JOB: Mutex<Option<&'static Job>> = Mutex::new(None);
    let mut common = JOB.lock().unwrap_or_else(PoisonError::into_inner);
    match *common {
        Some(job) => Ok(job),
        None => Ok(common.insert(Box::leak(Box::new(Job::for_process()?)))),
    }
}
