//! A process that ends with spawns in the queue starts them first: who calls `spawn()` and then
//! `process.exit()` expects what child_process does, whose spawn is over when the call returns.
//!
//! By atexit(3), which `process.exit()` and the end of `main` both come to while the other threads still
//! run. On Windows they are gone by then (DllMain, DLL_PROCESS_DETACH), so nothing is done there.

use super::pool;
use std::sync::OnceLock;
use std::time::Duration;

/// An exec can be stuck (a network file system, a lease): the process ends all the same.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

static PROCESS: OnceLock<u32> = OnceLock::new();

pub fn install() {
    PROCESS.get_or_init(|| {
        // SAFETY: a function that stays where it is, for the library is never unloaded. If there is no
        // room for it, what is queued at the end may not be started.
        unsafe { libc::atexit(finish) };
        std::process::id()
    });
}

extern "C" fn finish() {
    // A fork of this process that never called exec has none of our threads to wait for.
    if PROCESS.get() == Some(&std::process::id()) {
        pool::wait_until_all_are_done(LONGEST_WAIT);
    }
}
