//! The environment of this process, as a child inherits it.

#[cfg(unix)]
use super::StringBlock;

/// Bytes: enough for most, so that the block is allocated once.
#[cfg(unix)]
const TYPICAL_SIZE: usize = 8 * 1024;

/// Read at once, in a few microseconds, where enumerating `process.env` takes one a variable.
///
/// Call it on the main JavaScript thread: it is the only one whose `process.env` is the real
/// environment, so nobody changes it meanwhile (a worker's `process.env` is a copy).
#[cfg(unix)]
pub fn of_this_process() -> StringBlock {
    use std::ffi::{CStr, c_char};
    let mut block = StringBlock::with_capacity(TYPICAL_SIZE);
    let mut entry: *const *const c_char = environment_pointer();
    // SAFETY: a null-terminated array of C strings, which nobody changes while we read (see above).
    unsafe {
        while !entry.is_null() && !(*entry).is_null() {
            block.push(CStr::from_ptr(*entry).to_bytes());
            entry = entry.add(1);
        }
    }
    block
}

#[cfg(all(unix, not(target_vendor = "apple")))]
fn environment_pointer() -> *const *const std::ffi::c_char {
    unsafe extern "C" {
        static environ: *const *const std::ffi::c_char;
    }
    // SAFETY: POSIX's `environ`, read on the thread that alone changes it.
    unsafe { environ }
}

/// Libraries cannot name `environ` on macOS (man 7 environ).
#[cfg(all(unix, target_vendor = "apple"))]
fn environment_pointer() -> *const *const std::ffi::c_char {
    // SAFETY: returns a pointer that is always valid.
    unsafe { *libc::_NSGetEnviron() }.cast_const().cast()
}

#[cfg(windows)]
pub use super::engine::environment_of_this_process as of_this_process;
