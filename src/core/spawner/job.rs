//! One spawn: what is to be started, and who gets the result.

use super::busy_program;
use crate::core::child::Child;
use crate::core::child_handle::ChildHandle;
use crate::core::exit_status::Cause;
use crate::core::spawn::{Plan, SpawnError};
use crate::core::{reaper, signal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Does a spawn on the calling thread. The child is watched before anyone gets a handle on it.
pub fn spawn_here(plan: Plan) -> Result<ChildHandle, SpawnError> {
    reaper::start()?;
    let spawned = busy_program::spawn(&plan)?;
    let child = Child::new(plan, spawned);
    let handle = ChildHandle::new(Arc::clone(&child));
    if let Err(error) = reaper::watch(&child) {
        // Nothing would learn of its exit. The spawn fails instead of leaving a zombie behind.
        let _ = child.signal(signal::KILL, Cause::Kill);
        let _ = child.shared.wait();
        return Err(error.into());
    }
    Ok(handle)
}

/// Whether the kernel would end the child with the thread that starts it.
pub fn needs_its_thread(plan: &Plan) -> bool {
    cfg!(target_os = "linux") && plan.kill_on_parent_exit
}

/// The requester of a background spawn. Exactly one of the two methods is called, once.
pub trait Request: Send {
    fn finished(self: Box<Self>, result: Result<ChildHandle, SpawnError>);

    /// Called when the spawner threads have rights that the caller has given up, so that they must not start the
    /// program. The calling thread has to do so, by
    /// [`spawn_on_a_thread_of_its_own`](super::spawn_on_a_thread_of_its_own). A request that cannot get back to that
    /// thread fails.
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
    pub fn run(self) -> Option<Arc<Child>> {
        self.run_with(spawn_here)
    }

    /// Whether the thread that does the spawn must not end before the child does.
    pub fn needs_its_thread(&self) -> bool {
        needs_its_thread(&self.plan)
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

    pub fn return_to_caller(self) {
        let Self { plan, request } = self;
        let _ = catch_unwind(AssertUnwindSafe(|| request.return_to_caller(plan)));
    }
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
