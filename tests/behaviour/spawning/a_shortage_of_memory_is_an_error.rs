//! No more address space (RLIMIT_AS): an error, nothing left of the attempt, and nothing lost for the
//! spawns that come after it.

use crate::support::limit::until;
use crate::support::own_process::in_own_process;
use crate::support::plans::plan;
use crate::support::proc::{children, fds, is_settled, threads};
use shared_child_native::core::spawn::SpawnError;
use shared_child_native::core::spawner;

/// Enough for what the heap may ask for, but not for a stack.
const SLACK: u64 = 64 * 1024;

fn limit_address_space(bytes: libc::rlim_t) {
    let limit = libc::rlimit { rlim_cur: bytes, rlim_max: libc::RLIM_INFINITY };
    // SAFETY: a valid rlimit.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
}

/// Runs `act` in a process that can hardly map any more memory.
fn without_memory<T>(act: impl FnOnce() -> T) -> T {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: u64 = statm.split(' ').next().unwrap().parse().unwrap();
    // SAFETY: takes an integer.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as u64;
    limit_address_space(pages * page + SLACK);
    let result = act();
    limit_address_space(libc::RLIM_INFINITY);
    result
}

fn spawn() -> Result<(), SpawnError> {
    let child = spawner::spawn(plan(&["true"]))?;
    assert!(child.shared.wait().unwrap().success());
    Ok(())
}

fn assert_short_of_memory(error: SpawnError) {
    // A thread that cannot be made is EAGAIN: pthread_create(3).
    assert!([-libc::ENOMEM, -libc::EAGAIN].contains(&error.errno), "{error:?}");
}

#[test]
fn of_the_first_spawn_which_needs_a_thread() {
    in_own_process!(|| {
        let (open, running) = (fds("self"), threads().len());
        let error = without_memory(spawn).unwrap_err();
        assert_short_of_memory(error);
        assert_eq!(children(), [0_u32; 0]);
        assert_eq!((fds("self"), threads().len()), (open, running));
        spawn().unwrap();
    });
}

/// If a fork starts the child, no stack is needed, and the spawn may work.
#[test]
fn of_a_threads_first_spawn_which_needs_a_stack() {
    in_own_process!(|| {
        let inherited = fds("self");
        spawn().unwrap();
        until("it is closed", || is_settled(&inherited));
        let open = fds("self");
        std::thread::spawn(move || {
            if let Err(error) = without_memory(spawn) {
                assert_short_of_memory(error);
            } else {
                assert!(std::env::var("SHARED_CHILD_ENGINE").is_ok_and(|engine| engine == "fork"));
            }
            until("nothing is left", || children().is_empty() && fds("self") == open);
            spawn().unwrap();
        })
        .join()
        .unwrap();
    });
}
