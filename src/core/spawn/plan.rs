//! What to start: everything that a caller can ask for, in the same form on every system.

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
    /// A path if it contains a slash, otherwise a name that is looked up in the child's own PATH.
    /// On Windows, this and all other strings are WTF-8 (`windows::wtf8`).
    pub file: CString,
    /// argv, `argv[0]` included.
    pub args: StringBlock,
    /// The whole environment, as `KEY=value`.
    pub env: Environment,
    /// The working directory. A relative path starts at the directory of `surroundings`.
    pub cwd: Option<CString>,
    /// The process's working directory and umask at the call; `None`: those that it has when the child starts.
    #[cfg(unix)]
    pub surroundings: Option<Arc<Surroundings>>,
    /// The calling thread's priority and CPU affinity; `None`: those of the thread that starts the child.
    pub scheduling: Option<sys::Scheduling>,
    /// What each of the child's fds becomes, from fd 0 up. At least three.
    pub stdio: Vec<Stdio>,
    /// Unix: the child leads a new session. Windows: it does not get the parent's console and leads a process group.
    pub detached: bool,
    pub grouping: Grouping,
    /// The kernel ends the child, or its whole group, when this process ends.
    pub kill_on_parent_exit: bool,
    /// Windows only: the same, but if that is not possible, the child is started nevertheless. child_process does
    /// this unless `detached`.
    pub kill_on_parent_exit_if_possible: bool,
    pub credentials: Credentials,
    /// Windows only. `None`: no console window if this process has no console either.
    pub hide_window: Option<bool>,
    /// Windows only: join the arguments with spaces and quote nothing but `argv[0]`.
    pub verbatim_arguments: bool,
    /// Windows only: do as child_process does. The program is looked up in the working directory, too, and without
    /// PATHEXT; batch files are refused; and verbatim arguments include `argv[0]`.
    pub as_child_process: bool,
}

/// Whether the child leads a group of its own, which can be signalled as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grouping {
    #[default]
    None,
    /// Unix: a process group. Windows: a job.
    Group,
    /// A group that no process can leave. Linux: a cgroup, and a process group. Windows: a job.
    Contain,
}

/// What an fd of the child becomes.
#[derive(Debug)]
pub enum Stdio {
    /// For fds 0 to 2, /dev/null. Other fds are closed.
    Ignore,
    /// A pipe to this process, from which the child reads (fd 0) or to which it writes (fds 1 and 2). Other fds are
    /// sockets, for both directions.
    Pipe,
    /// A channel for messages, as libuv makes one for Node: a pair of sockets or, on Windows, a pipe for both
    /// directions whose two ends do overlapped I/O. The child records how the messages are written, for those who
    /// attach to it.
    Channel(Serialization),
    /// The parent's own stdin, stdout or stderr, as it is when the child starts.
    Inherit(i32),
    /// A copy of one of the caller's descriptors, made at the call ([`sys::duplicate_fd`]). So the caller may
    /// close its own at once.
    Given(sys::Descriptor),
    /// The child's end of a pair that the caller has made for it ([`sys::stdio_pair`]).
    End(sys::Descriptor),
    /// For fd 2 and up: the same open file as the child's fd 1, like `2>&1` in a shell. In a file, both share one
    /// position, so what is written to the two keeps its order.
    Stdout,
}

/// The format in which Node writes messages to a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Serialization {
    Json,
    /// V8's own format, which preserves the types of JavaScript.
    Advanced,
}

/// The user and groups that the child runs as (Unix). `None`: the parent's.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    pub uid: Option<u32>,
    pub gid: Option<u32>,
    /// Supplementary groups. `None` together with a uid or gid: they are dropped if this process may do so, as libuv
    /// does, because another user must not keep root's groups.
    pub groups: Option<Vec<u32>>,
}

impl Credentials {
    pub fn is_unchanged(&self) -> bool {
        self.uid.is_none() && self.gid.is_none() && self.groups.is_none()
    }
}

/// A list of strings in one allocation, each ended by a NUL. The pointers of execve's argv and envp point into it.
#[derive(Clone, Debug, Default)]
pub struct StringBlock {
    bytes: Vec<u8>,
}

impl StringBlock {
    /// From strings joined with NULs, as JavaScript passes them. '' is the empty list.
    pub fn from_joined(joined: impl Into<Vec<u8>>) -> Self {
        let mut bytes = joined.into();
        if !bytes.is_empty() {
            bytes.push(0);
        }
        Self { bytes }
    }

    /// Appends a string, which may be empty. (A list of one empty string is not an empty list.)
    pub fn push(&mut self, string: &[u8]) {
        debug_assert!(!string.contains(&0));
        self.bytes.extend_from_slice(string);
        self.bytes.push(0);
    }

    /// All strings, with their NULs.
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

    /// The value of the variable `name` in a block of `KEY=value`. If there are several, the first, as with getenv.
    pub fn get(&self, name: &[u8]) -> Option<&[u8]> {
        self.iter().find_map(|entry| entry.to_bytes().strip_prefix(name)?.strip_prefix(b"="))
    }

    /// A null-terminated array of pointers into the block, valid while the block exists.
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
