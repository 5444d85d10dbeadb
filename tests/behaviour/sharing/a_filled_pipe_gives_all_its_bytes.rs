//! What was left in the pipe of an exited child goes to another child through a new pipe.

use crate::support::limit::until;
use crate::support::own_process::in_own_process;
use shared_child_native::core::sys;
use std::fs::{self, File};
use std::io::Read;

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|i| (i % 251) as u8).collect()
}

#[test]
fn as_many_as_fit_and_more() {
    for count in [0, 1, 4096, 65_536, 1_000_000] {
        let sent = bytes(count);
        let mut read = Vec::new();
        File::from(sys::filled_pipe(&sent).unwrap()).read_to_end(&mut read).unwrap();
        assert!(read == sent, "{count} bytes were sent, {} came", read.len());
    }
}

/// If the reader stops early, the writing thread ends, and this process does not die of SIGPIPE, which not every host
/// ignores.
#[test]
fn nothing_is_left_when_the_reader_goes() {
    in_own_process!(|| {
        // SAFETY: no handler runs.
        unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        let threads = || fs::read_dir("/proc/self/task").unwrap().count();
        let before = threads();
        let reader = sys::filled_pipe(&bytes(1_000_000)).unwrap();
        assert_eq!(threads(), before + 1);
        drop(reader);
        until("its thread is gone", || threads() == before);
    });
}
