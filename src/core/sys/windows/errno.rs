//! Translates the system's error numbers to libuv's, which are different numbers on Windows
//! (uv/errno.h, and `uv_translate_sys_error` in libuv's src/win/error.c).

use std::io;
use windows_sys::Win32::Foundation as win32;

/// libuv's number for an error, as `util.getSystemErrorName` takes it.
pub fn uv_errno(error: &io::Error) -> i32 {
    let Some(code) = error.raw_os_error() else {
        return of_kind(error.kind());
    };
    let row = TABLE.iter().find(|(known, _)| *known == code as u32);
    row.map_or(UNKNOWN, |(_, number)| *number)
}

/// For errors of the standard library itself.
fn of_kind(kind: io::ErrorKind) -> i32 {
    match kind {
        io::ErrorKind::NotFound => ENOENT,
        io::ErrorKind::InvalidInput => EINVAL,
        io::ErrorKind::Unsupported => ENOTSUP,
        _ => UNKNOWN,
    }
}

const EOF: i32 = -4095;
const UNKNOWN: i32 = -4094;
const E2BIG: i32 = -4093;
pub const EACCES: i32 = -4092;
pub const EAGAIN: i32 = -4088;
const EBADF: i32 = -4083;
const EBUSY: i32 = -4082;
const ECANCELED: i32 = -4081;
const EEXIST: i32 = -4075;
const EINVAL: i32 = -4071;
pub const EIO: i32 = -4070;
const EISDIR: i32 = -4068;
const ELOOP: i32 = -4067;
const EMFILE: i32 = -4066;
const ENAMETOOLONG: i32 = -4064;
pub const ENOENT: i32 = -4058;
const ENOMEM: i32 = -4057;
const ENOSPC: i32 = -4055;
const ENOSYS: i32 = -4054;
const ENOTSUP: i32 = -4049;
const EPERM: i32 = -4048;
const EPIPE: i32 = -4047;
const EROFS: i32 = -4043;
const ETIMEDOUT: i32 = -4039;
const EFTYPE: i32 = -4028;

/// libuv's table, without the rows for sockets and tapes.
#[rustfmt::skip]
const TABLE: &[(u32, i32)] = &[
    (win32::ERROR_NOACCESS, EACCES),
    (win32::ERROR_ELEVATION_REQUIRED, EACCES),
    (win32::ERROR_CANT_ACCESS_FILE, EACCES),
    (win32::ERROR_ACCESS_DENIED, EACCES),
    (win32::ERROR_INVALID_FLAGS, EBADF),
    (win32::ERROR_INVALID_HANDLE, EBADF),
    (win32::ERROR_LOCK_VIOLATION, EBUSY),
    (win32::ERROR_PIPE_BUSY, EBUSY),
    (win32::ERROR_SHARING_VIOLATION, EBUSY),
    (win32::ERROR_OPERATION_ABORTED, ECANCELED),
    (win32::ERROR_ALREADY_EXISTS, EEXIST),
    (win32::ERROR_FILE_EXISTS, EEXIST),
    (win32::ERROR_INSUFFICIENT_BUFFER, EINVAL),
    (win32::ERROR_INVALID_DATA, EINVAL),
    (win32::ERROR_INVALID_PARAMETER, EINVAL),
    (win32::ERROR_SYMLINK_NOT_SUPPORTED, EINVAL),
    (win32::ERROR_CRC, EIO),
    (win32::ERROR_DISK_CORRUPT, EIO),
    (win32::ERROR_GEN_FAILURE, EIO),
    (win32::ERROR_IO_DEVICE, EIO),
    (win32::ERROR_OPEN_FAILED, EIO),
    (win32::ERROR_INVALID_FUNCTION, EISDIR),
    (win32::ERROR_CANT_RESOLVE_FILENAME, ELOOP),
    (win32::ERROR_TOO_MANY_OPEN_FILES, EMFILE),
    (win32::ERROR_FILENAME_EXCED_RANGE, ENAMETOOLONG),
    (win32::ERROR_BAD_PATHNAME, ENOENT),
    (win32::ERROR_DIRECTORY, ENOENT),
    (win32::ERROR_ENVVAR_NOT_FOUND, ENOENT),
    (win32::ERROR_FILE_NOT_FOUND, ENOENT),
    (win32::ERROR_INVALID_NAME, ENOENT),
    (win32::ERROR_INVALID_DRIVE, ENOENT),
    (win32::ERROR_INVALID_REPARSE_DATA, ENOENT),
    (win32::ERROR_MOD_NOT_FOUND, ENOENT),
    (win32::ERROR_PATH_NOT_FOUND, ENOENT),
    (win32::ERROR_NOT_ENOUGH_MEMORY, ENOMEM),
    (win32::ERROR_OUTOFMEMORY, ENOMEM),
    (win32::ERROR_CANNOT_MAKE, ENOSPC),
    (win32::ERROR_DISK_FULL, ENOSPC),
    (win32::ERROR_HANDLE_DISK_FULL, ENOSPC),
    // libuv has no row for this. Here it stands for a signal that does not exist on Windows.
    (win32::ERROR_CALL_NOT_IMPLEMENTED, ENOSYS),
    (win32::ERROR_NOT_SUPPORTED, ENOTSUP),
    (win32::ERROR_PRIVILEGE_NOT_HELD, EPERM),
    (win32::ERROR_BAD_PIPE, EPIPE),
    (win32::ERROR_BROKEN_PIPE, EOF),
    (win32::ERROR_NO_DATA, EPIPE),
    (win32::ERROR_PIPE_NOT_CONNECTED, EPIPE),
    (win32::ERROR_WRITE_PROTECT, EROFS),
    (win32::ERROR_SEM_TIMEOUT, ETIMEDOUT),
    (win32::ERROR_META_EXPANSION_TOO_LONG, E2BIG),
    (win32::ERROR_BAD_EXE_FORMAT, EFTYPE),
];
