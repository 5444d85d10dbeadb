//! Learns of the exits of any number of processes without a thread of its own: the system's thread pool waits
//! (63 processes per thread) and calls back. MS docs: RegisterWaitForSingleObject.

use super::{Handle, PipeEnd, check};
use crate::core::sys::{WatcherCallbacks, has_no_reactor};
use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, OwnedHandle};
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};
use std::time::Duration;
use windows_sys::Win32::Foundation::{HANDLE, INVALID_HANDLE_VALUE};
use windows_sys::Win32::System::Threading::{
    INFINITE, RegisterWaitForSingleObject, UnregisterWaitEx, WT_EXECUTEONLYONCE,
};

/// How soon to call `on_exit` again after it has returned `false`.
const ASK_AGAIN: Duration = Duration::from_millis(50);

pub struct ExitWatcher {
    on_exit: fn(usize) -> bool,
}

impl ExitWatcher {
    /// `on_exit` is called on a thread of the pool for each key whose process has exited, again and again until it
    /// returns `true`. With `SHARED_CHILD_REACTOR=threads` this fails with `Unsupported`.
    pub fn start(callbacks: WatcherCallbacks) -> io::Result<Arc<Self>> {
        if has_no_reactor() {
            return Err(io::ErrorKind::Unsupported.into());
        }
        Ok(Arc::new(Self { on_exit: callbacks.on_exit }))
    }

    /// Watches a process, which may have exited already, under a key of its own.
    pub fn add(&self, key: usize, handle: &Handle) -> io::Result<()> {
        let Handle::Own(process) = handle else {
            return Err(io::ErrorKind::Unsupported.into());
        };
        let watch = Arc::new(Watch {
            key,
            on_exit: self.on_exit,
            process: Arc::clone(process),
            registration: AtomicPtr::new(ptr::null_mut()),
        });
        let context = Arc::into_raw(Arc::clone(&watch));
        let mut registration: HANDLE = ptr::null_mut();
        // SAFETY: the handle stays open until the callback has run: `context` is a strong reference to its owner, which
        // only `exited` takes back. `exited` runs exactly once, because nothing unregisters before.
        let registered = check(unsafe {
            RegisterWaitForSingleObject(
                &mut registration,
                watch.process.as_raw_handle(),
                Some(exited),
                context.cast(),
                INFINITE,
                WT_EXECUTEONLYONCE,
            )
        });
        if let Err(error) = registered {
            // SAFETY: from `into_raw` above. The callback will not run, so nothing else takes it back.
            drop(unsafe { Arc::from_raw(context) });
            return Err(error);
        }
        watch.meet(registration);
        Ok(())
    }

    /// Does nothing: a handle stays open until the process has exited, and `on_exit` then finds nobody with the key.
    pub fn forget(&self, _key: usize) {}

    /// Windows does not report a hang-up while there are unread bytes in the pipe.
    pub fn add_hangup(&self, _key: usize, _pipe: &PipeEnd) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Not supported: Windows reports that a read is complete, not that one is possible. A stream of JavaScript has to
    /// read.
    pub fn add_readable(&self, _key: usize, _pipe: &PipeEnd) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn forget_readable(&self, _pipe: &PipeEnd) {}
}

struct Watch {
    key: usize,
    on_exit: fn(usize) -> bool,
    /// Open until the callback has run.
    process: Arc<OwnedHandle>,
    /// Null at first; then whichever comes first, the registration or `CALLED`.
    registration: AtomicPtr<c_void>,
}

/// Stands in `registration` for "the callback has run, and `add` has not stored the registration yet".
const CALLED: HANDLE = INVALID_HANDLE_VALUE;

impl Watch {
    /// Called by `add` with the registration and by the callback with `CALLED`, in either order. The second call knows
    /// both, and gives the registration back to the system.
    fn meet(&self, mine: HANDLE) {
        let other = self.registration.swap(mine, Ordering::AcqRel);
        let registration = if mine == CALLED { other } else { mine };
        if !other.is_null() {
            // SAFETY: the registration has not been given back yet. Without an event to signal, the call does not
            // block. It may be made within the callback; it takes effect after that has returned.
            unsafe { UnregisterWaitEx(registration, ptr::null_mut()) };
        }
    }
}

unsafe extern "system" fn exited(context: *mut c_void, _timed_out: bool) {
    // SAFETY: the strong reference that `add` has made for the callback, which runs once.
    let watch = unsafe { Arc::from_raw(context.cast_const().cast::<Watch>()) };
    // This is the only notification. The pool starts another thread when one is held up.
    while !std::panic::catch_unwind(|| (watch.on_exit)(watch.key)).unwrap_or(false) {
        std::thread::sleep(ASK_AGAIN);
    }
    watch.meet(CALLED);
}
