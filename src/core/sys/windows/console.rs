//! The console of this process, and its own stdin, stdout and stderr.

use super::check;
use super::host::{duplicate_fd, has_fds};
use std::io;
use std::os::windows::io::{BorrowedHandle, OwnedHandle};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use windows_sys::Win32::Foundation::ERROR_INVALID_HANDLE;
use windows_sys::Win32::Storage::FileSystem::{FILE_TYPE_UNKNOWN, GetFileType};
use windows_sys::Win32::System::Console::{
    AttachConsole, FreeConsole, GetConsoleProcessList, GetStdHandle, STD_ERROR_HANDLE, STD_HANDLE,
    STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, SetStdHandle,
};

const STANDARD: [STD_HANDLE; 3] = [STD_INPUT_HANDLE, STD_OUTPUT_HANDLE, STD_ERROR_HANDLE];

/// A process has one console at most. A thread that has borrowed a child's for a moment holds this for itself.
static BORROWED: RwLock<()> = RwLock::new(());

/// Until it is dropped, this process has the console that is its own, or none, as the case may be: what is started
/// now does not get another child's.
pub fn keep_console() -> RwLockReadGuard<'static, ()> {
    BORROWED.read().unwrap_or_else(PoisonError::into_inner)
}

/// Whether there is one, with a window or without. Electron and other programs with windows of their own have none.
pub fn has_console() -> bool {
    let mut process = 0;
    // SAFETY: room for one process, which is all that is asked for. It answers how many there are.
    unsafe { GetConsoleProcessList(&mut process, 1) != 0 }
}

/// The pids of all that use the console of this process, itself included.
pub fn processes_at_console() -> Vec<u32> {
    let mut processes = vec![0; 64];
    loop {
        let room = processes.len();
        // SAFETY: room for as many as it says.
        let count = unsafe { GetConsoleProcessList(processes.as_mut_ptr(), room as u32) } as usize;
        // Where there is not enough room it writes none, and answers how many there are.
        processes.resize(count, 0);
        if count <= room {
            return processes;
        }
    }
}

/// Does something as a user of another process's console, which takes that this process has none of its own. An error:
/// that process has none either. It waits for what is being started, no longer than a CreateProcessW takes.
pub fn with_console_of<T>(process: u32, act: impl FnOnce() -> T) -> io::Result<T> {
    let _alone = BORROWED.write().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: takes integers.
    let standard = STANDARD.map(|which| unsafe { GetStdHandle(which) });
    // SAFETY: takes an integer.
    check(unsafe { AttachConsole(process) })?;
    let done = act();
    // SAFETY: no arguments.
    unsafe { FreeConsole() };
    for (which, handle) in STANDARD.into_iter().zip(standard) {
        // SAFETY: what it was before: the console may have taken its place.
        unsafe { SetStdHandle(which, handle) };
    }
    Ok(done)
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
    let which = STANDARD[fd as usize];
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
