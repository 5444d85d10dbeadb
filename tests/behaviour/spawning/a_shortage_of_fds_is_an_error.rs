//! EMFILE, at every fd that a spawn needs: an error, nothing left of the attempt, and nothing lost for
//! the spawns that come after it.

use crate::support::limit::until;
use crate::support::own_process::in_own_process;
use crate::support::plans::{plan, start};
use crate::support::proc::{children, fds, is_settled};
use shared_child_native::core::spawn::{Plan, Stdio};
use shared_child_native::core::spawner;
use shared_child_native::core::sys::pidfd;

/// More than any spawn needs.
const ENOUGH: usize = 40;

fn limit_fds(first_forbidden: libc::rlim_t) {
    let limit = libc::rlimit { rlim_cur: first_forbidden, rlim_max: 1024 };
    // SAFETY: a valid rlimit.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
}

/// Runs `act` in a process that can open `spare` more fds.
fn with_spare_fds<T>(spare: usize, act: impl FnOnce() -> T) -> T {
    let open = fds("self");
    let mut free = (0..).filter(|fd| !open.contains_key(fd));
    limit_fds(free.nth(spare).unwrap() as libc::rlim_t);
    let result = act();
    limit_fds(1024);
    result
}

/// Three pipes and /dev/null, which are seven fds to open, and a file.
fn greedy_plan() -> Plan {
    let mut plan = plan(&["/bin/true"]);
    let file = std::fs::File::open("/dev/null").unwrap();
    plan.stdio = vec![Stdio::Pipe, Stdio::Pipe, Stdio::Ignore, Stdio::Pipe, Stdio::Given(file.into())];
    plan
}

fn spawn_unwatched(plan: Plan) -> Result<(), i32> {
    let started = start(&plan).map_err(|error| error.errno)?;
    assert!(started.child.wait().unwrap().success());
    Ok(())
}

fn spawn_watched(plan: Plan) -> Result<(), i32> {
    let child = spawner::spawn(plan).map_err(|error| error.errno)?;
    assert!(child.shared.wait().unwrap().success());
    Ok(())
}

/// It fails for want of one fd, then for want of the next, until there are enough.
fn assert_each_shortage_leaves_nothing(spawn: fn(Plan) -> Result<(), i32>) {
    let inherited = fds("self");
    spawn(greedy_plan()).unwrap(); // opens everything that is opened only once
    until("all is closed again", || is_settled(&inherited));
    let mut failures = 0;
    for spare in 0..ENOUGH {
        let before = fds("self");
        let plan = greedy_plan();
        match with_spare_fds(spare, || spawn(plan)) {
            Ok(()) => break,
            Err(errno) => assert_eq!(errno, -libc::EMFILE, "with {spare} fds to spare"),
        }
        failures += 1;
        assert_eq!(fds("self"), before, "with {spare} fds to spare");
        assert_eq!(children(), [0_u32; 0], "with {spare} fds to spare");
    }
    assert!((7..ENOUGH).contains(&failures), "{failures} failures");
}

#[test]
fn at_each_fd_of_the_engine() {
    in_own_process!(|| assert_each_shortage_leaves_nothing(spawn_unwatched));
}

#[test]
fn at_each_fd_of_a_watched_spawn() {
    in_own_process!(|| assert_each_shortage_leaves_nothing(spawn_watched));
}

/// What is probed only once must not be decided by a shortage.
#[test]
fn at_each_fd_of_the_very_first_spawn() {
    in_own_process!(|| {
        let spawns = (0..ENOUGH).map(|spare| {
            let plan = greedy_plan();
            with_spare_fds(spare, || spawn_watched(plan))
        });
        let failures: Vec<_> = spawns.take_while(Result::is_err).collect();
        assert!((7..ENOUGH).contains(&failures.len()), "{failures:?}");
        assert!(failures.iter().all(|failure| *failure == Err(-libc::EMFILE)), "{failures:?}");
        let threads_are_forced = std::env::var("SHARED_CHILD_REACTOR").is_ok_and(|value| value == "threads");
        assert_eq!(pidfd::usable(), !threads_are_forced, "every child now costs a thread");
    });
}
