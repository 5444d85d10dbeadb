//! The console of this process, and its own stdin, stdout and stderr.

use super::host::{duplicate_fd, has_fds};
use std::io;
use std::os::windows::io::{BorrowedHandle, OwnedHandle};
use windows_sys::Win32::Foundation::ERROR_INVALID_HANDLE;
use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_UNKNOWN, GetFileType};
use windows_sys::Win32::System::Console::{
    GetConsoleProcessList, GetStdHandle, STD_ERROR_HANDLE, STD_INPUT_HANDLE, STD_OUTPUT_HANDLE,
};

/// Whether there is one, with a window or without. Electron and other programs with windows of their own have none.
pub fn has_console() -> bool {
    let mut process = 0;
    // SAFETY: room for one process, which is all that is asked for. It answers how many there are.
    unsafe { GetConsoleProcessList(&mut process, 1) != 0 }
}

/// A copy of this process's own stdin, stdout or stderr. `None` where it has none, and then the child has none either,
/// as libuv does it.
///
/// What GetStdHandle says may be worthless in a program with windows of its own: a number that its parent once passed
/// on, but not the handle. Another file may have it by now, and the child would get that. The host's C library has
/// looked at the start which of them are good, and keeps those open.
pub fn standard_handle(fd: i32) -> io::Result<Option<OwnedHandle>> {
    if !(0..=2).contains(&fd) {
        return Err(io::Error::from_raw_os_error(ERROR_INVALID_HANDLE as i32));
    }
    if has_fds() {
        return match duplicate_fd(fd) {
            Err(error) if error.raw_os_error() == Some(ERROR_INVALID_HANDLE as i32) => Ok(None),
            copy => copy.map(Some),
        };
    }
    let which = [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE][fd as usize];
    // SAFETY: both take integers, and what is no handle of a file is of no type.
    let (handle, kind) = unsafe {
        let handle = GetStdHandle(which);
        (handle, GetFileType(handle))
    };
    if handle.is_null() || kind == FILE_TYPE_UNKNOWN {
        return Ok(None);
    }
    // SAFETY: the process's own for as long as nobody replaces it; one that is closed is refused.
    unsafe { BorrowedHandle::borrow_raw(handle) }.try_clone_to_owned().map(Some)
}
