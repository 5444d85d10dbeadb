//! What a thread passes on to its children and another thread of the process may lack: its priority and
//! processors, and what it may do. On Linux all of these are a thread's own (man 7 credentials, man 2
//! seccomp, man 7 landlock, man 7 namespaces), so a child that a spawner thread starts has the
//! spawner's.
//!
//! Priority and processors are told to the child, which sets its own. Rights cannot be set, only given up;
//! so a caller whose rights are not those of the spawners starts its program on a thread that it makes
//! itself. A caller without privileges finds that out by one system call; for a privileged one, the spawner
//! does (see [`Witness`](super::Witness)).

use std::cell::OnceCell;
use std::ffi::c_long;

/// The calling thread, as it was at a spawn.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(super) thread: libc::pid_t,
    scheduling: Scheduling,
    standing: Standing,
}

/// What is known of a thread's rights without a look into /proc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It has no capabilities and no `no_new_privs`: it has nothing that it could have given up, and could
    /// not have restricted itself.
    Ordinary,
    /// It may have given up some of its capabilities, left a namespace, or installed a filter.
    Privileged,
    /// It has `no_new_privs`, and so may be in any Landlock domain: nobody can ask.
    Restricted,
}

impl Caller {
    pub fn current() -> Self {
        let (thread, privileged) = this_thread();
        let standing = match privileged {
            true => Standing::Privileged,
            // SAFETY: takes integers.
            false if unsafe { libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) } == 0 => Standing::Ordinary,
            false => Standing::Restricted,
        };
        Self { thread, scheduling: Scheduling::of_this_thread(), standing }
    }

    pub fn scheduling(&self) -> &Scheduling {
        &self.scheduling
    }

    /// Whether it is the same thread.
    pub fn is(&self, other: &Self) -> bool {
        self.thread == other.thread
    }

    /// Whether the threads that `maker` made may be asked to start programs for this thread. They look
    /// again, where [`is_like`](Self::is_like) does not hold.
    pub fn may_ask_threads_of(&self, maker: &Self) -> bool {
        self.standing != Standing::Restricted && maker.standing != Standing::Restricted
    }

    /// Whether the two have the same rights, for certain.
    pub fn is_like(&self, maker: &Self) -> bool {
        self.standing == Standing::Ordinary && maker.standing == Standing::Ordinary
    }
}

/// The calling thread's id, and whether it has had any capabilities: who has none cannot get any.
fn this_thread() -> (libc::pid_t, bool) {
    thread_local!(static THIS: OnceCell<(libc::pid_t, bool)> = const { OnceCell::new() });
    // SAFETY: gettid takes nothing.
    THIS.with(|this| *this.get_or_init(|| (unsafe { libc::gettid() }, has_capabilities())))
}

fn has_capabilities() -> bool {
    /// `_LINUX_CAPABILITY_VERSION_3`, and the calling thread (man 2 capget).
    const HEADER: [u32; 2] = [0x2008_0522, 0];
    /// Two times the effective, permitted and inheritable ones, 32 each.
    const SETS: [u32; 6] = [0; 6];
    let (mut header, mut sets) = (HEADER, SETS);
    // SAFETY: room for the header, and for both sets of that version.
    let got = unsafe { libc::syscall(libc::SYS_capget, header.as_mut_ptr(), sets.as_mut_ptr()) };
    got != 0 || sets != SETS
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
