//! The locks of the state machine: the standard library's, or loom's in the tests that explore every
//! interleaving (`--cfg loom`, tests/loom.rs).

#[cfg(loom)]
pub use loom::sync::{Condvar, Mutex, MutexGuard};
#[cfg(not(loom))]
pub use std::sync::{Condvar, Mutex, MutexGuard};
