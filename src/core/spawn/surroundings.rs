//! What a child takes over from its process at the moment of the clone, although the process may have
//! changed it since the call: the working directory and the umask.
//!
//! As a rule nobody changes either, so nothing is recorded at the call. The spawns of one thread share
//! their [`Surroundings`], which are recorded at the last moment: before that thread changes one of the
//! two. A thread that is not alone in changing them has to record them at each call.

use crate::core::sys::{FileIdentity, OPEN_TO_ENTER, check, own};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, OnceLock};

/// The working directory and umask of a spawn's call. What is not recorded has not changed since.
#[derive(Debug)]
pub struct Surroundings {
    recorded: OnceLock<Recorded>,
    /// An errno, if they could not be recorded: the child must not start in others.
    failure: AtomicI32,
}

#[derive(Debug)]
struct Recorded {
    directory: OwnedFd,
    identity: Option<FileIdentity>,
    umask: libc::mode_t,
}

impl Surroundings {
    /// Those of the process, until they are recorded.
    pub fn unrecorded() -> Self {
        Self { recorded: OnceLock::new(), failure: AtomicI32::new(0) }
    }

    /// Recorded now; `last` again if nothing has changed, so that any number of spawns in a queue need
    /// one descriptor.
    pub fn at_this_call(last: &Arc<Self>) -> Arc<Self> {
        if last.recorded.get().is_some_and(Recorded::is_still_so) {
            return Arc::clone(last);
        }
        let now = Self::unrecorded();
        now.record();
        Arc::new(now)
    }

    /// Call it right before the process changes one of them. Spawns that share them keep what they had,
    /// those under way included. An error is theirs.
    pub fn record(&self) {
        match Recorded::now() {
            Ok(recorded) => drop(self.recorded.set(recorded)),
            Err(error) => {
                self.failure.store(error.raw_os_error().unwrap_or(libc::EIO), Ordering::Release);
            }
        }
    }

    /// The directory, for an engine that names it before there is a child; `None`: it is that of the process, which must
    /// not be opened. What is done to the process meanwhile is recorded first: so a directory that was opened while none
    /// was recorded is the one of the call.
    pub fn directory(&self) -> io::Result<Option<OwnedFd>> {
        let opened = open_working_directory();
        match (self.failure.load(Ordering::Acquire), self.recorded.get()) {
            (0, None) => Ok(opened.ok()),
            (0, Some(recorded)) => recorded.directory.try_clone().map(Some),
            (failure, _) => Err(io::Error::from_raw_os_error(failure)),
        }
    }

    /// What the child has to set. Only reads, for it runs between fork and exec, too.
    pub fn umask(&self) -> Option<libc::mode_t> {
        Some(self.recorded.get()?.umask)
    }

    /// Whether there is a umask for the child to set, other than the process's own.
    pub fn have_another_umask(&self) -> bool {
        self.umask().is_some_and(|recorded| recorded != umask())
    }

    /// Makes them the calling process's. Only system calls, for it runs between clone and exec.
    pub fn enter(&self) -> Result<(), i32> {
        // The process records them before it changes them, and the clone copies what there is: a child that
        // has got the changed ones finds them recorded.
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
        // By device and inode. Should one directory be mounted in two places, they count as the same.
        self.identity.is_some()
            && self.identity == FileIdentity::of_working_directory()
            && self.umask == umask()
    }

    fn enter(&self) -> Result<(), i32> {
        // SAFETY: the argument is an integer.
        unsafe { libc::umask(self.umask) };
        // Recorded in memory that the child shares, but after the clone, so that it has no copy of the
        // descriptor: then it was cloned before the change, and is there already.
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

/// Needs no right to read it.
fn open_working_directory() -> io::Result<OwnedFd> {
    let flags = OPEN_TO_ENTER | libc::O_DIRECTORY | libc::O_CLOEXEC;
    // SAFETY: a valid C string and flags that take no third argument.
    let fd = check(unsafe { libc::open(c".".as_ptr(), flags) })?;
    // SAFETY: just opened, and nothing else owns it.
    Ok(unsafe { own(fd) })
}

/// The umask, without a moment in which files of other threads would get another one (Linux 4.7).
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

/// umask(2) tells it only in exchange for another: a strict one, for there may be a file made meanwhile.
fn umask_by_setting_it() -> libc::mode_t {
    // SAFETY: takes integers, and cannot fail.
    unsafe {
        let umask = libc::umask(0o077);
        libc::umask(umask);
        umask
    }
}
