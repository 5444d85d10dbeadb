//! What a child inherits from the thread that starts it: priority, CPU affinity, and rights. On Linux, each thread
//! has its own (man 7 credentials, man 2 seccomp, man 7 landlock, man 7 namespaces). So a child that a spawner
//! thread starts gets those of the spawner, which may not be those of the thread that called `spawn()`.
//!
//! Priority and affinity can be passed to the child, which then sets them for itself. Rights cannot be passed, as a
//! process can only give them up. So if the caller's rights are not those of the spawners, its program is started
//! by a thread that the caller itself starts. For a caller without privileges, one system call tells whether that is
//! so; for a privileged one, the spawner finds out (see [`RightsComparer`](super::RightsComparer)).

use std::cell::OnceCell;
use std::ffi::c_long;
use std::sync::OnceLock;

/// The thread that called `spawn()`, as it was at the call.
#[derive(Clone, Debug)]
pub struct Caller {
    pub(super) thread: libc::pid_t,
    scheduling: Scheduling,
    standing: Standing,
}

/// What is known of a thread's rights without reading /proc.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It has no capabilities, the process began without any, and it has not set `no_new_privs`. So there were no rights
    /// that it could have given up, and it could not have installed a seccomp filter or entered a Landlock domain.
    Ordinary(User),
    /// It has capabilities, or may have had some. It may have given up some others, its groups or its user, entered
    /// another namespace, or installed a filter.
    Privileged(SecureBits),
    /// It has or may have had capabilities, and its effective user or group is not its real and saved one. It may change
    /// that at any time, also to get back rights that it does not have now (man 2 seteuid).
    Reversible,
    /// It has set `no_new_privs`, so it may be in a Landlock domain, which nothing can read.
    Restricted,
}

/// The effective user and group. A thread may have had ambient capabilities, and have changed them for itself alone.
type User = (libc::uid_t, libc::gid_t);

/// Whether root's programs have capabilities, and the like (man 2 PR_SET_SECUREBITS). /proc does not show them.
type SecureBits = i32;

impl Caller {
    pub fn current() -> Self {
        let (thread, unprivileged) = this_thread();
        let standing = match unprivileged {
            None if has_one_identity() => Standing::Privileged(secure_bits()),
            None => Standing::Reversible,
            // SAFETY: all arguments are integers.
            Some(user) if unsafe { libc::prctl(libc::PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) } == 0 => {
                Standing::Ordinary(user)
            }
            Some(_) => Standing::Restricted,
        };
        Self { thread, scheduling: Scheduling::of_this_thread(), standing }
    }

    pub fn scheduling(&self) -> &Scheduling {
        &self.scheduling
    }

    /// Whether it may have other rights in a moment, even more than now. Then nobody can compare them later, and a change
    /// of its user may affect all threads of the process (man 3 seteuid).
    pub fn may_regain_rights(&self) -> bool {
        self.standing == Standing::Reversible
    }

    /// Whether it is the same thread.
    pub fn is_same_thread(&self, other: &Self) -> bool {
        self.thread == other.thread
    }

    /// Whether jobs of this thread may be queued for the pool that `creator` started, and this thread may start
    /// further threads of it. Unless [`surely_has_rights_of`](Self::surely_has_rights_of) holds, the threads of the
    /// pool compare their rights with those of this one before they do the job. They do not compare them for other
    /// jobs if the creator is ordinary; so only ordinary threads of the same user may add threads to such a pool.
    pub fn may_use_threads_of(&self, creator: &Self) -> bool {
        match (self.standing, creator.standing) {
            (Standing::Restricted, _) | (_, Standing::Restricted) => false,
            (Standing::Privileged(own), Standing::Privileged(creators)) => own == creators,
            (_, Standing::Privileged(_)) => true,
            (own, ordinary) => own == ordinary,
        }
    }

    /// Whether the two certainly have the same rights.
    pub fn surely_has_rights_of(&self, creator: &Self) -> bool {
        matches!(self.standing, Standing::Ordinary(_)) && self.standing == creator.standing
    }
}

/// The calling thread's id, and its user if it had no capabilities when this was first asked, and could not have given up
/// any before. (A thread that has none cannot get any.)
fn this_thread() -> (libc::pid_t, Option<User>) {
    thread_local!(static THIS: OnceCell<(libc::pid_t, Option<User>)> = const { OnceCell::new() });
    THIS.with(|this| {
        *this.get_or_init(|| {
            // SAFETY: none of them has arguments.
            let (thread, user) = unsafe { (libc::gettid(), (libc::geteuid(), libc::getegid())) };
            (thread, (began_unprivileged() && !has_capabilities()).then_some(user))
        })
    })
}

/// Whether the program of this process was started by a user without capabilities, and neither the program's file gave it
/// any nor another user (man 3 getauxval). If so, no thread can have had any, except ambient ones.
fn began_unprivileged() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    // SAFETY: the argument is an integer.
    let value = |kind| unsafe { libc::getauxval(kind) };
    *ANSWER
        .get_or_init(|| value(libc::AT_UID) != 0 && value(libc::AT_EUID) != 0 && value(libc::AT_SECURE) == 0)
}

/// Those of the calling thread, without the one that an exec clears.
fn secure_bits() -> SecureBits {
    const KEEP_CAPS: SecureBits = 1 << 4;
    // SAFETY: the call has no further arguments.
    unsafe { libc::prctl(libc::PR_GET_SECUREBITS) & !KEEP_CAPS }
}

/// Whether the calling thread's real, effective and saved user are the same, and likewise its group.
fn has_one_identity() -> bool {
    let mut ids = [0; 6];
    let [a, b, c, d, e, f] = &mut ids;
    // SAFETY: valid places for three ids each. The calls cannot fail.
    unsafe {
        libc::getresuid(a, b, c);
        libc::getresgid(d, e, f);
    }
    matches!(ids, [real, effective, saved, ..] if real == effective && real == saved)
        && matches!(ids, [.., real, effective, saved] if real == effective && real == saved)
}

fn has_capabilities() -> bool {
    /// `_LINUX_CAPABILITY_VERSION_3`, and 0 for the calling thread (man 2 capget).
    const HEADER: [u32; 2] = [0x2008_0522, 0];
    /// The effective, permitted and inheritable capabilities, 32 bits of each, and then the other 32 bits of each.
    const SETS: [u32; 6] = [0; 6];
    let (mut header, mut sets) = (HEADER, SETS);
    // SAFETY: both arrays have the size that this version of the call uses.
    let got = unsafe { libc::syscall(libc::SYS_capget, header.as_mut_ptr(), sets.as_mut_ptr()) };
    got != 0 || sets != SETS
}

/// Enough for 1,024 processors. On a machine with more, the child keeps the spawner's affinity.
const WORDS: usize = 1024 / usize::BITS as usize;

/// A thread's priority and CPU affinity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduling {
    /// As the system call returns it: 20 minus the nice value, from 1 (the lowest priority) to 40.
    inverted_nice: c_long,
    processors: Option<[usize; WORDS]>,
}

impl Scheduling {
    pub fn of_this_thread() -> Self {
        let mut processors = [0; WORDS];
        let size = size_of_val(&processors);
        // SAFETY: the first takes integers; the second, a buffer of the size that is passed. 0 is the calling thread.
        unsafe {
            let inverted_nice = libc::syscall(libc::SYS_getpriority, libc::PRIO_PROCESS, 0);
            let known = libc::syscall(libc::SYS_sched_getaffinity, 0, size, processors.as_mut_ptr());
            Self { inverted_nice, processors: (known > 0).then_some(processors) }
        }
    }

    /// Whether a child of this thread may take on `other`. Any process may lower its priority.
    pub fn may_become(&self, other: &Self) -> bool {
        self.inverted_nice >= other.inverted_nice
    }

    /// Gives it to the calling process, whose own is `now`. Makes nothing but system calls, because it runs between
    /// clone and exec. Where `may_become` holds, they can fail only if the processors have been taken offline
    /// meanwhile; the kernel then has removed them from the caller's affinity as well.
    pub fn take(&self, now: &Self) {
        if self.inverted_nice != now.inverted_nice {
            // SAFETY: all arguments are integers. 0 is the calling process.
            unsafe { libc::syscall(libc::SYS_setpriority, libc::PRIO_PROCESS, 0, 20 - self.inverted_nice) };
        }
        if let Some(processors) = &self.processors
            && self.processors != now.processors
        {
            // SAFETY: the array has the size that is passed. 0 is the calling process.
            unsafe {
                libc::syscall(libc::SYS_sched_setaffinity, 0, size_of_val(processors), processors.as_ptr())
            };
        }
    }
}
