//! Tells whether two descriptors or paths mean the same file.

use super::check;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, BorrowedFd};

/// Identifies the file behind a descriptor, whose number may be given to another file once it is closed.
#[derive(Debug, PartialEq, Eq)]
pub struct FileIdentity {
    device: libc::dev_t,
    inode: libc::ino_t,
}

impl FileIdentity {
    pub fn of(fd: BorrowedFd) -> Option<Self> {
        // SAFETY: `stat` has room for a struct stat.
        Self::from(|stat| unsafe { libc::fstat(fd.as_raw_fd(), stat) })
    }

    pub fn of_working_directory() -> Option<Self> {
        // SAFETY: a valid C string, and `stat` has room for a struct stat.
        Self::from(|stat| unsafe { libc::stat(c".".as_ptr(), stat) })
    }

    fn from(fill: impl FnOnce(*mut libc::stat) -> i32) -> Option<Self> {
        let mut stat = MaybeUninit::<libc::stat>::uninit();
        check(fill(stat.as_mut_ptr())).ok()?;
        // SAFETY: the call has succeeded, so it has filled the struct.
        let stat = unsafe { stat.assume_init() };
        Some(Self { device: stat.st_dev, inode: stat.st_ino })
    }
}
