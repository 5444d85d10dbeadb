//! Linux: processes are named by pidfd where the kernel has them (5.4 and up), and by pid elsewhere.

mod caller;
mod cgroup;
mod death_pipes;
mod exit_watcher;
mod group;
mod handle;
mod members;
mod own_process;
pub mod pidfd;
mod rights;
mod scheduling;
mod waitid;

pub use caller::{Caller, Scheduling};
pub use cgroup::Cgroup;
pub use death_pipes::DeathPipes;
pub use exit_watcher::ExitWatcher;
pub use handle::Handle;
pub use own_process::{Control, OwnProcess};
pub use rights::RightsComparer;
pub use scheduling::Batch;
