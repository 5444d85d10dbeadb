//! The steps that `posix_spawn` is told to take in the child, in order. This makes no system calls: on macOS,
//! `posix_spawn` takes the steps; the tests simulate them on every system.

use super::super::stdio::FdMapping;
use super::cwd::Directory;
use std::ffi::CStr;
use std::os::fd::{AsRawFd, RawFd};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action<'a> {
    EnterOpen(RawFd),
    EnterNamed(&'a CStr),
    /// Keeps an fd, which is closed otherwise (POSIX_SPAWN_CLOEXEC_DEFAULT).
    Keep(RawFd),
    /// Makes the second fd, the target, a copy of the first, the source.
    Duplicate(RawFd, RawFd),
}

/// The actions for these directories and fds. No target may be the source of another mapping.
pub fn of_child<'a>(
    directories: &'a [Directory<'a>],
    fds: &'a [FdMapping],
) -> impl Iterator<Item = Action<'a>> {
    // The directories come first, because a target may have the number of one of their descriptors.
    let enter = directories.iter().map(|directory| match directory {
        Directory::OfCall(fd) | Directory::Open(fd) => Action::EnterOpen(fd.as_raw_fd()),
        Directory::Named(path) => Action::EnterNamed(path),
    });
    enter.chain(fds.iter().map(|fd| match fd.source == fd.target {
        true => Action::Keep(fd.target),
        false => Action::Duplicate(fd.source, fd.target),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::lift::Lifted;
    use super::*;
    use crate::core::sys::{check, own};
    use std::collections::BTreeMap;
    use std::os::fd::OwnedFd;

    /// Simulates the actions on a system that closes all other fds. `parents` names the file behind each of the
    /// parent's fds, and the result names the file behind each of the child's.
    fn carry_out<'a>(
        actions: impl Iterator<Item = Action<'a>>,
        parents: &BTreeMap<RawFd, char>,
    ) -> BTreeMap<RawFd, char> {
        let mut open = parents.clone();
        let mut kept = BTreeMap::new();
        for action in actions {
            match action {
                Action::Keep(fd) => kept.insert(fd, open[&fd]),
                Action::Duplicate(source, target) => {
                    open.insert(target, open[&source]);
                    kept.insert(target, open[&source])
                }
                Action::EnterOpen(fd) => {
                    assert_eq!(
                        open[&fd], parents[&fd],
                        "the directory is entered before an fd takes its number"
                    );
                    None
                }
                Action::EnterNamed(_) => None,
            };
        }
        kept
    }

    #[test]
    fn the_directories_come_first_and_an_fd_in_its_place_is_kept() {
        let fds = [FdMapping { source: 5, target: 5 }, FdMapping { source: 7, target: 1 }];
        let fd = duplicate_above_100();
        let enter = Action::EnterOpen(fd.as_raw_fd());
        let directories = [Directory::OfCall(fd), Directory::Named(c"relative")];
        assert_eq!(
            of_child(&directories, &fds).collect::<Vec<_>>(),
            [enter, Action::EnterNamed(c"relative"), Action::Keep(5), Action::Duplicate(7, 1)]
        );
        assert_eq!(of_child(&[], &fds).next(), Some(Action::Keep(5)));
    }

    /// Every way to choose a source among four open fds for each of three targets, which are among these fds, too.
    #[test]
    fn every_permutation_arrives() {
        let files: Vec<OwnedFd> = (0..4).map(|_| duplicate_above_100()).collect();
        let raw: Vec<RawFd> = files.iter().map(AsRawFd::as_raw_fd).collect();
        let parents: BTreeMap<RawFd, char> = raw.iter().copied().zip('a'..).collect();
        let base = raw[0];
        for choice in 0..4 * 4 * 4 {
            let sources = [choice % 4, choice / 4 % 4, choice / 16];
            let mappings: Vec<FdMapping> = sources
                .iter()
                .zip(&raw)
                .map(|(source, target)| FdMapping { source: raw[*source], target: *target })
                .collect();
            let lifted = Lifted::new(&mappings).unwrap();
            let mut open = parents.clone();
            // The lifted copies refer to the same files as the originals.
            for (before, after) in mappings.iter().zip(&lifted.mappings) {
                open.insert(after.source, parents[&before.source]);
            }
            let seen = carry_out(of_child(&[], &lifted.mappings), &open);
            let expected = mappings.iter().map(|fd| (fd.target, parents[&fd.source])).collect();
            assert_eq!(seen, expected, "sources {sources:?} from {base}");
        }
    }

    fn duplicate_above_100() -> OwnedFd {
        // SAFETY: all arguments are integers, and the new descriptor is owned by nothing else.
        unsafe { own(check(libc::fcntl(2, libc::F_DUPFD_CLOEXEC, 100)).unwrap()) }
    }
}
