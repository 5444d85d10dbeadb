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

/// In place of a value that is not recorded: the child keeps what it has from its process.
const AS_IT_IS: i32 = -1;

/// The working directory and umask of a spawn's call. What is not recorded has not changed since.
#[derive(Debug)]
pub struct Surroundings {
    directory: OnceLock<OwnedFd>,
    /// The same, for the child: it may read an integer, but no more.
    directory_fd: AtomicI32,
    umask: AtomicI32,
    /// An errno, if they could not be recorded: the child must not start in others.
    failure: AtomicI32,
}

impl Surroundings {
    /// Those of the process, until they are recorded.
    pub fn unrecorded() -> Self {
        Self {
            directory: OnceLock::new(),
            directory_fd: AtomicI32::new(AS_IT_IS),
            umask: AtomicI32::new(AS_IT_IS),
            failure: AtomicI32::new(0),
        }
    }

    /// Recorded now; `last` again if nothing has changed, so that any number of spawns in a queue need
    /// one descriptor.
    pub fn at_this_call(last: &Arc<Self>) -> Arc<Self> {
        if last.are_still_those_of_the_process() {
            return Arc::clone(last);
        }
        let now = Self::unrecorded();
        now.record();
        Arc::new(now)
    }

    /// Call it right before the process changes one of them. Spawns that share them keep what they had,
    /// those under way included. An error is theirs.
    pub fn record(&self) {
        if let Err(error) = self.try_record() {
            self.failure.store(error.raw_os_error().unwrap_or(libc::EIO), Ordering::Release);
        }
    }

    fn try_record(&self) -> io::Result<()> {
        if self.directory.get().is_none() {
            let _ = self.directory.set(open_working_directory()?);
            self.umask.store(umask(), Ordering::Release);
            let directory = self.directory.get().map_or(AS_IT_IS, AsRawFd::as_raw_fd);
            self.directory_fd.store(directory, Ordering::Release);
        }
        Ok(())
    }

    fn are_still_those_of_the_process(&self) -> bool {
        // By device and inode. Should one directory be mounted in two places, they count as the same.
        let recorded = self.directory.get().and_then(|directory| FileIdentity::of(directory.as_fd()));
        recorded.is_some()
            && recorded == FileIdentity::of_working_directory()
            && self.umask.load(Ordering::Relaxed) == umask()
    }

    /// The directory, for an engine that names it before there is a child; `None`: it is that of the process, which must
    /// not be opened. What is done to the process meanwhile is recorded first: so a directory that was opened while none
    /// was recorded is the one of the call.
    pub fn directory(&self) -> io::Result<Option<OwnedFd>> {
        let opened = open_working_directory();
        let failure = self.failure.load(Ordering::Acquire);
        if failure != 0 {
            return Err(io::Error::from_raw_os_error(failure));
        }
        self.directory.get().map_or(Ok(opened.ok()), |recorded| recorded.try_clone().map(Some))
    }

    /// What the child has to set. Only reads, for it runs between fork and exec, too.
    pub fn umask(&self) -> Option<libc::mode_t> {
        let umask = self.umask.load(Ordering::Acquire);
        (umask != AS_IT_IS).then_some(umask as libc::mode_t)
    }

    /// Whether there is a umask for the child to set, other than the process's own.
    pub fn have_another_umask(&self) -> bool {
        self.umask().is_some_and(|recorded| recorded as i32 != umask())
    }

    /// Makes them the calling process's. Only system calls, for it runs between clone and exec.
    ///
    /// The process records them before it changes them, and the clone copies what there is: so a child
    /// that has got the changed ones finds them recorded.
    pub fn enter(&self) -> Result<(), i32> {
        let failure = self.failure.load(Ordering::Acquire);
        if failure != 0 {
            return Err(failure);
        }
        let (directory, umask) =
            (self.directory_fd.load(Ordering::Acquire), self.umask.load(Ordering::Acquire));
        if umask != AS_IT_IS {
            // SAFETY: takes an integer, and cannot fail.
            unsafe { libc::umask(umask as libc::mode_t) };
        }
        // SAFETY: takes an integer: a descriptor that `self` keeps open.
        if directory != AS_IT_IS && unsafe { libc::fchdir(directory) } != 0 {
            return Err(io::Error::last_os_error().raw_os_error().unwrap_or(libc::EIO));
        }
        Ok(())
    }
}

/// Needs no right to read it.
fn open_working_directory() -> io::Result<OwnedFd> {
    let flags = OPEN_TO_ENTER | libc::O_DIRECTORY | libc::O_CLOEXEC;
    // SAFETY: a valid C string and flags that take no third argument.
    let fd = check(unsafe { libc::open(c".".as_ptr(), flags) })?;
    // SAFETY: just opened, for us.
    Ok(unsafe { own(fd) })
}

/// The umask, without a moment in which files of other threads would get another one (Linux 4.7).
#[cfg(target_os = "linux")]
fn umask() -> i32 {
    let told = std::fs::read_to_string("/proc/self/status").ok().and_then(|status| {
        let digits = status.lines().find_map(|line| line.strip_prefix("Umask:"))?;
        i32::from_str_radix(digits.trim(), 8).ok()
    });
    told.unwrap_or_else(umask_by_setting_it)
}

#[cfg(not(target_os = "linux"))]
use umask_by_setting_it as umask;

/// umask(2) tells it only in exchange for another: the strictest, for there may be a file made meanwhile.
fn umask_by_setting_it() -> i32 {
    // SAFETY: takes integers, and cannot fail.
    unsafe {
        let umask = libc::umask(0o077);
        libc::umask(umask);
        umask as i32
    }
}
