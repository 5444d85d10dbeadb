//! FreeBSD: fork and `execve`.

use super::exec::Exec;
use super::fork::{self, Failure, Image, attempt, errno};
use super::{BeforeExec, SpawnError};
use std::ffi::{c_char, c_int, c_uint};
use std::mem::MaybeUninit;
use std::os::fd::RawFd;
use std::ptr;

pub fn start(exec: &Exec, before_exec: BeforeExec) -> Result<libc::pid_t, SpawnError> {
    fork::start(exec, &Program, before_exec)
}

/// SIGRTMAX from signal.h.
const LAST_SIGNAL: c_int = 126;

struct Program;

impl Image for Program {
    fn prepare(&self, exec: &Exec, report_fd: RawFd) -> Result<(), Failure> {
        close_other_fds(exec, report_fd)?;
        reset_signals();
        Ok(())
    }

    fn exec(&self, file: *const c_char, argv: *const *const c_char, exec: &Exec) -> c_int {
        // SAFETY: a valid C string and null-terminated arrays of such.
        unsafe { libc::execve(file, argv, exec.envp.as_ptr()) };
        errno()
    }
}

/// Closes all fds except the targets and the report pipe, which the exec closes.
fn close_other_fds(exec: &Exec, report_fd: RawFd) -> Result<(), Failure> {
    let mut next = 3;
    for kept in exec.fds.iter().map(|fd| fd.target).chain([report_fd]).filter(|fd| *fd >= 3) {
        if kept > next {
            close_range(next as c_uint, kept as c_uint - 1)?;
        }
        next = kept + 1;
    }
    close_range(next as c_uint, c_uint::MAX)
}

/// man 2 close_range, FreeBSD 12.2.
fn close_range(first: c_uint, last: c_uint) -> Result<(), Failure> {
    // SAFETY: all arguments are integers. It closes the child's copies of the fds, and the child drops no owner of one.
    attempt(unsafe { libc::close_range(first, last, 0) })
}

/// Resets the actions before the mask: otherwise unblocking could run one of the parent's handlers.
fn reset_signals() {
    let mut none = MaybeUninit::uninit();
    // SAFETY: valid arguments. `signal` fails for the two signals whose action cannot be changed.
    unsafe {
        for signal in 1..=LAST_SIGNAL {
            libc::signal(signal, libc::SIG_DFL);
        }
        libc::sigemptyset(none.as_mut_ptr());
        libc::sigprocmask(libc::SIG_SETMASK, none.as_ptr(), ptr::null_mut());
    }
}
