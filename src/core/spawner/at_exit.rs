//! Makes a process that ends start the programs that are still in the queue. A program that calls `spawn()` and
//! then `process.exit()` expects the child to be started, as it is by child_process, whose spawn is complete when
//! the call returns.
//!
//! An atexit(3) handler waits for the queue. `process.exit()` and the end of `main` both run it while the other
//! threads still run. On Windows, those threads are gone by then (DllMain, DLL_PROCESS_DETACH), so nothing is
//! done there.

use super::pool;
use std::sync::OnceLock;
use std::time::Duration;

/// An exec can block for long (a network file system, a lease). It must not keep the process from ending.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

static PROCESS: OnceLock<u32> = OnceLock::new();

pub fn install() {
    PROCESS.get_or_init(|| {
        // SAFETY: `finish` stays valid, because the library is never unloaded. The call can fail for lack of
        // memory; what is queued when the process ends may then not be started.
        unsafe { libc::atexit(finish) };
        std::process::id()
    });
}

extern "C" fn finish() {
    // In a forked copy of this process that has not called exec, our threads do not exist.
    if PROCESS.get() == Some(&std::process::id()) {
        pool::wait_until_all_are_done(LONGEST_WAIT);
    }
}
