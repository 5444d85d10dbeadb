//! Access to the fds of the program that has loaded this library, Node or Electron. On Windows, an fd is an index into a
//! table of the C library, and each copy of that library has its own table. JavaScript's fds are those of the host's
//! copy; the host exports libuv's functions that use them.

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

/// A function that the host program exports. `Unsupported`: it does not, so it is not Node.
fn host_function(name: &CStr) -> io::Result<HostFunction> {
    // SAFETY: null names the program itself, and `name` is a C string.
    let function = unsafe { GetProcAddress(GetModuleHandleW(ptr::null()), name.as_ptr().cast()) };
    function.ok_or(io::ErrorKind::Unsupported.into())
}

/// Whether the host program has a table of fds that we can use.
pub fn has_fds() -> bool {
    host_function(c"uv_get_osfhandle").is_ok()
}

/// A new handle on the file of one of JavaScript's fds.
pub fn duplicate_fd(fd: i32) -> io::Result<Descriptor> {
    let function = host_function(c"uv_get_osfhandle")?;
    // SAFETY: declared in uv.h as uv_os_fd_t uv_get_osfhandle(int fd).
    let get: unsafe extern "C" fn(c_int) -> HANDLE = unsafe { std::mem::transmute(function) };
    // SAFETY: takes any integer. The host's C library returns -1 for an fd that is not open, and -2 for one without a
    // file.
    let handle = unsafe { get(fd) };
    if handle.is_null() || handle == INVALID_HANDLE_VALUE || handle.addr() == -2_isize as usize {
        return Err(io::Error::from_raw_os_error(ERROR_INVALID_HANDLE as i32));
    }
    // SAFETY: the handle is open, unless another thread closes the fd that JavaScript passes in this call; the system
    // then refuses it.
    unsafe { BorrowedHandle::borrow_raw(handle) }.try_clone_to_owned()
}

/// Makes one of JavaScript's fds from a handle. The fd owns the handle from then on. On an error, the handle is closed.
pub fn fd_of(handle: OwnedHandle) -> io::Result<i32> {
    let function = host_function(c"uv_open_osfhandle")?;
    // SAFETY: declared in uv.h as int uv_open_osfhandle(uv_os_fd_t os_fd).
    let open: unsafe extern "C" fn(HANDLE) -> c_int = unsafe { std::mem::transmute(function) };
    // SAFETY: an open handle.
    let fd = unsafe { open(handle.as_raw_handle()) };
    if fd < 0 {
        return Err(io::Error::from_raw_os_error(ERROR_INVALID_HANDLE as i32));
    }
    // The fd closes the handle from now on.
    std::mem::forget(handle);
    Ok(fd)
}

/// Keeps this library loaded until the process ends (MS docs: GetModuleHandleExW). Node would unload it when the last
/// worker that uses it ends, while the system's thread pool may still call back into it.
pub fn pin_module() {
    let mut module = ptr::null_mut();
    let flags = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    let address = pin_module as fn() as *const u16;
    // SAFETY: with these flags, the name is taken as an address inside the module. It cannot fail for our own address.
    let _ = check(unsafe { GetModuleHandleExW(flags, address, &mut module) });
}
