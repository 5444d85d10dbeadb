//! What the kernel says about processes: the results of the calls in calls.rs, and of the model that the tests use instead.

/// The time at which a process was started. Together with the pid, it identifies a process.
pub type StartTime = (u64, u64);

/// How a child has exited, as the kernel reports it without reaping: the fields of a siginfo_t, and what the child has
/// used, where the kernel says so.
#[derive(Clone, Copy, Debug)]
pub struct Ended {
    pub code: i32,
    pub status: i32,
    pub usage: Option<libc::rusage>,
}

/// A process of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub pid: libc::pid_t,
    pub is_zombie: bool,
}
