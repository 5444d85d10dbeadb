//! Whether a caller's thread still has the rights of the spawner thread that is about to start its
//! program. A thread without capabilities and without `no_new_privs` has no way to give up anything, and
//! knows by itself that it is one; a privileged one may have left a namespace, or dropped capabilities
//! from its bounding set. That shows in /proc, at a cost of 20 us, which is why the spawner looks.

use super::caller::{Caller, Scheduling};
use crate::core::sys::{check, own};
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::OnceLock;

/// A spawner thread, and what it has itself.
pub struct Witness {
    scheduling: Scheduling,
    rights: Option<Rights>,
}

impl Witness {
    /// For the calling thread.
    pub fn new() -> Self {
        Self { scheduling: Scheduling::of_this_thread(), rights: None }
    }

    /// Whether this thread may start programs for the caller. `false` when in doubt.
    pub fn finds_same_rights(&mut self, caller: &Caller) -> bool {
        if !self.scheduling.may_become(caller.scheduling()) {
            return false;
        }
        if !caller.is_privileged() {
            return true;
        }
        let Ok(callers) = Rights::of(caller.thread) else { return false };
        if self.rights.as_ref() == Some(&callers) {
            return true;
        }
        // This thread's own may have changed: setuid(2) of the C library changes those of every thread.
        // SAFETY: takes nothing.
        self.rights = Rights::of(unsafe { libc::gettid() }).ok();
        self.rights.as_ref() == Some(&callers)
    }
}

/// A thread's rights, as its files in /proc tell them.
#[derive(PartialEq)]
struct Rights {
    /// The lines of its `status` about users, groups, capabilities, `no_new_privs` and seccomp.
    credentials: Vec<u8>,
    /// Where each of its links in `ns` points to.
    namespaces: Vec<u8>,
}

/// The lines of /proc/TID/status that count, by their beginnings.
const CREDENTIALS: [&[u8]; 6] = [b"Uid:", b"Gid:", b"Groups:", b"Cap", b"NoNewPrivs:", b"Seccomp"];
/// The namespaces that a child inherits (man 7 namespaces).
const NAMESPACES: [&CStr; 8] =
    [c"mnt", c"net", c"ipc", c"uts", c"pid_for_children", c"cgroup", c"user", c"time_for_children"];

impl Rights {
    fn of(thread: libc::pid_t) -> io::Result<Self> {
        // The main thread is the usual caller, and there for as long as the process is.
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
            // SAFETY: just opened, for us.
            Ok::<_, io::Error>(unsafe { own(fd) })
        };
        Ok(Self { status: open("status", libc::O_RDONLY)?, namespaces: open("ns", libc::O_PATH)? })
    }

    fn read(&self) -> io::Result<Rights> {
        let mut text = [0; 4096]; // half of which is used
        // SAFETY: room for as many bytes as it says.
        let length = check(unsafe {
            libc::pread(self.status.as_raw_fd(), text.as_mut_ptr().cast(), text.len(), 0) as i64
        })?;
        let lines = text[..length as usize].split_inclusive(|byte| *byte == b'\n');
        let credentials = lines.filter(|line| CREDENTIALS.iter().any(|name| line.starts_with(name)));
        Ok(Rights { credentials: credentials.flatten().copied().collect(), namespaces: self.namespaces() })
    }

    /// A namespace that the kernel does not have is the same for everybody.
    fn namespaces(&self) -> Vec<u8> {
        let mut all = Vec::with_capacity(256);
        for name in NAMESPACES {
            let mut target = [0_u8; 64]; // "pid_for_children" is as long as the longest
            // SAFETY: a valid C string, and room for as many bytes as it says.
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
