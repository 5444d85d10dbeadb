//! The child's working directory, opened before the child is started: `posix_spawn` has one errno for
//! all that can go wrong, and a missing directory must not be taken for a missing program.
//!
//! An open directory is the one that the child will be in, whatever happens to its name meanwhile; so
//! what fails afterwards is not its fault, and nothing is left to race with. Only a directory that may
//! be entered but not read cannot be opened. It is entered by its name, after a check; should it
//! vanish in between, the failure is taken for the program's. The outcome is the same: no child.

use crate::core::sys::{check, own, retry};
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

#[derive(Debug)]
pub enum WorkingDirectory<'a> {
    Open(OwnedFd),
    Named(&'a CStr),
}

impl<'a> WorkingDirectory<'a> {
    /// Fails if the child could not enter it.
    pub fn open(path: &'a CStr) -> io::Result<Self> {
        let opened = retry(|| {
            let flags = libc::O_RDONLY | libc::O_DIRECTORY | libc::O_CLOEXEC;
            // SAFETY: a valid C string and flags that take no third argument.
            check(unsafe { libc::open(path.as_ptr(), flags) })
        });
        match opened {
            Ok(fd) => {
                // SAFETY: just opened, for us.
                let fd = unsafe { own(fd) };
                // Reading it and entering it are two permissions.
                may_enter(fd.as_raw_fd(), c".")?;
                Ok(Self::Open(fd))
            }
            Err(error) if error.raw_os_error() == Some(libc::EACCES) => {
                may_enter(libc::AT_FDCWD, path)?;
                Ok(Self::Named(path))
            }
            Err(error) => Err(error),
        }
    }
}

/// As the effective user, who is the child's too until it takes another (man 2 faccessat).
fn may_enter(at: i32, path: &CStr) -> io::Result<()> {
    // SAFETY: a valid C string and integers.
    check(unsafe { libc::faccessat(at, path.as_ptr(), libc::X_OK, libc::AT_EACCESS) }).map(drop)
}
