//! What is asked of the kernel about one child, by its pid.

use crate::core::sys::{check, retry};
use polling::os::kqueue::{PollerKqueueExt, Process, ProcessOps};
use polling::{Events, PollMode, Poller};
use std::io;
use std::num::{NonZeroI32, NonZeroUsize};
use std::time::{Duration, Instant};

/// When a process was started: with its pid, what tells it from any other.
pub type Birth = (u64, u64);

/// `None`: there is no such process, or this system does not say. Zombies have one.
#[cfg(target_vendor = "apple")]
pub fn birth(pid: libc::pid_t) -> Option<Birth> {
    /// A process that has begun to exit is found by nothing else (proc_pidinfo of xnu).
    const ZOMBIES_TOO: u64 = 1;
    const SIZE: i32 = size_of::<libc::proc_bsdinfo>() as i32;
    let mut info = std::mem::MaybeUninit::<libc::proc_bsdinfo>::uninit();
    // SAFETY: room for as many bytes as it says.
    let filled = unsafe {
        libc::proc_pidinfo(pid, libc::PROC_PIDTBSDINFO, ZOMBIES_TOO, info.as_mut_ptr().cast(), SIZE)
    };
    if filled != SIZE {
        return None;
    }
    // SAFETY: the call has filled all of it.
    let info = unsafe { info.assume_init() };
    Some((info.pbi_start_tvsec, info.pbi_start_tvusec))
}

/// Nobody needs it: FreeBSD keeps the children that a debugger has taken over (`p_orphans`), and its waits find them.
#[cfg(not(target_vendor = "apple"))]
pub fn birth(_pid: libc::pid_t) -> Option<Birth> {
    None
}

/// waitid, without reaping: whether the child can be reaped.
pub fn wait(pid: libc::pid_t, options: i32) -> io::Result<bool> {
    // SAFETY: a plain C struct for which all zeros is a valid value.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WNOWAIT | options;
    retry(|| {
        // SAFETY: `info` is valid for writes of its type.
        check(unsafe { libc::waitid(libc::P_PID, pid as libc::id_t, &mut info, options) })
    })?;
    Ok(info.si_pid != 0)
}

/// Reaps the child if it has exited: its wait status and what it used (man 2 wait4).
pub fn reap(pid: libc::pid_t) -> io::Result<Option<(i32, libc::rusage)>> {
    let mut status = 0;
    // SAFETY: a plain C struct for which all zeros is a valid value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let reaped = retry(|| {
        // SAFETY: `status` and `usage` are valid for writes of their types.
        check(unsafe { libc::wait4(pid, &mut status, libc::WNOHANG, &mut usage) })
    })?;
    Ok((reaped != 0).then_some((status, usage)))
}

pub fn kill(pid: libc::pid_t, signal: i32) -> io::Result<()> {
    // SAFETY: takes two integers.
    check(unsafe { libc::kill(pid, signal) }).map(drop)
}

/// The event "this process has exited", for a kqueue.
pub fn exit_of(pid: libc::pid_t) -> Process<'static> {
    let pid = NonZeroI32::new(pid).expect("a child's pid is not 0");
    // SAFETY: the pid is a child's that nobody has reaped (see `Handle`); should a foreign reaper
    // have freed it, the kernel answers for whoever has it now, and memory is not at stake.
    unsafe { Process::from_pid(pid, ProcessOps::Exit) }
}

/// Blocks until the process has exited (`true`) or the deadline has passed (`false`). The event comes microseconds before
/// the process can be reaped; for one that a debugger holds, when the debugger has let go of it.
pub fn wait_for_exit_event(pid: libc::pid_t, deadline: Option<Instant>) -> io::Result<bool> {
    /// kevent refuses a timeout of more than three years with EINVAL (itimerfix of xnu).
    const LONGEST: Duration = Duration::from_secs(86_400);
    let poller = Poller::new()?;
    match poller.add_filter(exit_of(pid), 0, PollMode::Oneshot) {
        // It has begun to exit, and cannot be watched any more.
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => return Ok(true),
        added => added?,
    }
    let mut events = Events::with_capacity(NonZeroUsize::MIN);
    loop {
        let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if poller.wait(&mut events, left.map(|left| left.min(LONGEST)))? != 0 {
            return Ok(true);
        }
        if left.is_some_and(|left| left.is_zero()) {
            return Ok(false);
        }
    }
}
