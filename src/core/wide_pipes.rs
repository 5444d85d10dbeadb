//! Room in the pipes that are in use. Through one of the usual 64 KiB, a child that writes as much at a
//! time waits for its reader at every write, and goes at half the speed.

use super::sys::PipeEnd;
use std::sync::atomic::{AtomicUsize, Ordering};

/// 64 of them take a quarter of what Linux gives a user before it makes the next ones small:
/// pipe-user-pages-soft, pipe(7).
const CAPACITY: usize = 256 * 1024;
const MOST: usize = 64;

static WIDE: AtomicUsize = AtomicUsize::new(0);

/// One of those that there may be at a time, until it is dropped.
#[derive(Debug)]
pub struct Wide(());

impl Wide {
    /// `None`: there are enough, or the system would not. The pipe works all the same.
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
