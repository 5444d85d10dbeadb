//! The child's fds on Unix: what the parent opens before the child starts, and which fd each becomes.

use super::{Plan, Stdio};
use crate::core::sys::{PipeEnd, check, own, pipe, set_blocking, socket_pair};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

/// `source`, an fd of the parent, becomes `target` in the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FdMapping {
    pub source: RawFd,
    pub target: RawFd,
}

/// All descriptors of one spawn. Dropping it closes those that only the child needed.
#[derive(Debug)]
pub struct ChildFds {
    /// In ascending order of targets. fds that are no target are closed in the child.
    pub mappings: Vec<FdMapping>,
    /// Our ends, indexed by the child's fd.
    pub pipes: Vec<Option<PipeEnd>>,
    /// The child's ends, kept open in the parent until the child has its copies.
    _child_ends: Vec<OwnedFd>,
}

impl ChildFds {
    pub fn open(plan: &Plan) -> io::Result<Self> {
        let mut fds = Self {
            mappings: Vec::with_capacity(plan.stdio.len()),
            pipes: Vec::new(),
            _child_ends: Vec::new(),
        };
        let mut null: Option<RawFd> = None;
        for (target, stdio) in plan.stdio.iter().enumerate() {
            let target = target as RawFd;
            let mut pipe = None;
            let source = match stdio {
                Stdio::Ignore if target > 2 => None,
                Stdio::Ignore => {
                    if null.is_none() {
                        null = Some(fds.keep(open_null()?));
                    }
                    null
                }
                Stdio::Pipe => {
                    let (parents, childs) = open_pipe(target)?;
                    pipe = Some(parents.into());
                    Some(fds.keep(childs))
                }
                Stdio::Channel(_) => {
                    let (parents, childs) = socket_pair()?;
                    pipe = Some(parents.into());
                    Some(fds.keep(childs))
                }
                Stdio::Inherit(fd) => Some(*fd),
                Stdio::Given(fd) | Stdio::End(fd) => Some(fd.as_raw_fd()),
                Stdio::Stdout => fds.source_of(1),
            };
            if let Some(source) = source {
                // Node makes its own stdout non-blocking when it is a pipe. A child that does not expect that would
                // fail with EAGAIN. libuv does this, too.
                if target <= 2 && matches!(stdio, Stdio::Inherit(_) | Stdio::Given(_)) {
                    set_blocking(source, true)?;
                }
                fds.mappings.push(FdMapping { source, target });
            }
            fds.pipes.push(pipe);
        }
        Ok(fds)
    }

    /// The source of an earlier target.
    fn source_of(&self, target: RawFd) -> Option<RawFd> {
        self.mappings.iter().find(|mapping| mapping.target == target).map(|mapping| mapping.source)
    }

    fn keep(&mut self, fd: OwnedFd) -> RawFd {
        let raw = fd.as_raw_fd();
        self._child_ends.push(fd);
        raw
    }
}

fn open_null() -> io::Result<OwnedFd> {
    // SAFETY: a valid C string and flags that take no third argument.
    let fd = check(unsafe { libc::open(c"/dev/null".as_ptr(), libc::O_RDWR | libc::O_CLOEXEC) })?;
    // SAFETY: just opened, and nothing else owns it.
    Ok(unsafe { own(fd) })
}

/// Returns our end and the child's. For stdin, stdout and stderr these are pipes, so that the child can open
/// /dev/stdin and the like, which does not work with sockets. For other fds they are sockets, for both directions.
fn open_pipe(target: RawFd) -> io::Result<(OwnedFd, OwnedFd)> {
    if target > 2 {
        return socket_pair();
    }
    let (reader, writer) = pipe()?;
    Ok(if target == 0 { (writer, reader) } else { (reader, writer) })
}
