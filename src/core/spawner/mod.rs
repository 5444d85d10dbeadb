//! Starts programs, on the calling thread ([`spawn`]) or on another one ([`spawn_in_background`]). Each child is
//! in the registry and watched by the reactor before anyone gets a handle on it.

#[cfg(unix)]
mod at_exit;
mod busy_program;
mod pool;
mod proofs;

use super::child::{Child, ChildHandle};
use super::exit_status::Cause;
use super::spawn::{Plan, SpawnError};
use super::sys::Caller;
use super::{reactor, registry, signal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, mpsc};

/// Starts a program and returns when it runs, is watched and is in the registry. An error leaves nothing behind.
///
/// The calling thread does the spawn, unless the child is to end with its parent on Linux: the kernel ends such a
/// child (PR_SET_PDEATHSIG) with the *thread* that started it, and the calling thread may end before the process
/// does. Then a spawner thread does it, and the calling thread waits for that.
pub fn spawn(plan: Plan) -> Result<ChildHandle, SpawnError> {
    if is_tied_to_a_thread(&plan) { spawn_and_block(plan) } else { spawn_here(plan) }
}

fn is_tied_to_a_thread(plan: &Plan) -> bool {
    cfg!(target_os = "linux") && plan.kill_on_parent_exit
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

fn spawn_here(plan: Plan) -> Result<ChildHandle, SpawnError> {
    reactor::start()?;
    let spawned = busy_program::spawn(&plan)?;
    let child = Child::new(plan, spawned);
    let handle = ChildHandle::new(Arc::clone(&child));
    registry::insert(Arc::clone(&child));
    settle_at_exit(&child);
    if let Err(error) = reactor::watch(&child) {
        // Nothing would learn of its exit. The spawn fails instead of leaving a zombie behind.
        let _ = child.signal(signal::KILL, Cause::Kill);
        let _ = child.shared.wait();
        return Err(error.into());
    }
    Ok(handle)
}

fn settle_at_exit(child: &Arc<Child>) {
    // Weak: the child owns this listener, and a strong reference would keep the child alive for ever.
    let this = Arc::downgrade(child);
    child.shared.on_exit(move |_| {
        if let Some(child) = this.upgrade() {
            child.settle_pipes(|pipe| reactor::watch_pipe(&child, pipe));
            registry::mark_exited(&child);
            child.leaves_group();
        }
    });
}

/// The requester of a background spawn. Exactly one of the two methods is called, once.
pub trait Request: Send {
    fn finished(self: Box<Self>, result: Result<ChildHandle, SpawnError>);

    /// Called when the spawner threads have rights that the caller has given up, so that they must not start the
    /// program. The calling thread has to do so, by [`spawn_on_a_thread_of_its_own`]. A request that cannot get
    /// back to that thread fails.
    fn return_to_caller(self: Box<Self>, plan: Plan) {
        drop(plan);
        self.finished(Err(std::io::Error::from(std::io::ErrorKind::PermissionDenied).into()));
    }
}

impl<F: FnOnce(Result<ChildHandle, SpawnError>) + Send> Request for F {
    fn finished(self: Box<Self>, result: Result<ChildHandle, SpawnError>) {
        self(result);
    }
}

/// A spawn that is to be done in the background, and the requester that gets its result.
pub struct Job {
    pub plan: Plan,
    pub request: Box<dyn Request>,
}

impl Job {
    /// Returns the child if the spawn succeeded.
    fn run(self) -> Option<Arc<Child>> {
        self.run_with(spawn_here)
    }

    /// Whether the thread that does the spawn must not end before the child does.
    fn needs_its_thread(&self) -> bool {
        is_tied_to_a_thread(&self.plan)
    }

    /// The request gets its result in any case: a panic in the spawn is reported to it as an error. A panic in the
    /// request itself is caught, so that it does not end the spawner thread.
    fn run_with(self, spawn: impl FnOnce(Plan) -> Result<ChildHandle, SpawnError>) -> Option<Arc<Child>> {
        let Self { plan, request } = self;
        let result = catch_unwind(AssertUnwindSafe(|| spawn(plan)));
        let result = result.unwrap_or(Err(SpawnError::PANIC));
        let child = result.as_ref().ok().map(|handle| Arc::clone(handle.child()));
        let _ = catch_unwind(AssertUnwindSafe(|| request.finished(result)));
        child
    }

    fn return_to_caller(self) {
        let Self { plan, request } = self;
        let _ = catch_unwind(AssertUnwindSafe(|| request.return_to_caller(plan)));
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

/// Starts a thread for one spawn. The new thread inherits the rights, restrictions and namespaces of the calling
/// thread. If none can be started, the same happens as in [`spawn_in_background`].
pub fn spawn_on_a_thread_of_its_own(job: Job) -> Result<(), SpawnError> {
    pool::add_to_a_thread_of_its_own(job)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_in_a_spawn_is_its_error() {
        let (sender, result) = std::sync::mpsc::channel();
        let request = Box::new(move |result| sender.send(result).unwrap());
        Job { plan: Plan::default(), request }.run_with(|_| panic!("on purpose"));
        assert_eq!(result.recv().unwrap().unwrap_err(), SpawnError::PANIC);
    }
}
