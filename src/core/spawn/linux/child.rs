//! What the child does between clone and exec. It runs in the PARENT's memory and must leave no trace in it. So it
//! makes raw system calls only: it must not allocate, lock or panic, or call a library function that keeps state. The
//! exception is errno: it is that of the suspended parent thread, which does not rely on it.

use super::exec::{Exec, Step};
use super::signals;
use std::ffi::{c_char, c_int, c_long, c_void};
use std::ptr;
use std::sync::atomic::Ordering;

/// `clone`'s entry point; `argument` is an [`Exec`] that outlives the child's time before the exec.
pub extern "C" fn main(argument: *mut c_void) -> c_int {
    // SAFETY: the parent passes a pointer to an Exec, and waits until the child is done with it.
    let exec = unsafe { &*argument.cast::<Exec>() };
    let (step, errno) = match prepare(exec) {
        Ok(()) => (Step::Exec, exec.files.try_each(|file, argv| execve(file, argv, exec))),
        Err(failed) => failed,
    };
    report(exec, step, errno)
}

type Steps = Result<(), (Step, c_int)>;

fn prepare(exec: &Exec) -> Steps {
    // All signals have been blocked since before the clone. The handlers are reset before the signals are unblocked,
    // because otherwise one of the parent's handlers could run here, in the parent's memory.
    signals::reset_handlers();
    take_place(exec)?;
    if let Some((wanted, now)) = &exec.scheduling {
        wanted.take(now);
    }
    // Before the fds are placed, because a target may have the number of the directory's descriptor.
    if let Some(surroundings) = exec.surroundings {
        surroundings.enter().map_err(|errno| (Step::EnterSurroundings, errno))?;
    }
    place_fds(exec)?;
    close_other_fds(exec)?;
    if let Some(cwd) = exec.cwd {
        // SAFETY: a valid C string.
        attempt(Step::ChangeDirectory, unsafe { libc::syscall(libc::SYS_chdir, cwd.as_ptr()) })?;
    }
    change_credentials(exec)?;
    set_death_signal(exec)?;
    signals::set_mask(signals::NONE);
    Ok(())
}

/// Puts the child into its session, group and cgroup, and has the kernel kill it when the parent ends, so that it can be
/// ended from now on.
fn take_place(exec: &Exec) -> Steps {
    let control = exec.control;
    if exec.new_session {
        // SAFETY: the call has no arguments. The leader of a new session also leads a new group.
        attempt(Step::NewSession, unsafe { libc::syscall(libc::SYS_setsid) })?;
    } else if control.leads_group {
        // SAFETY: all arguments are integers.
        attempt(Step::NewGroup, unsafe { libc::syscall(libc::SYS_setpgid, 0, 0) })?;
    }
    if let Some(cgroup) = &control.cgroup {
        let itself = b"0";
        // SAFETY: the buffer has the length that is passed.
        let entered =
            unsafe { libc::syscall(libc::SYS_write, cgroup.entrance(), itself.as_ptr(), itself.len()) };
        attempt(Step::EnterCgroup, entered)?;
    }
    match &control.death_pipes {
        Some(pipes) => pipes.arm(control.leads_group).map_err(|errno| (Step::ArmDeathPipes, errno)),
        None => Ok(()),
    }
}

/// Asks the kernel to kill the child when the parent ends, in addition to the
/// [`DeathPipes`](crate::core::sys::DeathPipes). This comes after the change of user, which would undo it (man 2
/// PR_SET_PDEATHSIG).
fn set_death_signal(exec: &Exec) -> Steps {
    if exec.control.death_pipes.is_none() {
        return Ok(());
    }
    // SAFETY: all arguments are integers.
    let asked = unsafe { libc::syscall(libc::SYS_prctl, libc::PR_SET_PDEATHSIG, libc::SIGKILL, 0, 0, 0) };
    attempt(Step::SetDeathSignal, asked)?;
    // The parent may have ended before this was set.
    // SAFETY: the call has no arguments.
    match unsafe { libc::syscall(libc::SYS_getppid) } == libc::c_long::from(exec.parent) {
        true => Ok(()),
        false => Err((Step::SetDeathSignal, libc::ESRCH)),
    }
}

/// Places the fds in two passes, so that any permutation works: first every source that is also a target is copied
/// out of the way, then each is duplicated to its target.
fn place_fds(exec: &Exec) -> Steps {
    let sources = exec.sources.get();
    // SAFETY: the child alone uses this slot; it has one element for each mapping.
    let sources = unsafe { &mut *sources };
    for (fd, source) in exec.fds.iter().zip(sources.iter_mut()) {
        *source = fd.source;
        let in_the_way = fd.source != fd.target && exec.fds.iter().any(|other| other.target == fd.source);
        if in_the_way {
            // SAFETY: all arguments are integers.
            let moved = unsafe {
                libc::syscall(libc::SYS_fcntl, fd.source, libc::F_DUPFD_CLOEXEC, exec.first_free_fd)
            };
            *source = attempt(Step::PlaceFds, moved)? as c_int;
        }
    }
    for (fd, source) in exec.fds.iter().zip(sources.iter()) {
        // SAFETY: all arguments are integers. dup3 refuses equal fds, which need only lose their close-on-exec.
        let placed = unsafe {
            if *source == fd.target {
                libc::syscall(libc::SYS_fcntl, fd.target, libc::F_SETFD, 0)
            } else {
                libc::syscall(libc::SYS_dup3, *source, fd.target, 0)
            }
        };
        attempt(Step::PlaceFds, placed)?;
    }
    Ok(())
}

/// Marks all other fds close-on-exec. It does not close them, because the report pipe of the fork fallback is among them.
/// (man 2 close_range; the flag needs Linux 5.11.)
fn close_other_fds(exec: &Exec) -> Steps {
    for (first, last) in &exec.other_fds {
        // SAFETY: all arguments are integers.
        let closed =
            unsafe { libc::syscall(libc::SYS_close_range, *first, *last, libc::CLOSE_RANGE_CLOEXEC) };
        if closed < 0 && mark_by_directory(*first, *last).is_err() {
            mark_by_number(*first, *last)?;
        }
    }
    Ok(())
}

/// The same for older kernels, which lack close_range or its flag: reads the list of open fds in /proc.
fn mark_by_directory(first: u32, last: u32) -> Steps {
    /// struct linux_dirent64: inode (8), offset (8), record length (2), type (1), name.
    const LENGTH_AT: usize = 16;
    const NAME_AT: usize = 19;
    let flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC;
    // SAFETY: a valid C string and integers.
    let opened =
        unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, c"/proc/self/fd".as_ptr(), flags, 0) };
    let directory = attempt(Step::CloseOtherFds, opened)?;
    let mut entries = [0_u64; 256]; // u64: dirents are aligned to 8
    loop {
        // SAFETY: the buffer has the size that is passed.
        let read = unsafe {
            libc::syscall(libc::SYS_getdents64, directory, entries.as_mut_ptr(), size_of_val(&entries))
        };
        let end = attempt(Step::CloseOtherFds, read)? as usize;
        if end == 0 {
            break;
        }
        let mut at = 0;
        while at < end {
            // SAFETY: the kernel wrote whole records up to `end`.
            let (length, name) = unsafe {
                let record = entries.as_ptr().cast::<u8>().add(at);
                (record.add(LENGTH_AT).cast::<u16>().read_unaligned(), record.add(NAME_AT))
            };
            if let Some(fd) = parse_fd(name).filter(|fd| (first..=last).contains(fd)) {
                // SAFETY: all arguments are integers.
                unsafe { libc::syscall(libc::SYS_fcntl, fd, libc::F_SETFD, libc::FD_CLOEXEC) };
            }
            at = at.wrapping_add(length as usize);
        }
    }
    // SAFETY: our own descriptor.
    unsafe { libc::syscall(libc::SYS_close, directory) };
    Ok(())
}

/// The same where there is no /proc either: tries every number that an fd can have. The limit of fds can be as high as a
/// thousand million, so this stops at `MOST`: without both close_range and /proc, the child inherits fds above it.
fn mark_by_number(first: u32, last: u32) -> Steps {
    const MOST: u64 = 1 << 20;
    let mut limit = libc::rlimit64 { rlim_cur: 0, rlim_max: 0 };
    let none = ptr::null::<libc::rlimit64>();
    // SAFETY: `limit` has room for a struct rlimit64, and no new limit is passed.
    let got = unsafe { libc::syscall(libc::SYS_prlimit64, 0, libc::RLIMIT_NOFILE, none, &raw mut limit) };
    attempt(Step::CloseOtherFds, got)?;
    let end = limit.rlim_max.min(MOST) as u32;
    for fd in first..end.min(last) {
        // SAFETY: all arguments are integers. The call fails with EBADF for an fd that is not open.
        unsafe { libc::syscall(libc::SYS_fcntl, fd, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
    Ok(())
}

/// A directory entry's name as a number; `None` for `.` and `..`.
fn parse_fd(mut name: *const u8) -> Option<u32> {
    let mut number: u32 = 0;
    loop {
        // SAFETY: a name ends with a NUL, at which this returns.
        let (byte, next) = unsafe { (*name, name.add(1)) };
        match byte {
            0 => return Some(number),
            b'0'..=b'9' => number = number.wrapping_mul(10).wrapping_add((byte & 0xf) as u32),
            _ => return None,
        }
        name = next;
    }
}

// 32-bit systems have a second set of these for 32-bit ids.
#[cfg(not(any(target_arch = "arm", target_arch = "x86")))]
use libc::{SYS_setgroups as SYS_SETGROUPS, SYS_setresgid as SYS_SETRESGID, SYS_setresuid as SYS_SETRESUID};
#[cfg(any(target_arch = "arm", target_arch = "x86"))]
use libc::{
    SYS_setgroups32 as SYS_SETGROUPS, SYS_setresgid32 as SYS_SETRESGID, SYS_setresuid32 as SYS_SETRESUID,
};

/// Sets groups, then gid, then uid: each step needs rights that the next one gives up. These are raw system calls, because
/// the C library's functions would change every thread of the parent.
fn change_credentials(exec: &Exec) -> Steps {
    let wanted = exec.credentials;
    if let Some(groups) = &wanted.groups {
        // Also for an empty list: without this call the child would keep the parent's groups (CVE-2023-6507).
        // SAFETY: the list has the length that is passed.
        attempt(Step::SetGroups, unsafe { libc::syscall(SYS_SETGROUPS, groups.len(), groups.as_ptr()) })?;
    } else if !wanted.is_unchanged() {
        // SAFETY: an empty list. The call fails for a process that may not change its groups, which then has none to drop.
        unsafe { libc::syscall(SYS_SETGROUPS, 0_usize, ptr::null::<u32>()) };
    }
    if let Some(gid) = wanted.gid {
        // SAFETY: all arguments are integers.
        attempt(Step::SetGid, unsafe { libc::syscall(SYS_SETRESGID, gid, gid, gid) })?;
    }
    if let Some(uid) = wanted.uid {
        // SAFETY: all arguments are integers.
        attempt(Step::SetUid, unsafe { libc::syscall(SYS_SETRESUID, uid, uid, uid) })?;
    }
    Ok(())
}

/// Returns only if it fails, with the errno.
fn execve(file: *const c_char, argv: *const *const c_char, exec: &Exec) -> c_int {
    // SAFETY: a valid C string and null-terminated arrays of such.
    unsafe { libc::syscall(libc::SYS_execve, file, argv, exec.envp.as_ptr()) };
    errno()
}

/// Reports the failure to the parent and ends, without running the parent's exit handlers and destructors.
fn report(exec: &Exec, step: Step, errno: c_int) -> ! {
    exec.failed_errno.store(errno, Ordering::Relaxed);
    exec.failed_step.store(step as c_int, Ordering::Release);
    if exec.report_fd >= 0 {
        let message = [step as c_int, errno];
        // SAFETY: the array has the size that is passed. A pipe takes so few bytes at once.
        unsafe { libc::syscall(libc::SYS_write, exec.report_fd, message.as_ptr(), size_of_val(&message)) };
    }
    loop {
        // SAFETY: the argument is an integer, and the call does not return.
        unsafe { libc::syscall(libc::SYS_exit_group, 127) };
    }
}

fn attempt(step: Step, result: c_long) -> Result<c_long, (Step, c_int)> {
    if result < 0 { Err((step, errno())) } else { Ok(result) }
}

fn errno() -> c_int {
    // SAFETY: always valid.
    unsafe { *libc::__errno_location() }
}
