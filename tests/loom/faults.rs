//! Faults that must not make any thread wait for ever: a kernel wait that fails, and other code that takes the status.

use crate::kernel::Event::{Exit, ReapElsewhere};
use crate::kernel::Group;
use crate::operation::Operation::*;
use crate::operation::{Model, explore, has_ended};
use loom::model::Builder;
use loom::thread;
use std::io;
use std::sync::Arc;

/// The thread whose kernel wait fails reports that; the thread behind it takes over.
#[test]
fn a_failed_kernel_wait_leaves_nobody_asleep() {
    Builder::new().check(|| {
        let model = Model::new(Group::None);
        model.kernel.fail_next_wait();
        let waits = [(), ()].map(|()| {
            let model = Arc::clone(&model);
            thread::spawn(move || model.child.wait().map(Some))
        });
        model.kernel.happen(Exit);
        let results = waits.map(|wait| wait.join().unwrap());
        let (failures, ends): (Vec<_>, Vec<_>) = results.into_iter().partition(is_out_of_memory);
        assert!(failures.len() <= 1, "it fails once");
        assert!(ends.into_iter().all(has_ended));
    });
}

fn is_out_of_memory<T>(result: &io::Result<T>) -> bool {
    result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::OutOfMemory)
}

#[test]
fn waits_end_when_someone_else_reaps() {
    explore(&[Wait, Wait], &[Exit, ReapElsewhere]);
}

#[test]
fn a_try_wait_tells_the_end_when_someone_else_reaps() {
    explore(&[Wait, TryWait], &[Exit, ReapElsewhere]);
}

#[test]
fn a_kill_finds_nobody_when_someone_else_reaps() {
    explore(&[Wait, Kill], &[Exit, ReapElsewhere]);
}
