//! The locks of the state machine. They are those of the standard library or, in the tests that explore every interleaving
//! (`--cfg loom`, tests/loom.rs), those of loom.

#[cfg(loom)]
pub use loom::sync::{Condvar, Mutex, MutexGuard};
#[cfg(not(loom))]
pub use std::sync::{Condvar, Mutex, MutexGuard};
