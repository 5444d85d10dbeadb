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

/// A process has at most one console. Locked for writing while a thread has attached this process to a child's console.
static BORROWED: RwLock<()> = RwLock::new(());

/// Until the guard is dropped, this process has its own console, or none if it has none: so what is started meanwhile
/// does not get the console of some child.
pub fn keep_console() -> RwLockReadGuard<'static, ()> {
    BORROWED.read().unwrap_or_else(PoisonError::into_inner)
}

/// Whether this process has a console, with or without a window. Electron and other GUI programs have none.
pub fn has_console() -> bool {
    let mut process = 0;
    // SAFETY: there is room for one pid, as the call is told. It returns how many there are.
    unsafe { GetConsoleProcessList(&mut process, 1) != 0 }
}

/// The pids of all processes that use the console of this process, itself included.
pub fn processes_at_console() -> Vec<u32> {
    let mut processes = vec![0; 64];
    loop {
        let room = processes.len();
        // SAFETY: the list has the length that is passed.
        let count = unsafe { GetConsoleProcessList(processes.as_mut_ptr(), room as u32) } as usize;
        // If there is not enough room, it writes none and returns how many there are.
        processes.resize(count, 0);
        if count <= room {
            return processes;
        }
    }
}

/// Runs `act` while this process is attached to the console of another process. This process must not have a console of
/// its own. Fails if the other process has none either. It first waits for the spawns that are under way, which is no
/// longer than a CreateProcessW takes.
pub fn with_console_of<T>(process: u32, act: impl FnOnce() -> T) -> io::Result<T> {
    let _alone = BORROWED.write().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: all arguments are integers.
    let standard = STANDARD.map(|which| unsafe { GetStdHandle(which) });
    // SAFETY: the argument is an integer.
    check(unsafe { AttachConsole(process) })?;
    let done = act();
    // SAFETY: the call has no arguments.
    unsafe { FreeConsole() };
    for (which, handle) in STANDARD.into_iter().zip(standard) {
        // SAFETY: restores what it was before. AttachConsole may have replaced it.
        unsafe { SetStdHandle(which, handle) };
    }
    Ok(done)
}

/// A copy of this process's own stdin, stdout or stderr. `None`: it has none, and then the child gets none either, as
/// with libuv.
///
/// In a GUI program, the result of GetStdHandle may be meaningless: a number that the parent passed on without the
/// handle itself. Another file may have that number by now, and the child would get that file. The host's C library has
/// checked at startup which of the handles are good, and keeps those open, so its fds are used where there are any.
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
    // SAFETY: both take integers. For a number that is not a file's handle, GetFileType returns no type.
    let (handle, kind) = unsafe {
        let handle = GetStdHandle(which);
        (handle, GetFileType(handle))
    };
    if handle.is_null() || kind == FILE_TYPE_UNKNOWN {
        return Ok(None);
    }
    // SAFETY: the handle is the process's own and is open unless other code closes it; a closed one is refused.
    unsafe { BorrowedHandle::borrow_raw(handle) }.try_clone_to_owned().map(Some)
}
