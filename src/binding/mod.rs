//! What JavaScript sees of the core. It only converts values and makes no decision about processes.
//!
//! [`events`] brings events to a JS thread, and [`wake`] wakes that thread for them. [`child`] is the handle on a
//! child, and [`tasks`] has its three jobs for libuv's pool. [`collector`] collects a child's output. [`streams`] is
//! for JavaScript's streams that are given to a child. [`child_process`] and `run_sync` are for the replacement of
//! node:child_process. [`records`], [`options`], [`text`], [`status`] and [`error`] convert values.

mod child;
mod child_process;
mod collector;
mod error;
mod events;
mod options;
mod records;
#[cfg(unix)]
mod run_sync;
mod status;
mod streams;
mod tasks;
mod text;
mod wake;

use napi_derive::napi;

/// Returns the name of a signal: 'SIGKILL', 'SIGRTMIN+3'.
#[napi(catch_unwind)]
pub fn signal_name(signal: i32) -> String {
    crate::core::signal::name(signal).into_owned()
}

/// Returns the number of SIGRTMIN, the first real-time signal that programs may use, or 0 where there are none.
#[napi(catch_unwind)]
pub fn first_realtime_signal() -> i32 {
    crate::core::signal::first_realtime()
}

/// Keeps the library loaded for as long as the process lives, because its threads outlast the worker that loaded it.
#[cfg(windows)]
#[napi_derive::module_init]
fn init() {
    crate::core::sys::pin_module();
}
