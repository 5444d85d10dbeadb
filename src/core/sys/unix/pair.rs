//! Pipes and socket pairs that are close-on-exec from the start, so that no other child inherits them.

use super::{check, own};
use std::io;
use std::os::fd::OwnedFd;

/// Makes a pipe and returns its reader and its writer. Both are close-on-exec.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    make(
        #[cfg(target_vendor = "apple")]
        // SAFETY: the array has room for two descriptors.
        |ends| unsafe { libc::pipe(ends) },
        #[cfg(not(target_vendor = "apple"))]
        // SAFETY: the array has room for two descriptors.
        |ends| unsafe { libc::pipe2(ends, libc::O_CLOEXEC) },
    )
}

/// Makes two sockets that are connected to each other. Both are close-on-exec.
pub fn socket_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    #[cfg(target_vendor = "apple")]
    const KIND: i32 = libc::SOCK_STREAM;
    #[cfg(not(target_vendor = "apple"))]
    const KIND: i32 = libc::SOCK_STREAM | libc::SOCK_CLOEXEC;
    // SAFETY: the array has room for two descriptors.
    make(|ends| unsafe { libc::socketpair(libc::AF_UNIX, KIND, 0, ends) })
}

/// Makes the two ends of a child's fd for both directions, and returns ours and the child's: sockets, as libuv makes them.
/// Overlapped I/O is a matter of Windows.
pub fn stdio_pair(_overlapped: bool) -> io::Result<(OwnedFd, OwnedFd)> {
    socket_pair()
}

#[cfg(not(target_vendor = "apple"))]
fn make(call: impl FnOnce(*mut i32) -> i32) -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [-1; 2];
    check(call(ends.as_mut_ptr()))?;
    // SAFETY: just opened, and nothing else owns it.
    Ok(unsafe { (own(ends[0].into()), own(ends[1].into())) })
}

#[cfg(target_vendor = "apple")]
use two_steps::make;

/// macOS can mark descriptors close-on-exec only in a second step.
#[cfg(any(test, target_vendor = "apple"))]
mod two_steps {
    use super::{check, io, own};
    use crate::core::sys::unix::no_fork::NoFork;
    use std::os::fd::{AsRawFd, OwnedFd};

    pub fn make(call: impl FnOnce(*mut i32) -> i32) -> io::Result<(OwnedFd, OwnedFd)> {
        let mut ends = [-1; 2];
        let _no_fork = NoFork::begin();
        check(call(ends.as_mut_ptr()))?;
        // SAFETY: just opened, and nothing else owns it.
        let (first, second) = unsafe { (own(ends[0].into()), own(ends[1].into())) };
        for end in [&first, &second] {
            // SAFETY: all arguments are integers.
            check(unsafe { libc::fcntl(end.as_raw_fd(), libc::F_SETFD, libc::FD_CLOEXEC) })?;
        }
        Ok((first, second))
    }

    #[cfg(test)]
    mod tests {
        use super::make;
        use std::sync::atomic::{AtomicBool, Ordering};

        /// Other tests deliberately leave higher fds open.
        const LAST: i32 = 400;

        /// For each fd, whether a child would keep it across an exec.
        fn kept() -> [bool; LAST as usize] {
            // SAFETY: all arguments are integers. The call fails for an fd that is not open.
            std::array::from_fn(|fd| unsafe { libc::fcntl(fd as i32, libc::F_GETFD) } == 0)
        }

        #[test]
        fn no_fork_of_anyone_copies_an_unmarked_end() {
            static DONE: AtomicBool = AtomicBool::new(false);
            let before = kept();
            let maker = std::thread::spawn(|| {
                while !DONE.load(Ordering::Relaxed) {
                    // SAFETY: the array has room for two descriptors.
                    make(|ends| unsafe { libc::pipe(ends) }).unwrap();
                }
            });
            let leaks = (0..300).filter(|_| {
                // SAFETY: the child makes nothing but system calls, and then ends.
                let pid = unsafe { libc::fork() };
                if pid == 0 {
                    let unmarked = kept().iter().zip(&before).any(|(now, before)| *now && !before);
                    // SAFETY: the argument is an integer.
                    unsafe { libc::_exit(unmarked.into()) };
                }
                let mut status = 0;
                // SAFETY: an unreaped child of ours, and a place for its status.
                assert_eq!(unsafe { libc::waitpid(pid, &mut status, 0) }, pid);
                status != 0
            });
            let leaks = leaks.count();
            DONE.store(true, Ordering::Relaxed);
            maker.join().unwrap();
            assert_eq!(leaks, 0);
        }
    }
}
