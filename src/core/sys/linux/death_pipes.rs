//! Makes the kernel end a child when this process ends, in whatever way it ends. It needs no helper process and no
//! thread that has to stay alive, and the child holds nothing that it could close.
//!
//! This process holds both ends of two pipes. The child makes itself the owner of these four files and chooses
//! SIGKILL as the signal that reports readiness (F_SETOWN_EX, F_SETSIG and O_ASYNC, fcntl(2)). When this process
//! ends, the kernel closes its descriptors one after the other. Closing the first end of a pipe makes the other end
//! ready, so the kernel sends SIGKILL to the owner: the child, or its whole group. The kernel refers to the owner as
//! a process and not by its number, so the signal never reaches a later process with the same pid. If this process
//! ends between clone and exec, the child has the last copies of the descriptors, and its exec closes them.
//!
//! There are two pipes because with one, on recent kernels, the signal misses a group that is forking at that moment
//! in 1 of 100 cases. And since a fork of this process that never calls exec has copies of the pipes, and keeps them
//! open, PR_SET_PDEATHSIG is used, too.

use crate::core::sys::{check, own};
use std::ffi::c_int;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// The ends of the pipes. When this is dropped, the child is not ended, and will not be.
#[derive(Debug)]
pub struct DeathPipes([OwnedFd; 4]);

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

impl DeathPipes {
    pub fn new() -> io::Result<Self> {
        let [first, second] = [pipe()?, pipe()?];
        let ([one, two], [three, four]) = (first, second);
        Ok(Self([one, two, three, four]))
    }

    /// Has the kernel kill the calling process, or the whole group that it leads. Makes nothing but system calls,
    /// because it runs between clone and exec. It must run before a change of user: when the kernel sends the signal,
    /// it checks whether the user who made this call may send it.
    pub fn arm(&self, whole_group: bool) -> Result<(), c_int> {
        // SAFETY: the call has no arguments.
        let id = unsafe { libc::syscall(libc::SYS_getpid) } as libc::pid_t;
        let owner = Owner { kind: if whole_group { F_OWNER_PGRP } else { F_OWNER_PID }, id };
        for end in &self.0 {
            let fd = end.as_raw_fd();
            // SAFETY: a valid owner, and integers.
            let armed = unsafe {
                libc::syscall(libc::SYS_fcntl, fd, F_SETOWN_EX, &raw const owner) == 0
                    && libc::syscall(libc::SYS_fcntl, fd, F_SETSIG, libc::SIGKILL) == 0
                    && libc::syscall(libc::SYS_fcntl, fd, libc::F_SETFL, libc::O_ASYNC) == 0
            };
            if !armed {
                return Err(io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO));
            }
        }
        Ok(())
    }
}

impl Drop for DeathPipes {
    fn drop(&mut self) {
        // For all four ends before the first is closed: closing one would end the child otherwise.
        for end in &self.0 {
            // SAFETY: all arguments are integers.
            unsafe { libc::fcntl(end.as_raw_fd(), libc::F_SETFL, 0) };
        }
    }
}

fn pipe() -> io::Result<[OwnedFd; 2]> {
    let mut ends = [-1; 2];
    // SAFETY: the array has room for two descriptors.
    check(unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC) })?;
    // SAFETY: just opened, and nothing else owns it.
    Ok(ends.map(|end| unsafe { own(end.into()) }))
}
