//! Starts programs, on the calling thread ([`spawn`]) or on another one ([`spawn_in_background`]). Each child is
//! in the registry and watched by the reactor before anyone gets a handle on it.

#[cfg(unix)]
mod at_exit;
mod busy_program;
mod job;
mod pool;
mod rights_cache;

pub use job::{Job, Request};

use super::child_handle::ChildHandle;
use super::spawn::{Plan, SpawnError};
use super::sys::Caller;
use job::{needs_its_thread, spawn_here};
use std::sync::mpsc;
#[cfg(unix)]
use std::time::Duration;

/// Starts a program and returns when it runs, is watched and is in the registry. An error leaves nothing behind.
///
/// The calling thread does the spawn, unless the child is to end with its parent on Linux: the kernel ends such a
/// child (PR_SET_PDEATHSIG) with the *thread* that started it, and the calling thread may end before the process
/// does. Then a spawner thread does it, and the calling thread waits for that.
pub fn spawn(plan: Plan) -> Result<ChildHandle, SpawnError> {
    if needs_its_thread(&plan) { spawn_and_block(plan) } else { spawn_here(plan) }
}

fn spawn_and_block(plan: Plan) -> Result<ChildHandle, SpawnError> {
    struct Blocked(mpsc::Sender<Result<Result<ChildHandle, SpawnError>, Plan>>);

    impl Request for Blocked {
        fn finished(self: Box<Self>, result: Result<ChildHandle, SpawnError>) {
            let _ = self.0.send(Ok(result));
        }

        fn return_to_caller(self: Box<Self>, plan: Plan) {
            let _ = self.0.send(Err(plan));
        }
    }

    let job = |plan| {
        let (sender, answer) = mpsc::channel();
        (Job { plan, request: Box::new(Blocked(sender)) }, answer)
    };
    let (first, answer) = job(plan);
    spawn_in_background(first)?;
    match answer.recv() {
        Ok(Ok(result)) => result,
        Ok(Err(plan)) => {
            let (again, answer) = job(plan);
            spawn_on_a_thread_of_its_own(again)?;
            answer.recv().ok().and_then(Result::ok).unwrap_or(Err(SpawnError::PANIC))
        }
        Err(_) => Err(SpawnError::PANIC),
    }
}

/// Queues a spawn for the spawner threads, or starts a thread for it alone if their rights are not those of the
/// caller. If no thread can be started, the calling thread does the spawn itself. If it must not, because the
/// child would end with it, the call fails, and the request is not called.
pub fn spawn_in_background(mut job: Job) -> Result<(), SpawnError> {
    let caller = Caller::current();
    job.plan.scheduling = Some(caller.scheduling().clone());
    #[cfg(unix)]
    at_exit::install();
    pool::add(caller, job)
}

/// Blocks until no spawn is under way, in any thread.
#[cfg(unix)]
pub fn wait_until_all_are_done() {
    pool::wait_until_all_are_done(Duration::MAX);
}

/// Starts a thread for one spawn. The new thread inherits the rights, restrictions and namespaces of the calling
/// thread. If none can be started, the same happens as in [`spawn_in_background`].
pub fn spawn_on_a_thread_of_its_own(job: Job) -> Result<(), SpawnError> {
    pool::add_to_a_thread_of_its_own(job)
}
