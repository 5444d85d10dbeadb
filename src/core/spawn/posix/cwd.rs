//! The child's working directory is opened before the child is started, because `posix_spawn` returns a single errno for
//! everything that can go wrong, and a missing directory must not be reported as a missing program.
//!
//! Once the directory is open, the child will be in it whatever happens to its name meanwhile. So a later failure is not
//! the directory's, and there is no race. It is opened only to be entered, which needs no permission to read it. If even
//! that is refused, the child enters it by name, after a check. If it vanishes between the check and that, the failure is
//! reported as the program's; in either case there is no child. (macOS refuses to open a user's Documents until the user
//! has agreed, but does not refuse to enter them.)

use super::super::{Plan, SpawnError, Stage};
use crate::core::sys::{OPEN_TO_ENTER, check, own, retry};
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// A directory that the child enters.
#[derive(Debug)]
pub enum Directory<'a> {
    /// The process's own working directory at the time of the call.
    OfCall(OwnedFd),
    /// The plan's working directory, opened.
    Open(OwnedFd),
    /// The plan's working directory, which could not be opened. If it is relative, it starts at the one entered before.
    Named(&'a CStr),
}

/// The directories that the child enters, one after the other. Empty: it stays in that of the process.
pub fn directories(plan: &Plan) -> Result<Vec<Directory<'_>>, SpawnError> {
    let of_call = match &plan.surroundings {
        Some(surroundings) => surroundings.directory()?,
        None => None,
    };
    let Some(path) = plan.cwd.as_deref() else {
        return Ok(of_call.map(Directory::OfCall).into_iter().collect());
    };
    let at = of_call.as_ref().map_or(libc::AT_FDCWD, AsRawFd::as_raw_fd);
    let wanted =
        Directory::at(at, path).map_err(|error| SpawnError { stage: Stage::Chdir, ..error.into() })?;
    let of_call = of_call.filter(|_| matches!(wanted, Directory::Named(_)));
    Ok(of_call.map(Directory::OfCall).into_iter().chain([wanted]).collect())
}

impl<'a> Directory<'a> {
    /// Fails if the child could not enter it.
    fn at(at: i32, path: &'a CStr) -> io::Result<Self> {
        let opened = retry(|| {
            let flags = OPEN_TO_ENTER | libc::O_DIRECTORY | libc::O_CLOEXEC;
            // SAFETY: a valid C string and flags that take no further argument.
            check(unsafe { libc::openat(at, path.as_ptr(), flags) })
        });
        // SAFETY: just opened, and nothing else owns it.
        Self::from_opened(opened.map(|fd| unsafe { own(fd) }), at, path)
    }

    fn from_opened(opened: io::Result<OwnedFd>, at: i32, path: &'a CStr) -> io::Result<Self> {
        match opened {
            Ok(fd) => {
                may_enter(fd.as_raw_fd(), c".")?;
                Ok(Self::Open(fd))
            }
            // EACCES: the permissions of the directory; EPERM: a policy of the system.
            Err(error) if matches!(error.raw_os_error(), Some(libc::EACCES | libc::EPERM)) => {
                may_enter(at, path)?;
                Ok(Self::Named(path))
            }
            Err(error) => Err(error),
        }
    }
}

/// Checks for the effective user. The child has the same one when it enters its directory (man 2 faccessat).
fn may_enter(at: i32, path: &CStr) -> io::Result<()> {
    // SAFETY: a valid C string and integers.
    check(unsafe { libc::faccessat(at, path.as_ptr(), libc::X_OK, libc::AT_EACCESS) }).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errno(result: io::Result<Directory>) -> Option<i32> {
        result.err().and_then(|error| error.raw_os_error())
    }

    #[test]
    fn a_directory_that_must_not_be_opened_is_entered_by_its_name() {
        for refusal in [libc::EPERM, libc::EACCES] {
            let refused = || Err(io::Error::from_raw_os_error(refusal));
            let named = Directory::from_opened(refused(), libc::AT_FDCWD, c"/").unwrap();
            assert!(matches!(named, Directory::Named(path) if path == c"/"));
            let missing = Directory::from_opened(refused(), libc::AT_FDCWD, c"/no/such");
            assert_eq!(errno(missing), Some(libc::ENOENT));
        }
        let missing = Err(io::Error::from_raw_os_error(libc::ENOENT));
        assert_eq!(errno(Directory::from_opened(missing, libc::AT_FDCWD, c"/")), Some(libc::ENOENT));
    }

    #[test]
    fn what_is_no_directory_is_told() {
        assert_eq!(errno(Directory::at(libc::AT_FDCWD, c"/dev/null")), Some(libc::ENOTDIR));
        assert_eq!(errno(Directory::at(libc::AT_FDCWD, c"/no/such")), Some(libc::ENOENT));
    }
}
