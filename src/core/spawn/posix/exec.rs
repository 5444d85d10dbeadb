//! All that a spawn needs, laid out before the child exists: what runs between fork and exec allocates
//! nothing.

use super::super::search_path::candidates;
use super::super::stdio::FdMapping;
use super::super::{Credentials, Plan, StringBlock, Surroundings};
use super::cwd::Directory;
use super::files::Files;
use super::groups::Groups;
use super::lift::Lifted;
use std::ffi::c_char;
use std::os::fd::RawFd;

pub struct Exec<'a> {
    pub files: Files,
    /// Null-terminated.
    pub envp: Vec<*const c_char>,
    pub directories: &'a [Directory<'a>],
    pub surroundings: Option<&'a Surroundings>,
    /// By target, ascending; no target is another's source.
    pub fds: &'a [FdMapping],
    /// Above every target.
    pub first_free_fd: RawFd,
    pub new_session: bool,
    pub credentials: &'a Credentials,
    pub groups: Option<Groups>,
    /// What the pointers in `files` point into; those of argv and envp point into the plan.
    _candidates: StringBlock,
}

impl<'a> Exec<'a> {
    pub fn new(plan: &'a Plan, fds: &'a Lifted, directories: &'a [Directory<'a>]) -> Self {
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
            new_session: plan.detached,
            credentials: &plan.credentials,
            groups: Groups::of_child(&plan.credentials),
            _candidates: candidates,
        }
    }
}
