//! All data that a spawn needs, prepared before the child exists, because code between fork and exec must not allocate.

use super::super::files::Files;
use super::super::search_path::candidates;
use super::super::stdio::FdMapping;
use super::super::{Credentials, Grouping, Plan, StringBlock, Surroundings};
use super::cwd::Directory;
use super::groups::Groups;
use super::lift::Lifted;
use std::ffi::c_char;
use std::os::fd::RawFd;

/// The process group that a child is put into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    OfParent,
    /// A new group, which it leads.
    Own,
    /// An existing group, of the same session.
    In(libc::pid_t),
    /// A new session, and with it a new group.
    Session,
}

impl Place {
    pub fn of_child(plan: &Plan) -> Self {
        match (plan.detached, plan.grouping) {
            (true, _) => Self::Session,
            (false, Grouping::None) => Self::OfParent,
            (false, _) => Self::Own,
        }
    }
}

pub struct Exec<'a> {
    pub files: Files,
    /// Null-terminated.
    pub envp: &'a [*const c_char],
    pub directories: &'a [Directory<'a>],
    pub surroundings: Option<&'a Surroundings>,
    /// In ascending order of targets. No target is the source of another mapping.
    pub fds: &'a [FdMapping],
    /// Above every target.
    pub first_free_fd: RawFd,
    pub place: Place,
    /// The pid of this process, if the child is to ask the kernel to be killed when its parent ends.
    pub ends_with_parent: Option<libc::pid_t>,
    pub credentials: &'a Credentials,
    pub groups: Option<Groups>,
    /// The pointers in `files` point into this. Those of argv and envp point into the plan.
    _candidates: StringBlock,
}

impl<'a> Exec<'a> {
    pub fn new(
        place: Place,
        ends_with_parent: Option<libc::pid_t>,
        plan: &'a Plan,
        fds: &'a Lifted,
        directories: &'a [Directory<'a>],
    ) -> Self {
        let candidates = candidates(plan);
        let mut files = candidates.pointers();
        files.pop(); // the null: a Vec knows its length
        Self {
            files: Files::new(files, plan.args.pointers()),
            envp: plan.env.pointers(),
            directories,
            surroundings: plan.surroundings.as_deref(),
            fds: &fds.mappings,
            first_free_fd: fds.first_free_fd,
            place,
            ends_with_parent,
            credentials: &plan.credentials,
            groups: Groups::of_child(&plan.credentials),
            _candidates: candidates,
        }
    }
}
