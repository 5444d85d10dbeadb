//! Waits for a child, by pid or by pidfd.

use crate::core::sys::{check, retry};
use std::io;

/// Makes the system call directly, because the C library's waitid lacks the fifth argument, which returns what the
/// child used (man 2 waitid, "C library/kernel differences"). `None`: no child has exited.
pub fn waitid(
    kind: libc::idtype_t,
    id: libc::id_t,
    options: i32,
) -> io::Result<Option<(libc::siginfo_t, libc::rusage)>> {
    // SAFETY: both are plain C structs for which all zeros is a valid value.
    let (mut info, mut usage): (libc::siginfo_t, libc::rusage) = unsafe { std::mem::zeroed() };
    // A child that is killed before its exec does not have its exit signal yet; only __WALL finds it.
    let options = options | libc::__WALL;
    retry(|| {
        // SAFETY: `info` and `usage` are valid for writes of their types.
        check(unsafe { libc::syscall(libc::SYS_waitid, kind, id, &raw mut info, options, &raw mut usage) })
    })?;
    // SAFETY: waitid filled the child part of the union, or left all zeros.
    let pid = unsafe { info.si_pid() };
    Ok((pid != 0).then_some((info, usage)))
}
