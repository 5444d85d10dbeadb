//! What we need of the program that has loaded us, Node or Electron: its table of fds. An fd on
//! Windows is an index into a table of the C library, and each copy of that library has its own;
//! JavaScript's fds are those of the host's libuv, which exports what it takes to use them.

use super::Descriptor;
use super::check;
use std::ffi::{CStr, c_int};
use std::io;
use std::os::windows::io::{AsRawHandle, BorrowedHandle, OwnedHandle};
use std::ptr;
use windows_sys::Win32::Foundation::{ERROR_INVALID_HANDLE, HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GET_MODULE_HANDLE_EX_FLAG_PIN, GetModuleHandleExW,
    GetModuleHandleW, GetProcAddress,
};

type HostFunction = unsafe extern "system" fn() -> isize;

/// A function that the host program exports. `Unsupported` where it is no Node.
fn host_function(name: &CStr) -> io::Result<HostFunction> {
    // SAFETY: null names the program itself, and `name` is a C string.
    let function = unsafe { GetProcAddress(GetModuleHandleW(ptr::null()), name.as_ptr().cast()) };
    function.ok_or(io::ErrorKind::Unsupported.into())
}

/// Whether the host program has a table of fds that we can use.
pub fn has_fds() -> bool {
    host_function(c"uv_get_osfhandle").is_ok()
}

/// A handle of the caller's own for one of JavaScript's fds; ours stay ours.
pub fn duplicate_fd(fd: i32) -> io::Result<Descriptor> {
    let function = host_function(c"uv_get_osfhandle")?;
    // SAFETY: uv_os_fd_t uv_get_osfhandle(int fd), of uv.h.
    let get: unsafe extern "C" fn(c_int) -> HANDLE = unsafe { std::mem::transmute(function) };
    // SAFETY: the host's C library answers -1 for an fd that is none, and -2 for one without a file.
    let handle = unsafe { get(fd) };
    if handle.is_null() || handle == INVALID_HANDLE_VALUE || handle.addr() == -2_isize as usize {
        return Err(io::Error::from_raw_os_error(ERROR_INVALID_HANDLE as i32));
    }
    // SAFETY: open, as far as JavaScript keeps from closing an fd that it is handing to us in this
    // call; otherwise the system refuses it.
    unsafe { BorrowedHandle::borrow_raw(handle) }.try_clone_to_owned()
}

/// An fd of JavaScript's for a handle: the fd's from now on. On an error the handle is closed.
pub fn fd_of(handle: OwnedHandle) -> io::Result<i32> {
    let function = host_function(c"uv_open_osfhandle")?;
    // SAFETY: int uv_open_osfhandle(uv_os_fd_t os_fd), of uv.h.
    let open: unsafe extern "C" fn(HANDLE) -> c_int = unsafe { std::mem::transmute(function) };
    // SAFETY: an open handle.
    let fd = unsafe { open(handle.as_raw_handle()) };
    if fd < 0 {
        return Err(io::Error::from_raw_os_error(ERROR_INVALID_HANDLE as i32));
    }
    // Closing the fd closes it.
    std::mem::forget(handle);
    Ok(fd)
}

/// Keeps this library loaded for as long as the process lives. Node unloads it with the last worker
/// that has it, while callbacks of the thread pool are still to come (MS docs: GetModuleHandleExW).
pub fn pin_module() {
    let mut module = ptr::null_mut();
    let flags = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    let address = pin_module as fn() as *const u16;
    // SAFETY: with these flags the name is an address inside the module. It cannot fail for our own.
    let _ = check(unsafe { GetModuleHandleExW(flags, address, &mut module) });
}
