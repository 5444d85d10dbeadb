//! All data that the child needs between clone and exec, prepared by the parent. The child does not allocate, and
//! only reads this, except for a few fields that it alone writes.

use super::super::files::Files;
use super::super::search_path::candidates;
use super::super::stdio::FdMapping;
use super::super::{Credentials, Plan, StringBlock, Surroundings};
use crate::core::sys::{Control, Scheduling};
use std::cell::UnsafeCell;
use std::ffi::{CString, c_char, c_int};
use std::sync::atomic::{AtomicI32, Ordering};

/// The child's steps up to its exec, in order. A child that fails reports the number of the step, and the errno.
#[repr(i32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    NewSession = 1,
    NewGroup,
    EnterCgroup,
    ArmDeathPipes,
    EnterSurroundings,
    PlaceFds,
    CloseOtherFds,
    ChangeDirectory,
    SetGroups,
    SetGid,
    SetUid,
    SetDeathSignal,
    Exec,
}

impl Step {
    const ALL: [Self; 13] = [
        Self::NewSession,
        Self::NewGroup,
        Self::EnterCgroup,
        Self::ArmDeathPipes,
        Self::EnterSurroundings,
        Self::PlaceFds,
        Self::CloseOtherFds,
        Self::ChangeDirectory,
        Self::SetGroups,
        Self::SetGid,
        Self::SetUid,
        Self::SetDeathSignal,
        Self::Exec,
    ];
}

/// Why a child could not run its program.
#[derive(Clone, Copy, Debug)]
pub struct Failure {
    pub step: Step,
    pub errno: i32,
}

impl Failure {
    pub fn from_raw(step: i32, errno: i32) -> Option<Self> {
        let step = Step::ALL.into_iter().find(|known| *known as i32 == step)?;
        Some(Self { step, errno })
    }
}

pub struct Exec<'a> {
    pub files: Files,
    /// Null-terminated.
    pub envp: &'a [*const c_char],
    pub cwd: Option<&'a CString>,
    pub surroundings: Option<&'a Surroundings>,
    /// The scheduling that the child sets for itself, and the one that it inherits from this thread.
    pub scheduling: Option<(&'a Scheduling, Scheduling)>,
    pub fds: &'a [FdMapping],
    /// Where the child keeps each source while it places the others.
    pub sources: UnsafeCell<Vec<c_int>>,
    /// Above every target, so that a descriptor with this number or a higher one is in no other's way.
    pub first_free_fd: c_int,
    /// The fds between and above the targets, as inclusive ranges.
    pub other_fds: Vec<(u32, u32)>,
    pub new_session: bool,
    pub control: &'a Control,
    /// This process, as the child knows its parent.
    pub parent: libc::pid_t,
    pub credentials: &'a Credentials,
    /// Written by the child (in shared memory), read by the parent: the step that failed, or 0.
    pub failed_step: AtomicI32,
    pub failed_errno: AtomicI32,
    /// The descriptor through which the child reports a failure if its memory is not shared; otherwise -1.
    pub report_fd: c_int,
    /// The pointers in `files` point into this. Those of argv and envp point into the plan.
    _candidates: StringBlock,
}

impl<'a> Exec<'a> {
    pub fn new(plan: &'a Plan, fds: &'a [FdMapping], control: &'a Control) -> Self {
        let candidates = candidates(plan);
        let mut files = candidates.pointers();
        files.pop(); // the null: a Vec knows its length
        let last = fds.last().map_or(2, |fd| fd.target.max(2));
        Self {
            files: Files::new(files, plan.args.pointers()),
            envp: plan.env.pointers(),
            cwd: plan.cwd.as_ref(),
            surroundings: plan.surroundings.as_deref(),
            scheduling: plan.scheduling.as_ref().map(|wanted| (wanted, Scheduling::of_this_thread())),
            fds,
            sources: UnsafeCell::new(vec![-1; fds.len()]),
            first_free_fd: last + 1,
            other_fds: gaps(fds),
            new_session: plan.detached,
            control,
            parent: std::process::id() as libc::pid_t,
            credentials: &plan.credentials,
            failed_step: AtomicI32::new(0),
            failed_errno: AtomicI32::new(0),
            report_fd: -1,
            _candidates: candidates,
        }
    }

    /// What the child reported through shared memory.
    pub fn failure(&self) -> Option<Failure> {
        Failure::from_raw(self.failed_step.load(Ordering::Acquire), self.failed_errno.load(Ordering::Relaxed))
    }
}

/// The fds from 3 up that are not targets. fds 0 to 2 are always targets.
fn gaps(fds: &[FdMapping]) -> Vec<(u32, u32)> {
    let mut gaps = Vec::new();
    let mut next = 3;
    for target in fds.iter().map(|fd| fd.target as u32).filter(|target| *target >= 3) {
        if target > next {
            gaps.push((next, target - 1));
        }
        next = target + 1;
    }
    gaps.push((next, u32::MAX));
    gaps
}
