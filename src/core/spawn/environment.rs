//! The environment of a child, and that of this process, which a child inherits by default.

use super::StringBlock;
#[cfg(unix)]
use std::ffi::{CStr, c_char};
use std::ops::Deref;
use std::sync::Arc;
#[cfg(unix)]
use std::sync::{Mutex, OnceLock, PoisonError};

/// A whole environment, as `KEY=value` entries. Clones share it.
#[derive(Clone, Debug, Default)]
pub struct Environment(Arc<Entries>);

#[derive(Debug, Default)]
struct Entries {
    block: StringBlock,
    /// The array that execve takes: null-terminated, with pointers into the block. It is made by the first thread that
    /// needs it, which is not a JavaScript thread.
    #[cfg(unix)]
    pointers: OnceLock<Vec<*const c_char>>,
}

// SAFETY: neither the block nor what the pointers point to is ever changed.
#[cfg(unix)]
unsafe impl Send for Entries {}
// SAFETY: as above.
#[cfg(unix)]
unsafe impl Sync for Entries {}

impl From<StringBlock> for Environment {
    fn from(block: StringBlock) -> Self {
        Self(Arc::new(Entries {
            block,
            #[cfg(unix)]
            pointers: OnceLock::new(),
        }))
    }
}

impl Deref for Environment {
    type Target = StringBlock;

    fn deref(&self) -> &StringBlock {
        &self.0.block
    }
}

#[cfg(unix)]
impl Environment {
    /// The entries as a null-terminated array, valid while this environment exists.
    pub fn pointers(&self) -> &[*const c_char] {
        self.0.pointers.get_or_init(|| self.0.block.pointers())
    }

    /// The environment of this process. As long as it has not changed, each call only compares it and returns the same
    /// copy.
    ///
    /// Call this only on the main JavaScript thread. Only that thread's `process.env` is the real environment (a worker's
    /// is a copy), so nothing changes it meanwhile.
    pub fn of_this_process() -> Self {
        static LAST: Mutex<Option<Environment>> = Mutex::new(None);
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = &*last
            && last.is_that_of_this_process()
        {
            return last.clone();
        }
        let now = Self::from(variables_of_this_process().map(CStr::to_bytes).collect::<StringBlock>());
        *last = Some(now.clone());
        now
    }

    /// Compares the bytes, because a program may change them in place (putenv(3)).
    fn is_that_of_this_process(&self) -> bool {
        let rest = variables_of_this_process()
            .try_fold(self.bytes(), |rest, variable| rest.strip_prefix(variable.to_bytes_with_nul()));
        rest.is_some_and(<[u8]>::is_empty)
    }
}

#[cfg(unix)]
fn variables_of_this_process() -> impl Iterator<Item = &'static CStr> {
    let mut entry = environment_pointer();
    std::iter::from_fn(move || {
        // SAFETY: a null-terminated array of C strings, which nothing changes while it is read (see `of_this_process`).
        unsafe {
            if entry.is_null() || (*entry).is_null() {
                return None;
            }
            let variable = CStr::from_ptr(*entry);
            entry = entry.add(1);
            Some(variable)
        }
    })
}

#[cfg(all(unix, not(target_vendor = "apple")))]
fn environment_pointer() -> *const *const c_char {
    unsafe extern "C" {
        static environ: *const *const c_char;
    }
    // SAFETY: POSIX's `environ`, read on the only thread that changes it.
    unsafe { environ }
}

/// On macOS, a shared library cannot refer to `environ` (man 7 environ).
#[cfg(all(unix, target_vendor = "apple"))]
fn environment_pointer() -> *const *const c_char {
    // SAFETY: the function returns a pointer that is always valid.
    unsafe { *libc::_NSGetEnviron() }.cast_const().cast()
}

#[cfg(windows)]
impl Environment {
    /// The environment of this process.
    pub fn of_this_process() -> Self {
        super::engine::environment_of_this_process().into()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// The tests share this process's environment, so it is not changed here: copies that differ from it are compared.
    #[test]
    fn one_that_has_changed_is_not_shared() {
        let now = Environment::of_this_process();
        assert!(Arc::ptr_eq(&now.0, &Environment::of_this_process().0));
        let without_the_last = now.iter().count() - 1;
        let shorter: StringBlock = now.iter().take(without_the_last).map(CStr::to_bytes).collect();
        assert!(!Environment::from(shorter).is_that_of_this_process());
        let longer: StringBlock = now.iter().map(CStr::to_bytes).chain([&b"MORE="[..]]).collect();
        assert!(!Environment::from(longer).is_that_of_this_process());
        let mut bytes = now.bytes().to_vec();
        *bytes.iter_mut().rev().nth(1).unwrap() ^= 1;
        bytes.pop();
        assert!(!Environment::from(StringBlock::from_joined(bytes)).is_that_of_this_process());
    }
}
