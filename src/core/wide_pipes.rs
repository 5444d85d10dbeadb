//! Larger buffers for the pipes that are in use. With the default of 64 KiB, a child that writes 64 KiB at a
//! time waits for its reader at every write, which halves the throughput.

use super::sys::PipeEnd;
use std::sync::atomic::{AtomicUsize, Ordering};

/// 64 such buffers are a quarter of what Linux lets a user have (pipe-user-pages-soft, pipe(7)). Beyond that,
/// it makes the user's new pipes small.
const CAPACITY: usize = 256 * 1024;
const MOST: usize = 64;

static WIDE: AtomicUsize = AtomicUsize::new(0);

/// A permit for one large buffer. At most [`MOST`] exist at a time; dropping one returns it.
#[derive(Debug)]
pub struct Wide(());

impl Wide {
    /// Enlarges the buffer of `pipe`. `None`: no permit is left, or the system refused; the pipe then keeps its
    /// default size.
    pub fn make(pipe: &PipeEnd) -> Option<Self> {
        WIDE.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |wide| (wide < MOST).then_some(wide + 1))
            .ok()?;
        let wide = Self(());
        pipe.set_capacity(CAPACITY).ok().map(|()| wide)
    }
}

impl Drop for Wide {
    fn drop(&mut self) {
        WIDE.fetch_sub(1, Ordering::Relaxed);
    }
}
