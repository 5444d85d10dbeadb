//! What a thread passes on to its children and another thread of the process may lack: its priority and
//! processors, and what it may do. On Linux all of these are a thread's own (man 7 credentials, man 2
//! seccomp, man 7 landlock, man 7 namespaces), so a child that a spawner thread starts has the
//! spawner's.
//!
//! Priority and processors are told to the child, which sets its own. Rights cannot be set, only given up;
//! so a caller whose rights are not those of the spawners starts its program on a thread that it makes
//! itself. To find that out costs the caller three system calls. What they cannot tell is left to the
//! spawner, see [`Witness`](super::Witness).

use std::ffi::c_long;

/// The calling thread, as it was at a spawn.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(super) thread: libc::pid_t,
    scheduling: Scheduling,
    rights: Rights,
}

#[derive(Clone, Debug, PartialEq)]
enum Rights {
    /// The thread's effective, permitted and inheritable capabilities (man 2 capget), and no more
    /// restrictions than its process began with, as far as can be told.
    Known([u32; 6]),
    /// The thread may have any number of seccomp filters, and be in any Landlock domain: nobody can ask.
    Unknown,
}

/// `CAP_SYS_ADMIN`, of linux/capability.h: may enter other namespaces, and filter system calls without
/// `no_new_privs`.
const SYS_ADMIN: u32 = 1 << 21;

impl Rights {
    fn of_this_thread() -> Self {
        // SAFETY: takes integers.
        let no_new_privs = unsafe { libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) };
        if no_new_privs != 0 {
            return Self::Unknown;
        }
        let Some(capabilities) = capabilities() else { return Self::Unknown };
        let rights = Self::Known(capabilities);
        // SAFETY: takes no further arguments. Only an administrator gets here with a filter that may not
        // be the first: others need `no_new_privs` to add one.
        if rights.may_administrate() && unsafe { libc::prctl(libc::PR_GET_SECCOMP) } != 0 {
            return Self::Unknown;
        }
        rights
    }

    fn may_administrate(&self) -> bool {
        matches!(self, Self::Known([effective, ..]) if effective & SYS_ADMIN != 0)
    }
}

/// Two sets of 32 capabilities, of which the first has the effective, permitted and inheritable ones.
fn capabilities() -> Option<[u32; 6]> {
    /// `_LINUX_CAPABILITY_VERSION_3`, and the calling thread.
    const HEADER: [u32; 2] = [0x2008_0522, 0];
    let (mut header, mut sets) = (HEADER, [0; 6]);
    // SAFETY: room for the header, and for both sets of that version.
    let got = unsafe { libc::syscall(libc::SYS_capget, header.as_mut_ptr(), sets.as_mut_ptr()) };
    (got == 0).then_some(sets)
}

impl Caller {
    pub fn current() -> Self {
        Self {
            // SAFETY: takes nothing.
            thread: unsafe { libc::gettid() },
            scheduling: Scheduling::of_this_thread(),
            rights: Rights::of_this_thread(),
        }
    }

    pub fn scheduling(&self) -> &Scheduling {
        &self.scheduling
    }

    /// Whether threads that this one makes may start programs for `other`, as far as the two can tell.
    pub fn may_spawn_for(&self, other: &Self) -> bool {
        self.rights != Rights::Unknown && self.rights == other.rights
    }

    /// Whether the thread has rights, and so may have given up some that it cannot tell cheaply.
    pub(super) fn is_privileged(&self) -> bool {
        matches!(self.rights, Rights::Known(sets) if sets != [0; 6])
    }
}

/// Enough for 1,024 processors. Where there are more, the child keeps those of the spawner.
const WORDS: usize = 1024 / usize::BITS as usize;

/// How a thread competes for processors, and for which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduling {
    /// As the system call tells it: 1 (the lowest priority) to 40, 20 minus the nice value.
    inverted_nice: c_long,
    processors: Option<[usize; WORDS]>,
}

impl Scheduling {
    pub fn of_this_thread() -> Self {
        let mut processors = [0; WORDS];
        let size = size_of_val(&processors);
        // SAFETY: takes integers; and room for as many bytes as it says. 0 is the calling thread.
        unsafe {
            let inverted_nice = libc::syscall(libc::SYS_getpriority, libc::PRIO_PROCESS, 0);
            let known = libc::syscall(libc::SYS_sched_getaffinity, 0, size, processors.as_mut_ptr());
            Self { inverted_nice, processors: (known > 0).then_some(processors) }
        }
    }

    /// Whether a child of this thread may take the other's: a lower priority is everybody's to take.
    pub fn may_become(&self, other: &Self) -> bool {
        self.inverted_nice >= other.inverted_nice
    }

    /// Makes it the calling process's. Only system calls, for it runs between clone and exec. None of
    /// them can fail where `may_become` holds, but for processors that are gone by now, which the kernel
    /// has then taken out of the caller's as well.
    pub fn take(&self, now: &Self) {
        if self.inverted_nice != now.inverted_nice {
            // SAFETY: takes integers. 0 is the calling process.
            unsafe { libc::syscall(libc::SYS_setpriority, libc::PRIO_PROCESS, 0, 20 - self.inverted_nice) };
        }
        if let Some(processors) = &self.processors
            && self.processors != now.processors
        {
            // SAFETY: as many bytes as it says. 0 is the calling process.
            unsafe {
                libc::syscall(libc::SYS_sched_setaffinity, 0, size_of_val(processors), processors.as_ptr())
            };
        }
    }
}
