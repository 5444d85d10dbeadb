//! The pidfd system calls. A pidfd names one process for ever: unlike a pid it never comes to mean
//! another one (man 2 pidfd_open).

use super::waitid::waitid;
use crate::core::exit_status::ExitStatus;
use crate::core::sys::{check, own, retry};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// Whether the kernel has (and seccomp allows) all the pidfd calls that are needed: to signal (Linux 5.1), to open
/// (5.3) and to wait (5.4). Found out once. `SHARED_CHILD_REACTOR=threads` makes the answer no.
pub fn usable() -> bool {
    static USABLE: OnceLock<bool> = OnceLock::new();
    *USABLE.get_or_init(|| {
        if crate::core::sys::has_no_reactor() {
            return false;
        }
        // Each call is tried with an invalid argument, so that it needs no descriptor: otherwise a moment in which
        // none was left would decide for good. A kernel without the call fails with ENOSYS, one without P_PIDFD
        // with EINVAL, and a seccomp filter usually with EPERM.
        const NO_FD: i32 = i32::MAX;
        let refusal = |result: io::Result<()>| result.err().and_then(|error| error.raw_os_error());
        refusal(open(-1).map(drop)) == Some(libc::EINVAL)
            && refusal(send_signal(NO_FD, 0)) == Some(libc::EBADF)
            && refusal(waitid(libc::P_PIDFD, NO_FD as libc::id_t, libc::WEXITED | libc::WNOHANG).map(drop))
                == Some(libc::EBADF)
    })
}

/// pidfd_open(2). The pid must be that of an unreaped child, otherwise it may belong to any process.
pub fn open(pid: libc::pid_t) -> io::Result<OwnedFd> {
    // SAFETY: both arguments are integers.
    let fd = check(unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) })?;
    // SAFETY: the kernel has just made it, and nothing else owns it.
    Ok(unsafe { own(fd) })
}

/// pidfd_send_signal(2).
pub fn send_signal(pidfd: RawFd, signal: i32) -> io::Result<()> {
    send(pidfd, signal, 0)
}

/// `PIDFD_SIGNAL_PROCESS_GROUP` of linux/pidfd.h (Linux 6.9): signals the group that the process leads, or led before
/// it was reaped. The kernel does not look the group up by its number, so this never reaches a later group with the
/// same number.
const PROCESS_GROUP: u32 = 1 << 2;

/// Whether groups can be signalled by pidfd. Found out once, in the same way as [`usable`].
pub fn can_signal_groups() -> bool {
    static CAN: OnceLock<bool> = OnceLock::new();
    *CAN.get_or_init(|| {
        let refused = send(i32::MAX, 0, PROCESS_GROUP).err().and_then(|error| error.raw_os_error());
        usable() && refused == Some(libc::EBADF)
    })
}

/// `false`: the group has no process any more.
pub fn signal_group(leader: RawFd, signal: i32) -> io::Result<bool> {
    match send(leader, signal, PROCESS_GROUP) {
        Ok(()) => Ok(true),
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(false),
        Err(error) => Err(error),
    }
}

fn send(pidfd: RawFd, signal: i32, flags: u32) -> io::Result<()> {
    // SAFETY: the arguments are integers, and no siginfo is passed.
    let result = unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd, signal, 0usize, flags) };
    check(result).map(drop)
}

/// Blocks until the process has exited (`true`) or the deadline has passed (`false`).
pub fn wait_readable(pidfd: BorrowedFd<'_>, deadline: Instant) -> io::Result<bool> {
    loop {
        // A single poll may return before the deadline: it limits its timeout.
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
    // A time_t may have 32 bits.
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

/// The exit status of a process that someone else has reaped (Linux 6.15 and up). `None`: the kernel does not know
/// it. What the process used (its rusage) is lost in any case.
pub fn status_after_reap(pidfd: BorrowedFd<'_>) -> Option<ExitStatus> {
    // If SIGCHLD is ignored, an exiting process is reaped at once, and waitid fails a moment before the exit status
    // has been recorded. The hang-up of the pidfd says that it has been. This takes microseconds at most.
    poll(pidfd, 0, Duration::from_millis(100)).ok()?;
    let mut info = PidfdInfo { mask: PIDFD_INFO_EXIT, ..PidfdInfo::default() };
    // SAFETY: the request number contains the size of the struct that the kernel fills.
    let result = unsafe { libc::ioctl(pidfd.as_raw_fd(), PIDFD_GET_INFO as _, &mut info) };
    if result != 0 || info.mask & PIDFD_INFO_EXIT == 0 {
        return None;
    }
    Some(match libc::WTERMSIG(info.exit_code) {
        0 => ExitStatus::from_code(libc::WEXITSTATUS(info.exit_code) as u32),
        signal => ExitStatus::from_signal(signal, libc::WCOREDUMP(info.exit_code)),
    })
}
