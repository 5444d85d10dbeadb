//! Copies fds out of each other's way, in the parent. Afterwards no mapping overwrites the source of another, so that
//! the mappings can be carried out in any order, and again after a failed attempt.

use super::super::stdio::FdMapping;
use crate::core::sys::{check, own};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

/// Mappings in which no target is the source of another.
#[derive(Debug)]
pub struct Lifted {
    pub mappings: Vec<FdMapping>,
    /// Above every target, so that a descriptor with this number or a higher one is in no other's way.
    pub first_free_fd: RawFd,
    /// Copies for the child only: close-on-exec, and closed in the parent after the spawn.
    _copies: Vec<OwnedFd>,
}

impl Lifted {
    pub fn new(mappings: &[FdMapping]) -> io::Result<Self> {
        let first_free_fd = first_free_fd(mappings);
        let mut lifted = Self { mappings: mappings.to_vec(), first_free_fd, _copies: Vec::new() };
        for blocked in blocked(mappings) {
            let source = lifted.mappings[blocked].source;
            // SAFETY: all arguments are integers. The call fails with EBADF for an fd that is not open.
            let copy = check(unsafe { libc::fcntl(source, libc::F_DUPFD_CLOEXEC, first_free_fd) })?;
            // SAFETY: just opened, and nothing else owns it.
            let copy = unsafe { own(copy) };
            lifted.mappings[blocked].source = copy.as_raw_fd();
            lifted._copies.push(copy);
        }
        Ok(lifted)
    }
}

/// Above all targets, and above the standard three.
fn first_free_fd(mappings: &[FdMapping]) -> RawFd {
    mappings.iter().map(|fd| fd.target).fold(2, RawFd::max) + 1
}

/// The indices of the mappings whose source is overwritten by another one.
fn blocked(mappings: &[FdMapping]) -> impl Iterator<Item = usize> {
    let is_blocked =
        |fd: &FdMapping| fd.source != fd.target && mappings.iter().any(|other| other.target == fd.source);
    mappings.iter().enumerate().filter(move |(_, fd)| is_blocked(fd)).map(|(index, _)| index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mappings(pairs: &[(RawFd, RawFd)]) -> Vec<FdMapping> {
        pairs.iter().map(|&(source, target)| FdMapping { source, target }).collect()
    }

    #[test]
    fn only_sources_that_are_overwritten_are_lifted() {
        // A swap, one that stays, one source for two targets, and one from far away.
        let fds = mappings(&[(1, 0), (0, 1), (2, 2), (2, 3), (9, 4)]);
        assert_eq!(blocked(&fds).collect::<Vec<_>>(), [0, 1, 3]);
        assert_eq!(first_free_fd(&fds), 5);
    }

    #[test]
    fn the_standard_three_are_never_free() {
        assert_eq!(first_free_fd(&mappings(&[(7, 1)])), 3);
    }
}
