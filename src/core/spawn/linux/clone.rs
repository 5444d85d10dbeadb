//! The parent's side of a spawn by clone.

use super::exec::Exec;
use super::signals::Blocked;
use super::stack::{Stack, with_stack};
use super::{SpawnError, Started, child};
use crate::core::sys::{check, own, retry};
use std::ffi::{c_int, c_void};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// CLONE_VM and CLONE_VFORK: the child runs in our memory and we sleep until it execs or ends.
/// No exit signal: a child that fails before its exec is invisible to `waitpid(-1)` and to SIGCHLD
/// handlers of others in this process. The exec sets it to SIGCHLD.
const FLAGS: c_int = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD;

pub fn start(exec: &Exec) -> Result<Started, SpawnError> {
    let (pid, pidfd) = {
        let _dumpable = (!exec.credentials.is_unchanged()).then(KeepDumpable::new);
        with_stack(|stack| clone(stack, child::main, (&raw const *exec).cast_mut().cast()))?
    };
    let Some(failure) = exec.failure() else {
        return Ok(Started { pid, pidfd: Some(pidfd) });
    };
    let _ = reap(&pidfd); // a wait of someone else may have been quicker: reaped it is, all the same
    Err(failure.into())
}

/// Returns when the child has exec'd or ended.
fn clone(
    stack: &Stack,
    main: extern "C" fn(*mut c_void) -> c_int,
    argument: *mut c_void,
) -> io::Result<(libc::pid_t, OwnedFd)> {
    let mut pidfd: c_int = -1;
    // A signal between the clone and the exec must not run a handler: it would do so in the child as
    // well, in our memory.
    let blocked = Blocked::all();
    // SAFETY: `main` keeps to what a child in shared memory may do (see child.rs). Its stack is this
    // thread's own and large enough; the argument outlives the child's use of it, because this call
    // returns only after the exec or the end of the child.
    let pid = check(unsafe { libc::clone(main, stack.top(), FLAGS, argument, &raw mut pidfd) });
    drop(blocked);
    let pid = pid? as libc::pid_t;
    // SAFETY: the kernel made it, with O_CLOEXEC, for us.
    Ok((pid, unsafe { own(pidfd.into()) }))
}

/// Blocks until the child is reaped. By __WALL, for it has no exit signal.
fn reap(pidfd: &OwnedFd) -> io::Result<()> {
    retry(|| {
        // SAFETY: no siginfo is asked for.
        let waited = unsafe {
            let options = libc::WEXITED | libc::__WALL;
            libc::syscall(libc::SYS_waitid, libc::P_PIDFD, pidfd.as_raw_fd(), 0usize, options, 0usize)
        };
        check(waited).map(drop)
    })
}

/// Whether the kernel does what this engine needs, by trying it with a child that execs nothing.
/// Asked until it is known: a failure for want of processes, memory or descriptors is this spawn's
/// own, and says nothing of the next.
pub fn usable() -> io::Result<bool> {
    static USABLE: OnceLock<bool> = OnceLock::new();
    if let Some(usable) = USABLE.get() {
        return Ok(*usable);
    }
    let usable = std::env::var_os("SHARED_CHILD_ENGINE").is_none_or(|value| value != "fork") && probe()?;
    Ok(*USABLE.get_or_init(|| usable))
}

fn probe() -> io::Result<bool> {
    extern "C" fn main(argument: *mut c_void) -> c_int {
        // SAFETY: the parent passes a pointer to an AtomicI32 and waits until we have ended.
        unsafe { (*argument.cast::<AtomicI32>()).store(1, Ordering::Release) };
        loop {
            // SAFETY: takes an integer; does not return.
            unsafe { libc::syscall(libc::SYS_exit_group, 0) };
        }
    }
    let mark = AtomicI32::new(0);
    match with_stack(|stack| clone(stack, main, (&raw const mark).cast_mut().cast())) {
        // Without the mark the memory is not shared, and no failure would ever be seen.
        Ok((_, pidfd)) => Ok(reap(&pidfd).is_ok() && mark.load(Ordering::Acquire) == 1),
        Err(error) => match error.raw_os_error() {
            Some(libc::EAGAIN | libc::ENOMEM | libc::EMFILE | libc::ENFILE) => Err(error),
            _ => Ok(false),
        },
    }
}

/// A change of uid or gid in shared memory makes the PARENT undumpable (no core dumps, no debugger,
/// its /proc files root's): prctl(2), PR_SET_DUMPABLE. This restores it. One such spawn at a time, for
/// what two of them found and restored could cross.
struct KeepDumpable {
    before: c_int,
    _alone: std::sync::MutexGuard<'static, ()>,
}

impl KeepDumpable {
    fn new() -> Self {
        static ALONE: Mutex<()> = Mutex::new(());
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        // SAFETY: takes no further arguments.
        Self { before: unsafe { libc::prctl(libc::PR_GET_DUMPABLE) }, _alone: alone }
    }
}

impl Drop for KeepDumpable {
    fn drop(&mut self) {
        // Only 1 can be set by hand; 0 and 2 are what a change of credentials leaves anyway.
        if self.before == 1 {
            // SAFETY: takes an integer.
            unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 1) };
        }
    }
}
