//! Systems without a policy for threads that should not preempt who wakes them.

pub struct Batch;

impl Batch {
    pub fn begin() -> Self {
        Self
    }

    pub fn pause<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }
}
