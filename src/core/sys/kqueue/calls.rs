//! What is asked of the kernel about one child, by its pid.

use super::group::Member;
use super::handle::Ended;
use crate::core::sys::{check, retry};
use polling::os::kqueue::{PollerKqueueExt, Process, ProcessOps};
use polling::{Events, PollMode, Poller};
use std::io;
use std::num::{NonZeroI32, NonZeroUsize};
use std::ptr;
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
    waitid(pid, options).map(|info| info.si_pid != 0)
}

/// All zeros if no child has exited.
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

/// What is known of a child that has exited, without reaping it.
#[cfg(target_vendor = "apple")]
pub fn peek(pid: libc::pid_t) -> io::Result<Option<Ended>> {
    let info = waitid(pid, libc::WNOHANG)?;
    let ended = Ended { code: info.si_code, status: info.si_status, usage: None };
    Ok((info.si_pid != 0).then_some(ended))
}

/// The same by wait6, which tells what it has used as well.
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

/// To a whole group. ESRCH: there is none of this number. EPERM: nobody in it may be signalled by us, or (xnu) nobody in
/// it runs.
pub fn signal_group(number: libc::pid_t, signal: i32) -> io::Result<()> {
    // SAFETY: takes two integers.
    check(unsafe { libc::kill(-number, signal) }).map(drop)
}

/// All of a group, as the kernel finds them in one walk: who is being forked meanwhile is not among them (man 3 sysctl,
/// KERN_PROC_PGRP).
pub fn group(number: libc::pid_t) -> io::Result<Vec<Member>> {
    let mut name = [libc::CTL_KERN, libc::KERN_PROC, libc::KERN_PROC_PGRP, number];
    let mut found: Vec<Record> = Vec::new();
    loop {
        let mut size = found.capacity() * size_of::<Record>();
        let room = if size == 0 { ptr::null_mut() } else { found.as_mut_ptr() };
        // SAFETY: a name of four numbers, and as many bytes of room as it says; without room it tells how many it takes.
        let read =
            check(unsafe { libc::sysctl(name.as_mut_ptr(), 4, room.cast(), &mut size, ptr::null_mut(), 0) });
        match read {
            Ok(_) if !room.is_null() => {
                // SAFETY: so many have been filled.
                unsafe { found.set_len(size / size_of::<Record>()) };
                return Ok(found.iter().map(Record::member).collect());
            }
            // There may be more by the time that they are read.
            Ok(_) => found.reserve(size / size_of::<Record>() + 16),
            Err(error) if error.raw_os_error() == Some(libc::ENOMEM) => {
                found.reserve(found.capacity() * 2);
            }
            Err(error) => return Err(error),
        }
    }
}

/// `struct kinfo_proc` of sys/sysctl.h, of which the beginning is of interest.
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

/// As every kernel since FreeBSD 7 has it, which fills an array of them.
#[cfg(all(target_os = "freebsd", target_arch = "x86_64"))]
const _: () = assert!(size_of::<Record>() == 1088);

#[cfg(not(target_vendor = "apple"))]
impl Record {
    fn member(&self) -> Member {
        Member { pid: self.0.ki_pid, is_zombie: self.0.ki_stat == libc::SZOMB }
    }
}

/// Does something that may take a while on a thread of its own; if there is none to be had, nobody does it.
pub fn apart(act: impl FnOnce() + Send + 'static) {
    let _ = std::thread::Builder::new().name("shared-child reap".into()).stack_size(64 * 1024).spawn(act);
}

/// The event "this process has exited", for a kqueue.
pub fn exit_of(pid: libc::pid_t) -> Process<'static> {
    let pid = NonZeroI32::new(pid).expect("no process has the pid 0");
    // SAFETY: the pid is a child's that nobody has reaped (see `Handle`); should a foreign reaper have freed it, or should
    // it be that of a group's member, the kernel answers for whoever has it now, and memory is not at stake.
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
