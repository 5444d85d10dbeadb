//! The child's fds. Windows itself has only three; a program's C library gets all of them from a block that CreateProcessW
//! passes on in `lpReserved2`. libuv and every C library know its layout.

use super::super::{Plan, Stdio};
use super::crt_block::{self, Kind};
use crate::core::sys::{Flow, PipeEnd, check, open_pipe, standard_handle};
use std::fs::OpenOptions;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr;
use windows_sys::Win32::Foundation::{
    ERROR_NOT_SUPPORTED, HANDLE, HANDLE_FLAG_INHERIT, SetHandleInformation,
};
use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_CHAR, FILE_TYPE_PIPE, GetFileType};

/// All handles of one spawn. Dropping it closes those that only the child needed.
pub struct ChildStdio {
    /// Indexed by the child's fd. `None`: the child does not have this fd.
    handles: Vec<Option<OwnedHandle>>,
    /// Our ends, indexed by the child's fd.
    pub pipes: Vec<Option<PipeEnd>>,
}

impl ChildStdio {
    pub fn open(plan: &Plan) -> io::Result<Self> {
        if plan.stdio.len() > crt_block::MOST_FDS {
            return Err(io::Error::from_raw_os_error(ERROR_NOT_SUPPORTED as i32));
        }
        let mut all = Self { handles: Vec::new(), pipes: Vec::new() };
        for (fd, stdio) in plan.stdio.iter().enumerate() {
            let (handle, pipe) = match stdio {
                Stdio::Ignore if fd > 2 => (None, None),
                Stdio::Ignore => (Some(OpenOptions::new().read(true).write(true).open("NUL")?.into()), None),
                Stdio::Pipe => {
                    let (ours, childs) = open_pipe(match fd {
                        0 => Flow::ToChild,
                        1 | 2 => Flow::FromChild,
                        _ => Flow::BothWays,
                    })?;
                    (Some(childs), Some(ours))
                }
                Stdio::Channel(_) => {
                    let (ours, childs) = open_pipe(Flow::Overlapped)?;
                    (Some(childs), Some(ours))
                }
                Stdio::Inherit(ours) => (standard_handle(*ours)?, None),
                Stdio::Given(handle) | Stdio::End(handle) => (Some(handle.try_clone()?), None),
                // A second handle on the same open file, because each may be only once in the list of inherited handles.
                Stdio::Stdout => match all.handles.get(1) {
                    Some(Some(stdout)) => (Some(stdout.try_clone()?), None),
                    _ => (None, None),
                },
            };
            all.handles.push(handle);
            all.pipes.push(pipe);
        }
        Ok(all)
    }

    /// Makes the handles inheritable. This is done as late as possible: until they are closed, a child that other code of
    /// this process starts without a list of handles (as libuv does) gets them, too.
    pub fn make_inheritable(&self) -> io::Result<()> {
        self.handles.iter().flatten().try_for_each(|handle| {
            // SAFETY: our own open handle.
            check(unsafe {
                SetHandleInformation(handle.as_raw_handle(), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT)
            })
        })
    }

    /// The handle of stdin, stdout or stderr; null if the child has none.
    pub fn standard(&self, fd: usize) -> HANDLE {
        self.handles.get(fd).and_then(Option::as_ref).map_or(ptr::null_mut(), AsRawHandle::as_raw_handle)
    }

    pub fn all(&self) -> Vec<HANDLE> {
        self.handles.iter().flatten().map(AsRawHandle::as_raw_handle).collect()
    }

    /// The block for `lpReserved2`.
    pub fn crt_block(&self) -> Vec<u8> {
        let fds = self.handles.iter().map(|handle| {
            let handle = handle.as_ref()?.as_raw_handle();
            // SAFETY: an open handle.
            let kind = match unsafe { GetFileType(handle) } {
                FILE_TYPE_PIPE => Kind::Pipe,
                FILE_TYPE_CHAR => Kind::Device,
                _ => Kind::File,
            };
            Some((handle.addr(), kind))
        });
        crt_block::block(fds)
    }
}
