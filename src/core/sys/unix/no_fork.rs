//! A time in which nobody in this process forks: for descriptors that cannot be made close-on-exec in one step. Whoever
//! calls `fork` (libuv does, for a child that runs as another user) waits for its end, which is a few system calls away.
//! It does not hold up `posix_spawn`, which calls no handlers: libuv and we ourselves have it close everything by default.

use std::cell::UnsafeCell;
use std::sync::Once;

/// Locked before a fork and unlocked after it, in the parent and in the child: a Mutex of the C library's, for that of the
/// standard library can be unlocked by its guard only.
struct Lock(UnsafeCell<libc::pthread_mutex_t>);

// SAFETY: a mutex is for all threads, and what is in it is changed by the C library only.
unsafe impl Sync for Lock {}

static LOCK: Lock = Lock(UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER));

extern "C" fn lock() {
    // SAFETY: initialised, and never destroyed. Who holds it neither forks nor locks it again.
    unsafe { libc::pthread_mutex_lock(LOCK.0.get()) };
}

extern "C" fn unlock() {
    // SAFETY: locked by this thread, or by the one that this thread of a child is a copy of.
    unsafe { libc::pthread_mutex_unlock(LOCK.0.get()) };
}

pub struct NoFork(());

impl NoFork {
    /// Until this is dropped. What is done meanwhile must neither fork nor begin another one.
    pub fn begin() -> Self {
        static HANDLERS: Once = Once::new();
        // A failure leaves the gap open that there is without this. The handlers stay for ever, as this library's threads do.
        HANDLERS.call_once(|| {
            // SAFETY: three functions that live as long as the program.
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
