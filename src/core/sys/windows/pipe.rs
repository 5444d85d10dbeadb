//! Pipes between this process and a child.

use super::host;
use crate::core::sys::read_rest;
use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::ptr;
use windows_sys::Wdk::Foundation::OBJECT_ATTRIBUTES;
use windows_sys::Wdk::Storage::FileSystem::{
    FILE_CREATE, FILE_NON_DIRECTORY_FILE, FILE_PIPE_BYTE_STREAM_MODE, FILE_PIPE_BYTE_STREAM_TYPE,
    FILE_PIPE_CLOSING_STATE, FILE_PIPE_LOCAL_INFORMATION, FILE_PIPE_QUEUE_OPERATION,
    FILE_SYNCHRONOUS_IO_NONALERT, FilePipeLocalInformation, NtOpenFile, NtQueryInformationFile,
};
use windows_sys::Win32::Foundation::{
    GENERIC_READ, GENERIC_WRITE, HANDLE, NTSTATUS, RtlNtStatusToDosError, UNICODE_STRING,
};
use windows_sys::Win32::Storage::FileSystem::{
    FILE_READ_ATTRIBUTES, FILE_SHARE_READ, FILE_SHARE_WRITE, FILE_WRITE_ATTRIBUTES, SYNCHRONIZE,
};
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;

/// How many bytes a pipe holds, as on Linux.
const CAPACITY: u32 = 64 * 1024;

/// A pipe that has been lent: see [`PipeEnd::lend`].
#[derive(Debug)]
pub struct LentPipe(i64);

impl LentPipe {
    pub fn raw(&self) -> i64 {
        self.0
    }

    /// Leaves the pipe open, because there is no way to find out whether the borrower has taken it over.
    pub fn take_back(self) {}
}

/// The parent's end of one of the child's pipes.
#[derive(Debug)]
pub struct PipeEnd(OwnedHandle);

impl From<OwnedHandle> for PipeEnd {
    fn from(pipe: OwnedHandle) -> Self {
        Self(pipe)
    }
}

impl PipeEnd {
    /// Turns the pipe into one of JavaScript's fds, which the caller has to close. -1: the host program cannot make an fd
    /// (it may not be Node), and the pipe has been closed.
    pub fn into_raw(self) -> i64 {
        host::fd_of(self.0).unwrap_or(-1).into()
    }

    /// Lends the pipe to code that will close it, or that may fail before it does.
    pub fn lend(self) -> LentPipe {
        LentPipe(self.into_raw())
    }

    /// Not supported: the capacity of a pipe is fixed when it is made.
    pub fn set_capacity(&self, _bytes: usize) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Not supported: the pipe is not read here (see `ExitWatcher::add_readable`).
    pub fn set_blocking(&self, _blocking: bool) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Not supported: the pipe is not read here (see `ExitWatcher::add_readable`).
    pub fn read_ready(&self, _bytes: &mut Vec<u8>, _most: usize) -> io::Result<bool> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Reads all that is left in the pipe if no process has its other end open any more. Otherwise returns the end
    /// itself, untouched. Never blocks, because without a writer, reading stops at the end of the data.
    pub fn drain(self) -> Result<Vec<u8>, Self> {
        if !self.is_closing() {
            return Err(self);
        }
        read_rest(self.0).map_err(Self)
    }

    /// Whether the other end is closed. Only the state of the pipe shows this while there are bytes left.
    fn is_closing(&self) -> bool {
        state_of(&self.0).is_some_and(|pipe| pipe.NamedPipeState == FILE_PIPE_CLOSING_STATE)
    }
}

/// Whether there is something to read in the pipe behind one of JavaScript's fds. `false` if it is not a pipe.
pub fn has_unread(fd: i32) -> bool {
    fd >= 0
        && host::duplicate_fd(fd)
            .is_ok_and(|pipe| state_of(&pipe).is_some_and(|pipe| pipe.ReadDataAvailable > 0))
}

/// The state of a pipe; `None` if it is not one. Since our ends do overlapped I/O, this does not wait for a pending
/// read or write.
fn state_of(pipe: &OwnedHandle) -> Option<FILE_PIPE_LOCAL_INFORMATION> {
    let mut status = IO_STATUS_BLOCK::default();
    let mut state = FILE_PIPE_LOCAL_INFORMATION::default();
    // SAFETY: an open handle, and a buffer of the size that is passed.
    let result = unsafe {
        NtQueryInformationFile(
            pipe.as_raw_handle(),
            &mut status,
            (&raw mut state).cast(),
            size_of_val(&state) as u32,
            FilePipeLocalInformation,
        )
    };
    (result >= 0).then_some(state)
}

/// The direction of a pipe.
#[derive(Clone, Copy, Debug)]
pub enum Flow {
    ToChild,
    FromChild,
    BothWays,
    /// Both ways, and the child's end does overlapped I/O, too, as libuv needs it.
    Overlapped,
}

/// Makes a pipe without a name, and returns our end and the child's. Ours does overlapped I/O, as libuv needs it; the
/// child's does not, as C programs need it, unless [`Flow::Overlapped`] is asked for.
///
/// The standard library makes its pipes in the same way. Unlike there, our end of stdin can also read: libuv queries the
/// state of a pipe that it is given, which a write-only handle does not allow.
pub fn open_pipe(flow: Flow) -> io::Result<(PipeEnd, OwnedHandle)> {
    const BOTH: u32 = GENERIC_READ | GENERIC_WRITE;
    let root = open_pipe_file_system()?;
    let (our_access, our_share, childs_access) = match flow {
        Flow::ToChild => (BOTH, FILE_SHARE_READ | FILE_SHARE_WRITE, GENERIC_READ | FILE_WRITE_ATTRIBUTES),
        Flow::FromChild => {
            (GENERIC_READ | FILE_WRITE_ATTRIBUTES, FILE_SHARE_WRITE, GENERIC_WRITE | FILE_READ_ATTRIBUTES)
        }
        Flow::BothWays | Flow::Overlapped => (BOTH, FILE_SHARE_READ | FILE_SHARE_WRITE, BOTH),
    };
    let timeout: i64 = -50 * 10_000; // 50 ms; it applies to clients that wait by name, of which there are none
    let mut status = IO_STATUS_BLOCK::default();
    let no_name = UNICODE_STRING::default();
    // SAFETY: all pointers, those in the attributes included, are to values that outlive the call.
    let ours = unsafe {
        new_handle(|handle| {
            NtCreateNamedPipeFile(
                handle,
                SYNCHRONIZE | our_access,
                &attributes(&root, &no_name),
                &mut status,
                our_share,
                FILE_CREATE,
                0, // overlapped
                FILE_PIPE_BYTE_STREAM_TYPE,
                FILE_PIPE_BYTE_STREAM_MODE,
                FILE_PIPE_QUEUE_OPERATION,
                1, // one client
                CAPACITY,
                CAPACITY,
                &timeout,
            )
        })?
    };
    // SAFETY: as above. (Opening "" relative to the pipe opens its other end.)
    let childs = unsafe {
        new_handle(|handle| {
            let overlapped = matches!(flow, Flow::Overlapped);
            let options = FILE_NON_DIRECTORY_FILE | if overlapped { 0 } else { FILE_SYNCHRONOUS_IO_NONALERT };
            let access = SYNCHRONIZE | childs_access;
            NtOpenFile(handle, access, &attributes(&ours, &no_name), &mut status, 0, options)
        })?
    };
    Ok((PipeEnd(ours), childs))
}

/// Makes the two ends of a child's fd for both directions, and returns ours and the child's.
pub fn stdio_pair(overlapped: bool) -> io::Result<(OwnedHandle, OwnedHandle)> {
    let (PipeEnd(ours), childs) = open_pipe(if overlapped { Flow::Overlapped } else { Flow::BothWays })?;
    Ok((ours, childs))
}

/// Opens the directory in which pipes are made.
fn open_pipe_file_system() -> io::Result<OwnedHandle> {
    const PATH: &[u16] = &utf16(b"\\??\\PIPE\\");
    let length = size_of_val(PATH) as u16;
    let name = UNICODE_STRING { Length: length, MaximumLength: length, Buffer: PATH.as_ptr().cast_mut() };
    let mut status = IO_STATUS_BLOCK::default();
    let attributes = OBJECT_ATTRIBUTES { ObjectName: &name, ..attributes_of_length() };
    let share = FILE_SHARE_READ | FILE_SHARE_WRITE;
    let access = SYNCHRONIZE | GENERIC_READ;
    // SAFETY: all pointers are to values that outlive the call, which does not write to the name.
    unsafe {
        new_handle(|handle| {
            NtOpenFile(handle, access, &attributes, &mut status, share, FILE_SYNCHRONOUS_IO_NONALERT)
        })
    }
}

fn attributes(root: &OwnedHandle, name: &UNICODE_STRING) -> OBJECT_ATTRIBUTES {
    OBJECT_ATTRIBUTES { RootDirectory: root.as_raw_handle(), ObjectName: name, ..attributes_of_length() }
}

/// Attributes for a handle that is not inherited.
fn attributes_of_length() -> OBJECT_ATTRIBUTES {
    OBJECT_ATTRIBUTES { Length: size_of::<OBJECT_ATTRIBUTES>() as u32, ..OBJECT_ATTRIBUTES::default() }
}

/// # Safety
/// `open` stores a new handle in the slot it is given when it succeeds.
unsafe fn new_handle(open: impl FnOnce(&mut HANDLE) -> NTSTATUS) -> io::Result<OwnedHandle> {
    let mut handle = ptr::null_mut();
    match open(&mut handle) {
        // SAFETY: as promised by the caller.
        0.. => Ok(unsafe { OwnedHandle::from_raw_handle(handle) }),
        // SAFETY: the argument is an integer.
        failed => Err(io::Error::from_raw_os_error(unsafe { RtlNtStatusToDosError(failed) } as i32)),
    }
}

const fn utf16<const N: usize>(ascii: &[u8; N]) -> [u16; N] {
    let mut wide = [0; N];
    let mut i = 0;
    while i < N {
        wide[i] = ascii[i] as u16;
        i += 1;
    }
    wide
}

#[link(name = "ntdll", kind = "raw-dylib")]
unsafe extern "system" {
    /// The function that CreateNamedPipeW is built on, and the only way to make a nameless pipe that does overlapped I/O.
    /// windows-sys does not declare it.
    fn NtCreateNamedPipeFile(
        handle: *mut HANDLE,
        access: u32,
        attributes: *const OBJECT_ATTRIBUTES,
        status: *mut IO_STATUS_BLOCK,
        share: u32,
        disposition: u32,
        options: u32,
        pipe_type: u32,
        read_mode: u32,
        completion_mode: u32,
        instances: u32,
        inbound_quota: u32,
        outbound_quota: u32,
        timeout: *const i64,
    ) -> NTSTATUS;
}
