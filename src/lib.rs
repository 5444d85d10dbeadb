//! The native half of `shared-child`.
//!
//! [`core`] is a child process that any number of threads can wait on, poll and kill at once; it
//! knows nothing of JavaScript. `binding` is what JavaScript sees of it: conversions only.

pub mod core;

// napi registers nothing in a test build of the library itself.
#[cfg(all(feature = "binding", not(loom), not(test)))]
mod binding;
