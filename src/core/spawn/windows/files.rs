//! Paths in the forms that the system takes and returns.

use super::candidates::{not_verbatim, verbatim};
use crate::core::sys::check;
use std::io;
use std::os::windows::io::{FromRawHandle, OwnedHandle};
use std::ptr;
use windows_sys::Win32::Foundation::{ERROR_FILENAME_EXCED_RANGE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::Storage::FileSystem::{
    CreateFileW, FILE_ATTRIBUTE_DIRECTORY, FILE_EXECUTE, FILE_SHARE_DELETE, FILE_SHARE_READ,
    FILE_SHARE_WRITE, GetFileAttributesW, GetFullPathNameW, GetShortPathNameW, INVALID_FILE_ATTRIBUTES,
    OPEN_EXISTING,
};
use windows_sys::Win32::System::Environment::{GetCurrentDirectoryW, NeedCurrentDirectoryForExePathW};
use windows_sys::Win32::System::SystemInformation::GetSystemDirectoryW;

/// The longest path that every function takes without a prefix. (MAX_PATH includes the NUL.)
const LONGEST: usize = 259;
/// The longest working directory. The system appends a backslash to it.
const LONGEST_FOLDER: usize = LONGEST - 1;

pub fn with_nul(mut units: Vec<u16>) -> Vec<u16> {
    units.push(0);
    units
}

/// Returns a path as the file system gets it: without `.` and `..`, and without the blanks and dots that Windows
/// removes from the end of a name. Unless the path is absolute, the result depends on the working directory of this
/// process.
pub fn full_path(path: &[u16]) -> io::Result<Vec<u16>> {
    let path = with_nul(path.to_vec());
    read(|size, buffer| {
        // SAFETY: a string that ends with a NUL, and a buffer of the length that is passed. The null asks for no file part.
        unsafe { GetFullPathNameW(path.as_ptr(), size, buffer, ptr::null_mut()) }
    })
}

/// The working directory of this process.
pub fn current_folder() -> io::Result<Vec<u16>> {
    // SAFETY: the buffer has the length that is passed.
    read(|size, buffer| unsafe { GetCurrentDirectoryW(size, buffer) })
}

/// Whether a program's name may mean a file in the working directory. The variable NoDefaultCurrentDirectoryInExePath of
/// this process forbids it (MS docs: NeedCurrentDirectoryForExePathW), as in libuv since 1.48.
pub fn searches_current_folder() -> bool {
    // SAFETY: an empty string that ends with a NUL.
    unsafe { NeedCurrentDirectoryForExePathW([0].as_ptr()) != 0 }
}

/// The folder that contains cmd.exe.
pub fn system_folder() -> io::Result<Vec<u16>> {
    // SAFETY: the buffer has the length that is passed.
    read(|size, buffer| unsafe { GetSystemDirectoryW(buffer, size) })
}

pub fn is_file(full_path: &[u16]) -> bool {
    attributes(full_path).is_some_and(|attributes| attributes & FILE_ATTRIBUTE_DIRECTORY == 0)
}

pub fn is_folder(full_path: &[u16]) -> bool {
    attributes(full_path).is_some_and(|attributes| attributes & FILE_ATTRIBUTE_DIRECTORY != 0)
}

/// `None`: there is no such file. This does not open the file, because a program that the Microsoft Store has installed
/// can be started but not opened.
fn attributes(full_path: &[u16]) -> Option<u32> {
    let path = for_program(full_path);
    // SAFETY: a string that ends with a NUL.
    let attributes = unsafe { GetFileAttributesW(path.as_ptr()) };
    (attributes != INVALID_FILE_ATTRIBUTES).then_some(attributes)
}

/// Whether this process may execute the file. The path ends with a NUL.
pub fn may_be_run(path: &[u16]) -> bool {
    // SAFETY: a string that ends with a NUL. The handle does not keep anyone from using the file.
    let file = unsafe {
        CreateFileW(
            path.as_ptr(),
            FILE_EXECUTE,
            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
            ptr::null(),
            OPEN_EXISTING,
            0,
            ptr::null_mut(),
        )
    };
    if file == INVALID_HANDLE_VALUE {
        return false;
    }
    // SAFETY: just made, and nothing else owns it.
    drop(unsafe { OwnedHandle::from_raw_handle(file) });
    true
}

/// The path of a program for CreateProcessW, with a NUL. A long path gets the prefix that it needs.
pub fn for_program(full_path: &[u16]) -> Vec<u16> {
    with_nul(if full_path.len() > LONGEST { verbatim(full_path) } else { full_path.to_vec() })
}

/// The path of a working directory for CreateProcessW, with a NUL. For one that is too long, no prefix helps, so the short
/// names of its folders are used if the file system has such names, as in libuv.
pub fn for_working_directory(full_path: &[u16]) -> io::Result<Vec<u16>> {
    if full_path.len() <= LONGEST_FOLDER {
        return Ok(with_nul(full_path.to_vec()));
    }
    let long = verbatim(full_path);
    let prefixed = long != full_path;
    let long = with_nul(long);
    let short = read(|size, buffer| {
        // SAFETY: a string that ends with a NUL, and a buffer of the length that is passed.
        unsafe { GetShortPathNameW(long.as_ptr(), buffer, size) }
    })?;
    let short = if prefixed { not_verbatim(&short) } else { short };
    if short.len() > LONGEST_FOLDER {
        return Err(io::Error::from_raw_os_error(ERROR_FILENAME_EXCED_RANGE as i32));
    }
    Ok(with_nul(short))
}

/// Calls a function that fills a buffer. Such a function returns the length without the NUL if the buffer was large enough,
/// otherwise the length with the NUL; 0 means an error.
fn read(get: impl Fn(u32, *mut u16) -> u32) -> io::Result<Vec<u16>> {
    let mut units = vec![0; LONGEST + 1];
    loop {
        let length = get(units.len() as u32, units.as_mut_ptr()) as usize;
        check((length != 0).into())?;
        // The string may have grown since the previous call.
        let enough = length < units.len();
        units.resize(length, 0);
        if enough {
            return Ok(units);
        }
    }
}
