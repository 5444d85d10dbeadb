//! Compares the rights of a caller's thread with those of the spawner thread that is about to start its program. The
//! rights are read from /proc, which takes up to 20 us. That is why the spawner does it, and not the caller.

use super::caller::{Caller, Scheduling};
use crate::core::sys::{check, own};
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::OnceLock;

/// A spawner thread's knowledge of its own scheduling and rights.
pub struct RightsComparer {
    scheduling: Scheduling,
    rights: Option<Rights>,
}

impl RightsComparer {
    pub fn of_this_thread() -> Self {
        Self { scheduling: Scheduling::of_this_thread(), rights: None }
    }

    /// Whether a child of this thread can be given the caller's priority.
    pub fn can_give_priority(&self, caller: &Caller) -> bool {
        self.scheduling.may_become(caller.scheduling())
    }

    /// Whether this thread has the same rights as the caller's thread has now. `false` when in doubt.
    pub fn finds_same_rights(&mut self, caller: &Caller) -> bool {
        let Ok(callers) = Rights::of(caller.thread) else { return false };
        if callers.may_be_restricted {
            return false;
        }
        if self.rights.as_ref() == Some(&callers) {
            return true;
        }
        // This thread's own rights may have changed: the C library's setuid(2) changes those of every thread.
        // SAFETY: the call has no arguments.
        self.rights = Rights::of(unsafe { libc::gettid() }).ok();
        self.rights.as_ref() == Some(&callers)
    }
}

/// A thread's rights, as its files in /proc show them.
#[derive(PartialEq)]
struct Rights {
    /// The lines of its `status` about users, groups, capabilities, `no_new_privs` and seccomp.
    credentials: Vec<u8>,
    /// The targets of its links in `ns`. A thread may have entered one, and then given up the right to do so.
    namespaces: Vec<u8>,
    /// It may have restrictions that /proc does not show: Landlock, and before Linux 5.9 a second seccomp filter.
    may_be_restricted: bool,
}

/// How the lines of /proc/TID/status that are compared begin.
const CREDENTIALS: [&[u8]; 6] = [b"Uid:", b"Gid:", b"Groups:", b"Cap", b"NoNewPrivs:", b"Seccomp"];
/// The namespaces that a child inherits (man 7 namespaces), except the user namespace, which a thread of a
/// multi-threaded process cannot leave.
const NAMESPACES: [&CStr; 7] =
    [c"mnt", c"net", c"ipc", c"uts", c"pid_for_children", c"cgroup", c"time_for_children"];

impl Rights {
    fn of(thread: libc::pid_t) -> io::Result<Self> {
        // The main thread is the usual caller and lives as long as the process, so its files are kept open.
        static MAIN: OnceLock<ThreadFiles> = OnceLock::new();
        if thread.unsigned_abs() != std::process::id() {
            return ThreadFiles::open(thread)?.read();
        }
        if let Some(files) = MAIN.get() {
            return files.read();
        }
        let files = ThreadFiles::open(thread)?;
        MAIN.get_or_init(|| files).read()
    }
}

struct ThreadFiles {
    status: OwnedFd,
    namespaces: OwnedFd,
}

impl ThreadFiles {
    fn open(thread: libc::pid_t) -> io::Result<Self> {
        let open = |name: &str, flags| {
            let path = CString::new(format!("/proc/self/task/{thread}/{name}"))?;
            // SAFETY: a valid C string and flags that take no third argument.
            let fd = check(unsafe { libc::open(path.as_ptr(), flags | libc::O_CLOEXEC) })?;
            // SAFETY: just opened, and nothing else owns it.
            Ok::<_, io::Error>(unsafe { own(fd) })
        };
        Ok(Self { status: open("status", libc::O_RDONLY)?, namespaces: open("ns", libc::O_PATH)? })
    }

    fn read(&self) -> io::Result<Rights> {
        let mut text = [0; 4096]; // about twice what the file needs
        // SAFETY: the buffer has the size that is passed.
        let length = check(unsafe {
            libc::pread(self.status.as_raw_fd(), text.as_mut_ptr().cast(), text.len(), 0) as i64
        })?;
        let lines = || text[..length as usize].split_inclusive(|byte| *byte == b'\n');
        let value = |name: &[u8]| lines().find_map(|line| line.strip_prefix(name)).map(<[u8]>::trim_ascii);
        let credentials = lines().filter(|line| CREDENTIALS.iter().any(|name| line.starts_with(name)));
        Ok(Rights {
            credentials: credentials.flatten().copied().collect(),
            namespaces: self.namespaces(),
            may_be_restricted: value(b"NoNewPrivs:") != Some(b"0")
                || value(b"Seccomp:") != Some(b"0") && value(b"Seccomp_filters:").is_none(),
        })
    }

    /// A kind of namespace that this kernel does not have gives an empty entry for every thread.
    fn namespaces(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(256);
        for name in NAMESPACES {
            let mut target = [0_u8; 64]; // enough for "time_for_children" and an inode number
            // SAFETY: a valid C string, and a buffer of the size that is passed.
            let length = unsafe {
                libc::readlinkat(
                    self.namespaces.as_raw_fd(),
                    name.as_ptr(),
                    target.as_mut_ptr().cast(),
                    target.len(),
                )
            };
            all.extend_from_slice(&target[..length.max(0) as usize]);
            all.push(b' ');
        }
        all
    }
}
