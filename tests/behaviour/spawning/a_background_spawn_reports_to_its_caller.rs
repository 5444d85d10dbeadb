//! The spawner threads: every job's result comes back, whatever the others do.

use crate::support::limit::{time_limit, until};
use crate::support::plans::{plan, script};
use crate::support::proc::{stat, threads, threads_named};
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::spawn::{Plan, SpawnError, Stage};
use shared_child_native::core::spawner::{Job, spawn_in_background};
use std::sync::mpsc::{self, Receiver};

fn spawn(plan: Plan) -> Receiver<Result<ChildHandle, SpawnError>> {
    let (sender, result) = mpsc::channel();
    let request = Box::new(move |result| sender.send(result).unwrap());
    spawn_in_background(Job { plan, request }).unwrap();
    result
}

#[test]
fn with_the_running_child_or_the_error() {
    let _limit = time_limit();
    let jobs: Vec<_> = (0..100).map(|code| spawn(script(&format!("exit {code}")))).collect();
    let failing: Vec<_> = (0..100).map(|_| spawn(plan(&["/no/such/program"]))).collect();
    for (code, job) in jobs.into_iter().enumerate() {
        let child = job.recv().unwrap().unwrap();
        assert_eq!(child.shared.wait().unwrap().code(), Some(code as u32));
    }
    for job in failing {
        let expected = SpawnError { errno: -libc::ENOENT, stage: Stage::Spawn };
        assert_eq!(job.recv().unwrap().unwrap_err(), expected);
    }
}

#[test]
fn although_another_callers_panics() {
    let _limit = time_limit();
    for _ in 0..10 {
        let request = Box::new(|_| panic!("on purpose"));
        spawn_in_background(Job { plan: plan(&["true"]), request }).unwrap();
    }
    assert!(spawn(plan(&["true"])).recv().unwrap().unwrap().shared.wait().unwrap().success());
}

/// With PR_SET_PDEATHSIG, the kernel ends a child with the thread that spawned it.
#[test]
fn from_a_few_threads_that_never_end() {
    let _limit = time_limit();
    let spawners = || threads().iter().filter(|name| *name == "shared-child sp").count();
    let jobs: Vec<_> = (0..20).map(|_| spawn(plan(&["true"]))).collect();
    for job in jobs {
        job.recv().unwrap().unwrap().shared.wait().unwrap();
    }
    until("the threads have their names", || (1..=4).contains(&spawners()));
}

/// A sleeping spawner that is woken must not preempt the caller: its policy is SCHED_BATCH. What
/// it starts has the policy of the process, as any child has.
#[test]
fn from_threads_that_let_the_caller_go_on() {
    let _limit = time_limit();
    const POLICY: usize = 41;
    let child = spawn(plan(&["sleep", "1000"])).recv().unwrap().unwrap();
    let policy_of_child = stat(&child.pid.to_string(), POLICY);
    assert!(child.shared.kill().unwrap());
    assert_eq!(policy_of_child, stat("self", POLICY));
    until("every spawner sleeps as a SCHED_BATCH thread", || {
        let spawners = threads_named("shared-child sp");
        let batch = Some(libc::SCHED_BATCH.to_string());
        !spawners.is_empty() && spawners.iter().all(|thread| stat(thread, POLICY) == batch)
    });
}
