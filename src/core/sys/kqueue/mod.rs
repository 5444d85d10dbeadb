//! macOS and FreeBSD: processes are named by their pids, and kqueue reports their exits.

mod calls;
mod exit_watcher;
mod group;
mod handle;
mod own_process;
mod records;
mod watchdog;

pub use exit_watcher::ExitWatcher;
pub use handle::Handle;
pub use own_process::{Control, OwnProcess};
pub use watchdog::Watchdog;
