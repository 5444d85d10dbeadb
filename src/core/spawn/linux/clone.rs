//! The parent's side of a spawn by clone.

use super::dumpable::KeepDumpable;
use super::exec::Exec;
use super::signals::Blocked;
use super::stack::{Stack, with_stack};
use super::{SpawnError, Started, child};
use crate::core::sys::{check, own, retry};
use std::ffi::{c_int, c_void};
use std::io;
use std::os::fd::AsRawFd;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI32, Ordering};

/// With CLONE_VM and CLONE_VFORK, the child runs in our memory, and this thread sleeps until the child execs or ends.
/// There is no exit signal, so that a child that fails before its exec is invisible to `waitpid(-1)` and to the SIGCHLD
/// handlers of other code in this process. The exec sets the exit signal to SIGCHLD.
const FLAGS: c_int = libc::CLONE_VM | libc::CLONE_VFORK | libc::CLONE_PIDFD;

pub fn start(exec: &Exec) -> Result<Started, SpawnError> {
    let started = {
        let _dumpable = (!exec.credentials.is_unchanged()).then(KeepDumpable::new);
        with_stack(|stack| clone(stack, child::main, (&raw const *exec).cast_mut().cast()))?
    };
    let Some(failure) = exec.failure() else {
        return Ok(started);
    };
    let _ = reap(&started); // fails if other code in this process has already reaped it
    Err(failure.into())
}

/// Returns when the child has called exec or has ended.
fn clone(
    stack: &Stack,
    main: extern "C" fn(*mut c_void) -> c_int,
    argument: *mut c_void,
) -> io::Result<Started> {
    let mut pidfd: c_int = -1;
    // Between the clone and the exec, a signal must not run one of our handlers in the child, in our memory.
    let blocked = Blocked::all();
    // SAFETY: `main` keeps to what a child in shared memory may do (see child.rs). Its stack is this
    // thread's own and large enough; the argument outlives the child's use of it, because this call
    // returns only after the exec or the end of the child.
    let pid = check(unsafe { libc::clone(main, stack.top(), FLAGS, argument, &raw mut pidfd) });
    drop(blocked);
    let pid = pid? as libc::pid_t;
    // Kernels before 5.2 ignore CLONE_PIDFD, so there may be no pidfd.
    // SAFETY: the kernel has just made it, with O_CLOEXEC, and nothing else owns it.
    let pidfd = (pidfd >= 0).then(|| unsafe { own(pidfd.into()) });
    Ok(Started { pid, pidfd })
}

/// Blocks until the child is reaped.
fn reap(child: &Started) -> io::Result<()> {
    if let Some(pidfd) = &child.pidfd {
        match wait(libc::P_PIDFD, pidfd.as_raw_fd() as libc::id_t) {
            // Before Linux 5.4, waitid does not take pidfds.
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {}
            result => return result,
        }
    }
    wait(libc::P_PID, child.pid as libc::id_t)
}

/// Uses __WALL, because the child has no exit signal.
fn wait(kind: libc::idtype_t, id: libc::id_t) -> io::Result<()> {
    retry(|| {
        let options = libc::WEXITED | libc::__WALL;
        // SAFETY: the arguments are integers, and no siginfo is asked for.
        check(unsafe { libc::syscall(libc::SYS_waitid, kind, id, 0usize, options, 0usize) }).map(drop)
    })
}

/// Whether the kernel does what this engine needs. This is found out by a clone without an exec, and remembered. A failure
/// for lack of processes, memory or descriptors fails only the current spawn, and the next one tries again.
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
        // SAFETY: the parent passes a pointer to an AtomicI32, and waits until the child has ended.
        unsafe { (*argument.cast::<AtomicI32>()).store(1, Ordering::Release) };
        loop {
            // SAFETY: the argument is an integer, and the call does not return.
            unsafe { libc::syscall(libc::SYS_exit_group, 0) };
        }
    }
    let mark = AtomicI32::new(0);
    match with_stack(|stack| clone(stack, main, (&raw const mark).cast_mut().cast())) {
        // If the mark is missing, memory is not shared, and failures of a child would not be seen.
        Ok(child) => Ok(reap(&child).is_ok() && mark.load(Ordering::Acquire) == 1),
        Err(error) => match error.raw_os_error() {
            Some(libc::EAGAIN | libc::ENOMEM | libc::EMFILE | libc::ENFILE) => Err(error),
            _ => Ok(false),
        },
    }
}
