//! The kernel ends a child with this process, however this process ends: no helper, no thread that has to
//! live, and nothing that the child could close.
//!
//! This process holds both ends of two pipes. The child makes itself their owner, with SIGKILL as the signal
//! that tells of readiness (F_SETOWN_EX, F_SETSIG and O_ASYNC, fcntl(2)). When this process is gone, its
//! descriptors are closed one after the other; the other end of the first becomes ready, and the signal is
//! sent to the owner: the child, or its whole group. The owner is no number but a process, so the signal
//! never reaches another one that comes after it. If this process ends between clone and exec, the child
//! has the last copies, and its own exec closes them.
//!
//! Two pipes: one misses a group that forks at that moment in 1 of 100 cases on recent kernels. And a fork
//! of this process that never calls exec has copies of the pipes, so there is PR_SET_PDEATHSIG too.

use crate::core::sys::{check, own};
use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// The ends of the pipes. Dropping it cuts the tie, and does not end the child.
#[derive(Debug)]
pub struct Tether([OwnedFd; 4]);

/// `struct f_owner_ex` of fcntl(2).
#[repr(C)]
struct Owner {
    kind: c_int,
    id: libc::pid_t,
}

const F_SETOWN_EX: c_int = 15;
const F_OWNER_PID: c_int = 1;
const F_OWNER_PGRP: c_int = 2;
const F_SETSIG: c_int = 10;

impl Tether {
    pub fn new() -> io::Result<Self> {
        let [first, second] = [pipe()?, pipe()?];
        let ([one, two], [three, four]) = (first, second);
        Ok(Self([one, two, three, four]))
    }

    /// Ties the calling process to it, or its whole group, which it leads. Only system calls, for it runs
    /// between clone and exec. Before a change of user: the kernel asks whether who ties may signal.
    pub fn tie(&self, whole_group: bool) -> Result<(), c_int> {
        // SAFETY: takes nothing.
        let id = unsafe { libc::syscall(libc::SYS_getpid) } as libc::pid_t;
        let owner = Owner { kind: if whole_group { F_OWNER_PGRP } else { F_OWNER_PID }, id };
        for end in &self.0 {
            let fd = end.as_raw_fd();
            // SAFETY: a valid owner, and integers.
            let tied = unsafe {
                libc::syscall(libc::SYS_fcntl, fd, F_SETOWN_EX, &raw const owner) == 0
                    && libc::syscall(libc::SYS_fcntl, fd, F_SETSIG, libc::SIGKILL) == 0
                    && libc::syscall(libc::SYS_fcntl, fd, libc::F_SETFL, libc::O_ASYNC) == 0
            };
            if !tied {
                return Err(io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO));
            }
        }
        Ok(())
    }
}

impl Drop for Tether {
    fn drop(&mut self) {
        // All of them before the first is closed, or the child would be ended.
        for end in &self.0 {
            // SAFETY: takes integers.
            unsafe { libc::fcntl(end.as_raw_fd(), libc::F_SETFL, 0) };
        }
    }
}

fn pipe() -> io::Result<[OwnedFd; 2]> {
    let mut ends = [-1; 2];
    // SAFETY: room for two descriptors.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    // SAFETY: just opened, for us.
    Ok(ends.map(|end| unsafe { own(end.into()) }))
}
