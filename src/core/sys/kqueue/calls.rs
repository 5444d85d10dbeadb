//! The system calls about one child and its group, by number.

use super::records::{Ended, Member, StartTime};
use crate::core::sys::{check, retry};
use polling::os::kqueue::{PollerKqueueExt, Process, ProcessOps};
use polling::{Events, PollMode, Poller};
use std::io;
use std::num::{NonZeroI32, NonZeroUsize};
use std::ptr;
use std::time::{Duration, Instant};

/// The start time of a process; zombies have one, too. `None`: there is no such process, or this system does not say.
#[cfg(target_vendor = "apple")]
pub fn start_time(pid: libc::pid_t) -> Option<StartTime> {
    /// Without this, proc_pidinfo does not find a process that has begun to exit (xnu).
    const ZOMBIES_TOO: u64 = 1;
    const SIZE: i32 = size_of::<libc::proc_bsdinfo>() as i32;
    let mut info = std::mem::MaybeUninit::<libc::proc_bsdinfo>::uninit();
    // SAFETY: the buffer has the size that is passed.
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

/// Not needed: FreeBSD's waits find children that a debugger has taken over (`p_orphans`).
#[cfg(not(target_vendor = "apple"))]
pub fn start_time(_pid: libc::pid_t) -> Option<StartTime> {
    None
}

/// Whether the child can be reaped, by waitid, which does not reap it here.
pub fn wait(pid: libc::pid_t, options: i32) -> io::Result<bool> {
    waitid(pid, options).map(|info| info.si_pid != 0)
}

/// Returns all zeros if no child has exited.
fn waitid(pid: libc::pid_t, options: i32) -> io::Result<libc::siginfo_t> {
    // SAFETY: a plain C struct for which all zeros is a valid value.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WNOWAIT | options;
    retry(|| {
        // SAFETY: `info` is valid for writes of its type.
        check(unsafe { libc::waitid(libc::P_PID, pid as libc::id_t, &mut info, options) })
    })?;
    Ok(info)
}

/// How a child has exited, without reaping it. `None`: it has not.
#[cfg(target_vendor = "apple")]
pub fn peek(pid: libc::pid_t) -> io::Result<Option<Ended>> {
    let info = waitid(pid, libc::WNOHANG)?;
    let ended = Ended { code: info.si_code, status: info.si_status, usage: None };
    Ok((info.si_pid != 0).then_some(ended))
}

/// The same, by wait6, which also returns what the child has used.
#[cfg(not(target_vendor = "apple"))]
pub fn peek(pid: libc::pid_t) -> io::Result<Option<Ended>> {
    /// `struct __wrusage` of sys/resource.h.
    #[repr(C)]
    struct Usage {
        of_child: libc::rusage,
        of_its_children: libc::rusage,
    }
    unsafe extern "C" {
        /// man 2 wait6, FreeBSD 9.2.
        fn wait6(
            kind: libc::idtype_t,
            id: libc::id_t,
            status: *mut libc::c_int,
            options: libc::c_int,
            usage: *mut Usage,
            info: *mut libc::siginfo_t,
        ) -> libc::pid_t;
    }
    let mut status = 0;
    // SAFETY: plain C structs for which all zeros is a valid value.
    let (mut usage, mut info): (Usage, libc::siginfo_t) = unsafe { std::mem::zeroed() };
    let options = libc::WEXITED | libc::WNOWAIT | libc::WNOHANG;
    let found = retry(|| {
        // SAFETY: all three are valid for writes of their types.
        check(unsafe { wait6(libc::P_PID, pid as libc::id_t, &mut status, options, &mut usage, &mut info) })
    })?;
    let ended = Ended { code: info.si_code, status: info.si_status, usage: Some(usage.of_child) };
    Ok((found != 0).then_some(ended))
}

/// Reaps the child if it has exited, and returns its wait status and what it used (man 2 wait4).
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
    // SAFETY: both arguments are integers.
    check(unsafe { libc::kill(pid, signal) }).map(drop)
}

/// Signals a whole group. ESRCH: there is no group with this number. EPERM: we may not signal any process in it or, on
/// xnu, all of its processes are zombies.
pub fn signal_group(number: libc::pid_t, signal: i32) -> io::Result<()> {
    // SAFETY: both arguments are integers.
    check(unsafe { libc::kill(-number, signal) }).map(drop)
}

/// The processes of a group, as the kernel lists them in one pass (man 3 sysctl, KERN_PROC_PGRP). A process that is
/// being forked meanwhile is missing.
pub fn group(number: libc::pid_t) -> io::Result<Vec<Member>> {
    let mut name = [libc::CTL_KERN, libc::KERN_PROC, libc::KERN_PROC_PGRP, number];
    let mut found: Vec<Record> = Vec::new();
    loop {
        let mut size = found.capacity() * size_of::<Record>();
        let room = if size == 0 { ptr::null_mut() } else { found.as_mut_ptr() };
        // SAFETY: a name of four numbers, and a buffer of the size that is passed. With null, it returns the size.
        let read =
            check(unsafe { libc::sysctl(name.as_mut_ptr(), 4, room.cast(), &mut size, ptr::null_mut(), 0) });
        match read {
            Ok(_) if !room.is_null() => {
                // SAFETY: the kernel has filled this many records.
                unsafe { found.set_len(size / size_of::<Record>()) };
                return Ok(found.iter().map(Record::member).collect());
            }
            // The next call reads them. Leave room for processes that are added meanwhile.
            Ok(_) => found.reserve(size / size_of::<Record>() + 16),
            Err(error) if error.raw_os_error() == Some(libc::ENOMEM) => {
                found.reserve(found.capacity() * 2);
            }
            Err(error) => return Err(error),
        }
    }
}

/// `struct kinfo_proc` of sys/sysctl.h. Only its beginning is used.
#[cfg(target_vendor = "apple")]
#[repr(C)]
struct Record {
    start: [u64; 2],
    vmspace: u64,
    sigacts: u64,
    flag: i32,
    stat: i8,
    pid: libc::pid_t,
    others: [u32; 151],
}

#[cfg(target_vendor = "apple")]
const _: () = assert!(size_of::<Record>() == 648);

#[cfg(target_vendor = "apple")]
impl Record {
    fn member(&self) -> Member {
        Member { pid: self.pid, is_zombie: self.stat as u32 == libc::SZOMB }
    }
}

#[cfg(not(target_vendor = "apple"))]
#[repr(transparent)]
struct Record(libc::kinfo_proc);

/// The size on every kernel since FreeBSD 7. The kernel fills an array of these, so it has to match.
#[cfg(all(target_os = "freebsd", target_arch = "x86_64"))]
const _: () = assert!(size_of::<Record>() == 1088);

#[cfg(not(target_vendor = "apple"))]
impl Record {
    fn member(&self) -> Member {
        Member { pid: self.0.ki_pid, is_zombie: self.0.ki_stat == libc::SZOMB }
    }
}

/// Runs `act`, which may take a while, on a thread of its own. If no thread can be started, it is not run.
pub fn in_a_thread(act: impl FnOnce() + Send + 'static) {
    let _ = std::thread::Builder::new().name("shared-child reap".into()).stack_size(64 * 1024).spawn(act);
}

/// The event "this process has exited", for a kqueue.
pub fn exit_of(pid: libc::pid_t) -> Process<'static> {
    let pid = NonZeroI32::new(pid).expect("no process has the pid 0");
    // SAFETY: the pid is that of an unreaped child (see `Handle`). If a foreign reaper has freed it, or if it is that of a
    // group's member, the kernel may watch another process that has the pid now. That does not affect memory safety.
    unsafe { Process::from_pid(pid, ProcessOps::Exit) }
}

/// Blocks until the process has exited (`true`) or the deadline has passed (`false`). The event comes a few microseconds
/// before the process can be reaped. For a process under a debugger, it comes when the debugger has released it.
pub fn wait_for_exit_event(pid: libc::pid_t, deadline: Option<Instant>) -> io::Result<bool> {
    /// kevent refuses a timeout of more than three years with EINVAL (itimerfix of xnu).
    const LONGEST: Duration = Duration::from_secs(86_400);
    let poller = Poller::new()?;
    match poller.add_filter(exit_of(pid), 0, PollMode::Oneshot) {
        // The process has begun to exit and cannot be watched any more.
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
