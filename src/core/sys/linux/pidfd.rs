//! The pidfd system calls. A pidfd names one process for ever: unlike a pid it never comes to mean
//! another one (man 2 pidfd_open).

use super::waitid::waitid;
use crate::core::exit_status::ExitStatus;
use crate::core::sys::{check, own, retry};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Whether this kernel (or its seccomp filter) offers all that is needed of pidfds: opening (5.3),
/// signalling (5.1) and waiting (5.4). Asked once. `SHARED_CHILD_REACTOR=threads` says no.
pub fn usable() -> bool {
    static USABLE: OnceLock<bool> = OnceLock::new();
    *USABLE.get_or_init(|| {
        if std::env::var_os("SHARED_CHILD_REACTOR").is_some_and(|value| value == "threads") {
            return false;
        }
        // Asked with what cannot be, so that it takes no descriptor: an answer from a moment without
        // one would stick. A kernel that does not know the call says ENOSYS, one that does not know
        // P_PIDFD says EINVAL, and a filter mostly EPERM.
        const NO_FD: i32 = i32::MAX;
        let refusal = |result: io::Result<()>| result.err().and_then(|error| error.raw_os_error());
        refusal(open(-1).map(drop)) == Some(libc::EINVAL)
            && refusal(send_signal(NO_FD, 0)) == Some(libc::EBADF)
            && refusal(waitid(libc::P_PIDFD, NO_FD as libc::id_t, libc::WEXITED | libc::WNOHANG).map(drop))
                == Some(libc::EBADF)
    })
}

/// man 2 pidfd_open. The process must be an unreaped child, or the pid may be anyone's.
pub fn open(pid: libc::pid_t) -> io::Result<OwnedFd> {
    // SAFETY: takes two integers.
    let fd = check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })?;
    // SAFETY: the kernel has just made it, with O_CLOEXEC, for us.
    Ok(unsafe { own(fd) })
}

/// man 2 pidfd_send_signal.
pub fn send_signal(pidfd: RawFd, signal: i32) -> io::Result<()> {
    // SAFETY: takes integers; no siginfo, no flags.
    let result = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd, signal, 0usize, 0) };
    check(result).map(drop)
}

/// Blocks until the process has exited (`true`) or the deadline has passed (`false`).
pub fn wait_readable(pidfd: BorrowedFd<'_>, deadline: Instant) -> io::Result<bool> {
    loop {
        // One poll may be shorter than what is left: see there.
        let events = retry(|| {
            let left = deadline.saturating_duration_since(Instant::now());
            poll(pidfd, libc::POLLIN, left)
        })?;
        if events != 0 {
            return Ok(true);
        }
        if deadline <= Instant::now() {
            return Ok(false);
        }
    }
}

fn poll(fd: BorrowedFd<'_>, events: i16, timeout: Duration) -> io::Result<i16> {
    let mut poll = libc::pollfd { fd: fd.as_raw_fd(), events, revents: 0 };
    // No more than a time_t of 32 bits can hold.
    let seconds = timeout.as_secs().min(i32::MAX as u64);
    // SAFETY: an all-zero timespec is a valid one (it has padding on some systems).
    let mut time: libc::timespec = unsafe { std::mem::zeroed() };
    time.tv_sec = seconds as libc::time_t;
    time.tv_nsec = timeout.subsec_nanos() as _;
    // SAFETY: one valid pollfd and a valid timespec; no signal mask.
    check(unsafe { libc::ppoll(&mut poll, 1, &time, std::ptr::null()) })?;
    Ok(poll.revents)
}

/// `struct pidfd_info` of linux/pidfd.h, as of its first version (64 bytes).
#[repr(C)]
#[derive(Default)]
struct PidfdInfo {
    mask: u64,
    cgroup_id: u64,
    ids: [u32; 11],
    exit_code: i32,
}

const PIDFD_INFO_EXIT: u64 = 1 << 3;
/// `_IOWR(0xFF, 11, struct pidfd_info)`
const PIDFD_GET_INFO: u32 = (3 << 30) | ((size_of::<PidfdInfo>() as u32) << 16) | (0xFF << 8) | 11;

/// The exit status of a process that someone else reaped (Linux 6.15 and up): `None` where the
/// kernel cannot tell. The kernel's record of what it used is gone.
pub fn status_after_reap(pidfd: BorrowedFd<'_>) -> Option<ExitStatus> {
    // A process that reaps itself (SIGCHLD ignored) is gone for waitid an instant before its exit
    // is on record; the hang-up says that it is. This wait is over in microseconds, if it is any.
    poll(pidfd, 0, Duration::from_millis(100)).ok()?;
    let mut info = PidfdInfo { mask: PIDFD_INFO_EXIT, ..PidfdInfo::default() };
    // SAFETY: the request number carries the size of the struct that the kernel fills.
    let result = unsafe { libc::ioctl(pidfd.as_raw_fd(), PIDFD_GET_INFO as _, &mut info) };
    if result != 0 || info.mask & PIDFD_INFO_EXIT == 0 {
        return None;
    }
    Some(match libc::WTERMSIG(info.exit_code) {
        0 => ExitStatus::from_code(libc::WEXITSTATUS(info.exit_code) as u32),
        signal => ExitStatus::from_signal(signal, libc::WCOREDUMP(info.exit_code)),
    })
}
