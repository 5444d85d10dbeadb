//! Linux: processes are named by pidfd where the kernel has them (5.4 and up), and by pid elsewhere.

mod caller;
mod cgroup;
mod exit_watcher;
mod group;
mod handle;
mod members;
mod own_process;
pub mod pidfd;
mod scheduling;
mod tether;
mod waitid;
mod witness;

pub use caller::{Caller, Scheduling};
pub use cgroup::Cgroup;
pub use exit_watcher::ExitWatcher;
pub use handle::Handle;
pub use own_process::{Hold, OwnProcess};
pub use scheduling::Batch;
pub use tether::Tether;
pub use witness::Witness;
