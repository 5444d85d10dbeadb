//! Between clone and exec the child runs in the parent's memory: a handler of the parent's that ran in it
//! would be the parent's own code, in a process that it knows nothing of.

use crate::support::limit::until;
use crate::support::own_process::in_own_process;
use crate::support::plans::{error, plan, run};
use std::ffi::c_int;
use std::ptr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::thread;

/// Signals that a child ignores once its handlers are reset: it may receive them at any time.
const SIGNALS: [c_int; 3] = [libc::SIGWINCH, libc::SIGURG, libc::SIGCHLD];

static PARENT: AtomicU32 = AtomicU32::new(0);
static RAN_IN_PARENT: AtomicU32 = AtomicU32::new(0);

/// How often a handler ran in a child: in memory that a forked child shares as well.
fn ran_in_child() -> &'static AtomicU32 {
    static COUNT: OnceLock<&AtomicU32> = OnceLock::new();
    COUNT.get_or_init(|| {
        let (access, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_SHARED | libc::MAP_ANONYMOUS);
        // SAFETY: a new mapping of zeros, large and aligned enough, which is never unmapped.
        unsafe { &*libc::mmap(ptr::null_mut(), 4096, access, flags, -1, 0).cast() }
    })
}

extern "C" fn handler(_signal: c_int) {
    // SAFETY: takes no arguments, and no library caches its result.
    let process = unsafe { libc::syscall(libc::SYS_getpid) } as u32;
    let count = if process == PARENT.load(Relaxed) { &RAN_IN_PARENT } else { ran_in_child() };
    count.fetch_add(1, Relaxed);
}

#[test]
fn not_even_in_a_storm_of_signals() {
    in_own_process!(|| {
        PARENT.store(std::process::id(), Relaxed);
        ran_in_child();
        // SAFETY: the handler keeps to atomics and a system call. The session is for the signals below to
        // reach this process and its children only.
        unsafe {
            assert!(libc::setsid() > 0);
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = handler as *const () as libc::sighandler_t;
            action.sa_flags = libc::SA_RESTART;
            for signal in SIGNALS {
                assert_eq!(libc::sigaction(signal, &action, ptr::null_mut()), 0);
            }
        }
        thread::spawn(|| {
            loop {
                for signal in SIGNALS {
                    // SAFETY: takes integers.
                    unsafe { libc::kill(0, signal) };
                }
            }
        });
        until("the storm has begun", || RAN_IN_PARENT.load(Relaxed) > 0);
        for _ in 0..100 {
            // A failed exec takes the same path until then, and is much cheaper.
            for _ in 0..20 {
                assert_eq!(error(&plan(&["/no/such/program"])).errno, -libc::ENOENT);
            }
            run(&plan(&["/bin/true"])).text();
        }
        assert_eq!(ran_in_child().load(Relaxed), 0);
    });
}
