//! The working directory and the umask of the call. A child inherits both from the process at the moment of the clone,
//! and the process may have changed them since the call.
//!
//! Usually nothing changes them, so nothing is recorded at the call. The spawns of one thread share a
//! [`Surroundings`], which is recorded only when that thread is about to change one of the two. If other threads may
//! change them as well, they have to be recorded at each call.

use crate::core::sys::{FileIdentity, OPEN_TO_ENTER, check, own};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock};

/// The working directory and umask at the time of a call. If they are not recorded, they have not changed since.
#[derive(Debug)]
pub struct Surroundings {
    recorded: OnceLock<Recorded>,
    /// The errno if they could not be recorded. Then the spawn fails, so that the child does not start with others.
    failure: AtomicI32,
}

#[derive(Debug)]
struct Recorded {
    directory: OwnedFd,
    identity: Option<FileIdentity>,
    umask: libc::mode_t,
}

impl Surroundings {
    /// The current ones of the process, until they are recorded.
    pub fn unrecorded() -> Self {
        Self { recorded: OnceLock::new(), failure: AtomicI32::new(0) }
    }

    /// Records them now. Returns `last` if they are the same as then, so that any number of queued spawns need only
    /// one descriptor.
    pub fn at_this_call(last: &Arc<Self>) -> Arc<Self> {
        if last.recorded.get().is_some_and(Recorded::is_still_so) {
            return Arc::clone(last);
        }
        let now = Self::unrecorded();
        now.record();
        Arc::new(now)
    }

    /// Call this right before the process changes one of them. The spawns that share this value, including those under
    /// way, keep the old ones. If recording fails, these spawns fail.
    pub fn record(&self) {
        match Recorded::now() {
            Ok(recorded) => drop(self.recorded.set(recorded)),
            Err(error) => {
                self.failure.store(error.raw_os_error().unwrap_or(libc::EIO), Ordering::Release);
            }
        }
    }

    /// The directory, for an engine that opens it before the child exists. `None`: it is the current one of the process,
    /// and this process is not allowed to open it. The directory is opened before the check: a change is recorded before
    /// it is made, so if nothing has been recorded by then, the directory that was opened is that of the call.
    pub fn directory(&self) -> io::Result<Option<OwnedFd>> {
        let opened = open_working_directory();
        match (self.failure.load(Ordering::Acquire), self.recorded.get()) {
            (0, None) => Ok(opened.ok()),
            (0, Some(recorded)) => recorded.directory.try_clone().map(Some),
            (failure, _) => Err(io::Error::from_raw_os_error(failure)),
        }
    }

    /// The umask that the child has to set. Only reads memory, because it also runs between fork and exec.
    pub fn umask(&self) -> Option<libc::mode_t> {
        Some(self.recorded.get()?.umask)
    }

    /// Whether the child has to set a umask that differs from the process's own.
    pub fn have_another_umask(&self) -> bool {
        self.umask().is_some_and(|recorded| recorded != umask())
    }

    /// Gives them to the calling process. Makes nothing but system calls, because it runs between clone and exec.
    pub fn enter(&self) -> Result<(), i32> {
        // The process records the old ones before it changes them. So a child that was cloned after a change finds
        // them recorded.
        match (self.failure.load(Ordering::Acquire), self.recorded.get()) {
            (0, None) => Ok(()),
            (0, Some(recorded)) => recorded.enter(),
            (failure, _) => Err(failure),
        }
    }
}

impl Recorded {
    fn now() -> io::Result<Self> {
        let directory = open_working_directory()?;
        Ok(Self { identity: FileIdentity::of(directory.as_fd()), directory, umask: umask() })
    }

    fn is_still_so(&self) -> bool {
        // Directories are compared by device and inode. One that is mounted in two places counts as the same.
        self.identity.is_some()
            && self.identity == FileIdentity::of_working_directory()
            && self.umask == umask()
    }

    fn enter(&self) -> Result<(), i32> {
        // SAFETY: the argument is an integer.
        unsafe { libc::umask(self.umask) };
        // The child may share the parent's memory, and see a record that was made after its clone. Then it has no copy
        // of the descriptor; but it was cloned before the change, so it is in the right directory already.
        if FileIdentity::of(self.directory.as_fd()) != self.identity {
            return Ok(());
        }
        // SAFETY: the argument is an integer.
        match unsafe { libc::fchdir(self.directory.as_raw_fd()) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO)),
        }
    }
}

/// Needs no right to read the directory.
fn open_working_directory() -> io::Result<OwnedFd> {
    let flags = OPEN_TO_ENTER | libc::O_DIRECTORY | libc::O_CLOEXEC;
    // SAFETY: a valid C string and flags that take no third argument.
    let fd = check(unsafe { libc::open(c".".as_ptr(), flags) })?;
    // SAFETY: just opened, and nothing else owns it.
    Ok(unsafe { own(fd) })
}

/// Reads the umask without changing it, as umask(2) would, for a moment and for all threads (Linux 4.7).
#[cfg(target_os = "linux")]
fn umask() -> libc::mode_t {
    let told = std::fs::read_to_string("/proc/self/status").ok().and_then(|status| {
        let digits = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
        libc::mode_t::from_str_radix(digits.trim(), 8).ok()
    });
    told.unwrap_or_else(umask_by_setting_it)
}

#[cfg(not(target_os = "linux"))]
use umask_by_setting_it as umask;

/// umask(2) returns the umask only when it sets another one. That is a strict one here, in case another thread creates
/// a file meanwhile.
fn umask_by_setting_it() -> libc::mode_t {
    // SAFETY: the arguments are integers.
    unsafe {
        let umask = libc::umask(0o077);
        libc::umask(umask);
        umask
    }
}
