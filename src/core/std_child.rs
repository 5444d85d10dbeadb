//! [`Process`] for [`std::process::Child`], the kind of child that the original shared_child crate wraps.

use super::exit_status::ExitStatus;
use super::process::{Outcome, Process};
use super::sys::{self, Handle};
use std::io;
use std::process::Child;
use std::time::Instant;

impl Process for Child {
    type Handle = Handle;

    fn id(&self) -> u32 {
        self.id()
    }

    /// Reaps with the standard library's own `try_wait`, so that the `Child` that `into_inner` returns
    /// knows its exit status.
    fn try_reap(&mut self) -> io::Result<Option<Outcome>> {
        match self.try_wait() {
            Ok(status) => Ok(status.map(|status| Ok(ExitStatus::from(status)))),
            Err(error) => sys::reaped_elsewhere(error).map(|lost| Some(Err(lost))),
        }
    }

    fn has_exited(&self) -> io::Result<bool> {
        Handle::of_child(self).has_exited()
    }

    fn handle(&self) -> Handle {
        Handle::of_child(self)
    }

    fn wait_without_reaping(handle: &Handle, deadline: Option<Instant>) -> io::Result<bool> {
        handle.wait_without_reaping(deadline)
    }

    fn send_signal(&self, signal: i32) -> io::Result<bool> {
        Handle::of_child(self).send_signal(signal)
    }
}
