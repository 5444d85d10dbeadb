//! A pipe that was taken is wider than others. The number of wide pipes is limited, because the kernel gives a
//! user only so much memory for pipes, and then makes the next ones small.

use crate::support::kinds::{CAT, take_pipe};
use crate::support::limit::until;
use crate::support::own_process::in_own_process;
use crate::support::plans::plan;
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::spawn::Stdio;
use shared_child_native::core::spawner;
use std::fs::File;
use std::os::fd::AsRawFd;

const USUAL: i32 = 64 * 1024;
const WIDE: i32 = 256 * 1024;

fn cat() -> ChildHandle {
    let mut plan = plan(CAT);
    plan.stdio = vec![Stdio::Pipe, Stdio::Pipe, Stdio::Pipe];
    spawner::spawn(plan).unwrap()
}

fn capacity(pipe: &File) -> i32 {
    // SAFETY: takes no argument.
    unsafe { libc::fcntl(pipe.as_raw_fd(), libc::F_GETPIPE_SZ) }
}

#[test]
fn sixty_four_at_a_time() {
    in_own_process!(|| {
        let children: Vec<_> = (0..22).map(|_| cat()).collect();
        let pipes: Vec<_> =
            children.iter().flat_map(|child| [0, 1, 2].map(|fd| take_pipe(child, fd))).collect();
        let capacities: Vec<_> = pipes.iter().map(capacity).collect();
        assert_eq!(capacities, [&[WIDE; 64][..], &[USUAL; 2]].concat());
        for child in children {
            child.shared.kill().unwrap();
            child.shared.wait().unwrap();
        }
        until("there is room for more", || capacity(&take_pipe(&cat(), 0)) == WIDE);
    });
}
