//! A child process that any number of threads can wait on, poll and kill at once, without ever
//! signalling a process it did not start. The modules, in the order of a child's life:
//!
//! [`spawn`] starts it, [`child`] represents it, [`registry`] keeps it, [`reactor`] learns of its exit, [`reaper`]
//! reaps it, [`shared_child`] decides which thread may reap or signal it, and [`exit_status`] says how it ended.

mod causes;
pub mod exit_status;
pub mod process;
pub mod process_and_group;
pub mod shared_child;
pub mod signal;
mod std_child;
mod sync;
pub mod sys;

#[cfg(not(loom))]
pub mod child;
#[cfg(not(loom))]
pub mod child_handle;
#[cfg(not(loom))]
pub mod clock;
#[cfg(not(loom))]
pub mod collector;
#[cfg(not(loom))]
pub mod ending;
#[cfg(all(unix, not(loom)))]
pub mod exchange;
#[cfg(not(loom))]
pub mod group;
#[cfg(not(loom))]
mod group_waiters;
#[cfg(not(loom))]
mod pending_signals;
#[cfg(not(loom))]
mod pipe_buffers;
#[cfg(not(loom))]
pub mod reactor;
#[cfg(not(loom))]
pub mod reaper;
#[cfg(not(loom))]
pub mod registry;
#[cfg(not(loom))]
pub mod spawn;
#[cfg(not(loom))]
pub mod spawner;
#[cfg(not(loom))]
mod weak_children;

pub use exit_status::{Cause, ExitStatus, ResourceUsage};
pub use process::Process;
pub use shared_child::SharedChild;
