//! Larger buffers for the pipes that are in use. With the default of 64 KiB, a child that writes 64 KiB at a
//! time waits for its reader at every write, which halves the throughput.

use super::sys::PipeEnd;
use std::sync::atomic::{AtomicUsize, Ordering};

/// 64 such buffers are a quarter of what Linux lets a user have (pipe-user-pages-soft, pipe(7)). Beyond that,
/// it makes the user's new pipes small.
const CAPACITY: usize = 256 * 1024;
const MAX_PERMITS: usize = 64;

static IN_USE: AtomicUsize = AtomicUsize::new(0);

/// A permit for one large buffer. At most [`MAX_PERMITS`] exist at a time; dropping one returns it.
#[derive(Debug)]
pub struct BufferPermit(());

impl BufferPermit {
    /// Enlarges the buffer of `pipe`. `None`: no permit is left, or the system refused; the pipe then keeps its
    /// default size.
    pub fn enlarge(pipe: &PipeEnd) -> Option<Self> {
        IN_USE
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |in_use| {
                (in_use < MAX_PERMITS).then_some(in_use + 1)
            })
            .ok()?;
        let permit = Self(());
        pipe.set_capacity(CAPACITY).ok().map(|()| permit)
    }
}

impl Drop for BufferPermit {
    fn drop(&mut self) {
        IN_USE.fetch_sub(1, Ordering::Relaxed);
    }
}
