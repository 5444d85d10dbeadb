//! What names a process to the kernel: a handle. While one is open, the pid is not reused and the exit code
//! can be read, even after the process has exited.

use super::check;
use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::process::Child;
use std::sync::Arc;
use std::time::Instant;
use windows_sys::Win32::Foundation::{
    ERROR_ACCESS_DENIED, ERROR_CALL_NOT_IMPLEMENTED, ERROR_INVALID_PARAMETER, HANDLE, STATUS_PENDING,
    WAIT_OBJECT_0, WAIT_TIMEOUT,
};
use windows_sys::Win32::System::Threading::{
    GetExitCodeProcess, INFINITE, OpenProcess, PROCESS_SYNCHRONIZE, TerminateProcess, WaitForSingleObject,
};

const SIGINT: i32 = 2;
const SIGQUIT: i32 = 3;
const SIGKILL: i32 = 9;
const SIGTERM: i32 = 15;
/// The exit code of a process that we terminate, the same as libuv's.
pub const KILLED: u32 = 1;
/// What the system returns as the exit code of a process that has none yet (259).
const STILL_ACTIVE: u32 = STATUS_PENDING as u32;
/// How long to wait for the end of a process that is exiting, in milliseconds.
const MOMENT: u32 = 100;
/// The highest number that is accepted as a signal, as in lib/signals.ts.
const LAST_SIGNAL: i32 = 64;

/// What a signal means on a system that has no signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// Only asks whether the process runs.
    Probe,
    Kill,
    /// Terminates, like `Kill`, when it is sent by itself. With a grace period (see `Process::ask_to_end`), it is a
    /// request to end.
    Ask,
}

impl Meaning {
    pub fn of(signal: i32) -> io::Result<Self> {
        match signal {
            0 => Ok(Self::Probe),
            SIGKILL => Ok(Self::Kill),
            SIGINT | SIGQUIT | SIGTERM => Ok(Self::Ask),
            1..=LAST_SIGNAL => Err(io::Error::from_raw_os_error(ERROR_CALL_NOT_IMPLEMENTED as i32)),
            _ => Err(io::Error::from_raw_os_error(ERROR_INVALID_PARAMETER as i32)),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Handle {
    /// Shared, so that it stays open while anyone waits on it.
    Own(Arc<OwnedHandle>),
    /// The handle of a `std::process::Child` (its address: pointers are not `Send`), open for as long
    /// as the child is: the state machine keeps it while anyone waits.
    OfChild(usize),
}

impl Handle {
    pub fn of_child(child: &Child) -> Self {
        Self::OfChild(child.as_raw_handle().expose_provenance())
    }

    pub fn new(process: OwnedHandle) -> Self {
        Self::Own(Arc::new(process))
    }

    /// A handle of a process that is not our child. The process may have ended by now, and its pid may belong to
    /// another one, so the handle serves only to learn of an exit. `None`: it cannot be opened, so there is no way to
    /// wait for the process.
    pub fn of_member(pid: i32) -> Option<Self> {
        // SAFETY: all arguments are integers.
        let process = unsafe { OpenProcess(PROCESS_SYNCHRONIZE, 0, pid as u32) };
        // SAFETY: just made, and nothing else owns it.
        (!process.is_null()).then(|| Self::new(unsafe { OwnedHandle::from_raw_handle(process) }))
    }

    pub fn as_raw(&self) -> HANDLE {
        match self {
            Self::Own(handle) => handle.as_raw_handle(),
            Self::OfChild(handle) => std::ptr::with_exposed_provenance_mut::<c_void>(*handle),
        }
    }

    /// Whether a reap would find an outcome.
    pub fn has_exited(&self) -> io::Result<bool> {
        self.wait_milliseconds(0)
    }

    /// Blocks until the process has exited (`true`) or the deadline has passed (`false`).
    pub fn wait_without_reaping(&self, deadline: Option<Instant>) -> io::Result<bool> {
        let Some(deadline) = deadline else {
            return self.wait_milliseconds(INFINITE);
        };
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            // Rounded up, or the last millisecond would be a busy loop.
            let milliseconds = left.as_nanos().div_ceil(1_000_000).min(u128::from(INFINITE - 1)) as u32;
            if self.wait_milliseconds(milliseconds)? {
                return Ok(true);
            }
            if left.is_zero() {
                return Ok(false);
            }
        }
    }

    /// `true` when the signal was sent, `false` when the process has exited. Signals mean the same as to libuv
    /// (docs.libuv.org, uv_kill): 0 asks, and SIGKILL, SIGTERM, SIGINT and SIGQUIT terminate the process with exit
    /// code 1.
    pub fn send_signal(&self, signal: i32) -> io::Result<bool> {
        match Meaning::of(signal)? {
            Meaning::Probe => self.is_ending().map(|ending| !ending),
            Meaning::Kill | Meaning::Ask => self.terminate(),
        }
    }

    /// `true` if the process has ended by this. TerminateProcess also succeeds when the process was already exiting
    /// by itself, with an exit code of its own; that is `false`.
    fn terminate(&self) -> io::Result<bool> {
        if self.is_ending()? {
            return Ok(false);
        }
        // SAFETY: a process handle that is open (see `Handle`).
        match check(unsafe { TerminateProcess(self.as_raw(), KILLED) }) {
            Ok(()) => self.is_ended_by_us(),
            // The handle from creating a child has all rights, so access is denied only if the process is exiting
            // or has exited (MS docs, TerminateProcess).
            Err(error) if error.raw_os_error() == Some(ERROR_ACCESS_DENIED as i32) => {
                self.wait_milliseconds(MOMENT).map(|_| false)
            }
            Err(error) => Err(error),
        }
    }

    /// Called after TerminateProcess: whether that, and not the process itself, has decided the exit code.
    pub fn is_ended_by_us(&self) -> io::Result<bool> {
        Ok(self.exit_code()? == KILLED || !self.is_ending()?)
    }

    /// Whether the process has exited, or is exiting so that nothing can terminate it any more. The exit code is set
    /// before a wait for the process returns (libuv asks in this order, too: `uv__kill` in src/win/process.c). The
    /// kernel does the rest in a moment. This waits for it, so that the caller then finds the status.
    pub fn is_ending(&self) -> io::Result<bool> {
        let ending = self.exit_code()? != STILL_ACTIVE;
        let exited = self.wait_milliseconds(if ending { MOMENT } else { 0 })?;
        // A process may also exit with the code STILL_ACTIVE, so the wait decides, too.
        Ok(ending || exited)
    }

    /// The exit code of a process that has exited or is exiting; otherwise `STILL_ACTIVE`.
    pub fn exit_code(&self) -> io::Result<u32> {
        let mut code = 0;
        // SAFETY: a process handle that is open, and a slot for the code.
        check(unsafe { GetExitCodeProcess(self.as_raw(), &mut code) })?;
        Ok(code)
    }

    fn wait_milliseconds(&self, milliseconds: u32) -> io::Result<bool> {
        // SAFETY: a process handle that is open (see `Handle`).
        match unsafe { WaitForSingleObject(self.as_raw(), milliseconds) } {
            WAIT_OBJECT_0 => Ok(true),
            WAIT_TIMEOUT => Ok(false),
            _ => Err(io::Error::last_os_error()),
        }
    }
}
