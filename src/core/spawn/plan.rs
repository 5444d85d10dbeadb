//! What to start: everything that a caller can ask for, system-independent.

use super::Environment;
#[cfg(unix)]
use super::Surroundings;
use crate::core::sys;
use std::ffi::{CStr, CString, c_char};
#[cfg(unix)]
use std::sync::Arc;

/// A program to start.
#[derive(Debug, Default)]
pub struct Plan {
    /// Windows: this and all other strings are WTF-8 (`windows::wtf8`).
    /// A path if it has a slash in it, else a name to look up in the child's own PATH.
    pub file: CString,
    /// argv, `argv[0]` included.
    pub args: StringBlock,
    /// The whole environment, as `KEY=value`.
    pub env: Environment,
    /// A relative one starts at that of the surroundings.
    pub cwd: Option<CString>,
    /// What the process had at the call; `None`: what it has when the child starts.
    #[cfg(unix)]
    pub surroundings: Option<Arc<Surroundings>>,
    /// The caller's; `None`: that of the thread that starts the child.
    pub scheduling: Option<sys::Scheduling>,
    /// What each fd of the child becomes, by its number. At least three.
    pub stdio: Vec<Stdio>,
    /// Unix: a new session. Windows: no console of the parent's, a process group of its own.
    pub detached: bool,
    pub grouping: Grouping,
    /// The kernel ends the child, or its whole group, with this process.
    pub kill_on_parent_exit: bool,
    /// Windows only: the same for a child that leads no group, but one that cannot be tied to this process is
    /// started all the same. What child_process does unless `detached`.
    pub kill_on_parent_exit_if_possible: bool,
    pub credentials: Credentials,
    /// Windows only. `None`: no console window if this process has no console either.
    pub hide_window: Option<bool>,
    /// Windows only: join the arguments with spaces and quote nothing.
    pub verbatim_arguments: bool,
}

/// Whether the child leads a group of its own, which can be signalled as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    #[default]
    None,
    /// Unix: a process group. Windows: a job.
    Group,
    /// One that nobody leaves. Linux: a cgroup, and a process group. Windows: a job.
    Contain,
}

/// What an fd of the child becomes.
#[derive(Debug)]
pub enum Stdio {
    /// fds 0 to 2: /dev/null; others are closed.
    Ignore,
    /// A pipe to us: the child reads fd 0 and writes fds 1 and 2; the others are sockets, both ways.
    Pipe,
    /// The parent's own stdin, stdout or stderr, as it is when the child starts.
    Inherit(i32),
    /// A copy of one of the caller's descriptors, made with the plan ([`sys::duplicate_fd`]): the
    /// caller may close its own at once.
    Given(sys::Descriptor),
}

/// Whom the child runs as (Unix). `None` leaves what the parent has.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    /// Supplementary groups. With a uid or gid and without this, they are dropped where that is
    /// allowed, as libuv does: root's groups are not for whom root becomes.
    pub groups: Option<Vec<u32>>,
}

impl Credentials {
    pub fn is_unchanged(&self) -> bool {
        self.uid.is_none() && self.gid.is_none() && self.groups.is_none()
    }
}

/// A list of strings in one allocation, each ended by a NUL: what execve's argv and envp point into.
#[derive(Clone, Debug, Default)]
pub struct StringBlock {
    bytes: Vec<u8>,
}

impl StringBlock {
    /// From strings joined with NULs, as JavaScript hands them over; '' is the empty list.
    pub fn from_joined(joined: impl Into<Vec<u8>>) -> Self {
        let mut bytes = joined.into();
        if !bytes.is_empty() {
            bytes.push(0);
        }
        Self { bytes }
    }

    /// One string, which may be empty (a list of one empty string is not an empty list).
    pub fn push(&mut self, string: &[u8]) {
        debug_assert!(!string.contains(&0));
        self.bytes.extend_from_slice(string);
        self.bytes.push(0);
    }

    /// All of them, with their NULs.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub fn iter(&self) -> impl Iterator<Item = &CStr> {
        let mut rest = self.bytes();
        std::iter::from_fn(move || {
            let string = CStr::from_bytes_until_nul(rest).ok()?;
            rest = &rest[string.count_bytes() + 1..];
            Some(string)
        })
    }

    /// The value of the variable `name` in a block of `KEY=value`; of several, the first, as getenv
    /// finds it.
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.iter().find_map(|entry| entry.to_bytes().strip_prefix(name)?.strip_prefix(b"="))
    }

    /// A null-terminated array of pointers into the block, valid while the block is.
    pub fn pointers(&self) -> Vec<*const c_char> {
        self.iter().map(CStr::as_ptr).chain([std::ptr::null()]).collect()
    }
}

impl<S: AsRef<[u8]>> FromIterator<S> for StringBlock {
    fn from_iter<I: IntoIterator<Item = S>>(strings: I) -> Self {
        let mut block = Self::default();
        strings.into_iter().for_each(|string| block.push(string.as_ref()));
        block
    }
}
