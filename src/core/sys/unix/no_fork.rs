//! Keeps every thread of this process from forking, for as long as it takes to mark new descriptors close-on-exec on a
//! system that cannot do so as it opens them. A thread that calls `fork` meanwhile (libuv does, for a child that runs as
//! another user) waits for these few system calls. `posix_spawn` runs no atfork handlers and does not wait; but both
//! libuv and this library have it close all descriptors by default.

use std::cell::UnsafeCell;
use std::sync::Once;

/// Locked before a fork and unlocked after it, in the parent and in the child. It is the C library's mutex, because
/// Rust's can be unlocked only by its guard.
struct Lock(UnsafeCell<libc::pthread_mutex_t>);

// SAFETY: a mutex may be used by all threads, and only the C library changes its contents.
unsafe impl Sync for Lock {}

static LOCK: Lock = Lock(UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER));

extern "C" fn lock() {
    // SAFETY: initialised, and never destroyed. A thread that holds it neither forks nor locks it again.
    unsafe { libc::pthread_mutex_lock(LOCK.0.get()) };
}

extern "C" fn unlock() {
    // SAFETY: locked by this thread or, in a forked child, by the thread of the parent that this one is a copy of.
    unsafe { libc::pthread_mutex_unlock(LOCK.0.get()) };
}

pub struct NoFork(());

impl NoFork {
    /// No thread forks until the value is dropped. The calling thread must not fork or call this again meanwhile.
    pub fn begin() -> Self {
        static HANDLERS: Once = Once::new();
        // If this fails, a fork may still inherit an unmarked descriptor. The handlers are never removed; the library
        // is never unloaded.
        HANDLERS.call_once(|| {
            // SAFETY: the functions live as long as the process.
            unsafe { libc::pthread_atfork(Some(lock), Some(unlock), Some(unlock)) };
        });
        lock();
        Self(())
    }
}

impl Drop for NoFork {
    fn drop(&mut self) {
        unlock();
    }
}
