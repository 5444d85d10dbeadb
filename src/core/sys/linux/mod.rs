//! Linux: pidfds where the kernel has them (5.4 and up), pids where it has not.

mod caller;
mod exit_watcher;
mod handle;
mod own_process;
pub mod pidfd;
mod scheduling;
mod waitid;
mod witness;

pub use caller::{Caller, Scheduling};
pub use exit_watcher::ExitWatcher;
pub use handle::Handle;
pub use own_process::OwnProcess;
pub use scheduling::Batch;
pub use witness::Witness;
