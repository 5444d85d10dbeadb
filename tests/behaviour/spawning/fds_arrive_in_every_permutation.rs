//! Any fd of the parent may become any fd of the child, however they collide: checked by what is in the
//! file behind each.

use crate::support::kinds::SLEEP_FOREVER;
use crate::support::limit::{next_step, until};
use crate::support::own_process::in_own_process;
use crate::support::plans::{plan, start};
use crate::support::proc::{fds, is_asleep};
use crate::support::temporary::anonymous_file;
use shared_child_native::core::spawn::{Plan, Stdio};
use std::fs;
use std::os::fd::AsRawFd;

/// The fds that collide, in the parent and in the child.
const FDS: std::ops::Range<i32> = 0..6;

/// For each fd of the child, which of the parent's fds it becomes.
type Placement = [Option<i32>; FDS.end as usize];

/// All ways to give each of `sources` a place of its own.
fn placements(sources: &[i32]) -> Vec<Placement> {
    let Some((source, others)) = sources.split_first() else {
        return vec![Placement::default()];
    };
    let with_source = |placement: Placement| {
        let free = FDS.filter(move |fd| placement[*fd as usize].is_none());
        free.map(move |fd| {
            let mut placement = placement;
            placement[fd as usize] = Some(*source);
            placement
        })
    };
    placements(others).into_iter().flat_map(with_source).collect()
}

/// Which file is behind each of the child's fds, by its content.
fn placed(placement: &Placement) -> Placement {
    let stdio = placement.iter().map(|source| source.map_or(Stdio::Ignore, Stdio::Inherit)).collect();
    let child = start(&Plan { stdio, ..plan(SLEEP_FOREVER) }).unwrap().child;
    let pid = child.id().to_string();
    until("it sleeps, its libraries loaded", || is_asleep(&pid));
    let mut placed = Placement::default();
    for fd in fds(&pid).into_keys() {
        let content = fs::read_to_string(format!("/proc/{pid}/fd/{fd}")).unwrap();
        placed[fd as usize] = content.parse().ok(); // nothing from /dev/null
    }
    assert!(child.kill().unwrap());
    child.wait().unwrap();
    next_step();
    placed
}

/// Runs `check` while each of `open` is a file that holds its own number, this process's stdin, stdout and
/// stderr included, and the other `FDS` are free: for whatever the engine opens.
fn with_numbered_files(open: &[i32], check: impl FnOnce() -> Option<String>) -> Option<String> {
    let duplicate = |fd: i32, at_least: i32| {
        // SAFETY: takes integers.
        unsafe { libc::fcntl(fd, libc::F_DUPFD_CLOEXEC, at_least) }
    };
    // Close-on-exec, as the fds of a careful parent are.
    let place = |source: i32, target: i32| {
        // SAFETY: takes integers. What was there is in `saved`, or is nobody's.
        let placed = unsafe {
            if source < 0 { libc::close(target) } else { libc::dup3(source, target, libc::O_CLOEXEC) }
        };
        assert!(placed >= 0 || source < 0);
    };
    let saved: Vec<_> = FDS.map(|fd| duplicate(fd, 100)).collect();
    for fd in FDS {
        let file = anonymous_file(&fd.to_string());
        let out_of_the_way = if open.contains(&fd) { duplicate(file.as_raw_fd(), 200) } else { -1 };
        drop(file);
        place(out_of_the_way, fd);
    }
    let result = check();
    FDS.zip(saved).for_each(|(fd, saved)| place(saved, fd));
    result
}

/// Returns the first that went wrong, because there is no stderr to report it.
fn first_misplaced(sources: &[i32], placements: &[Placement]) -> Option<String> {
    with_numbered_files(sources, || {
        placements.iter().find_map(|wanted| {
            let placed = placed(wanted);
            (placed != *wanted).then(|| format!("wanted {wanted:?}, got {placed:?}"))
        })
    })
}

#[test]
fn four_of_six() {
    in_own_process!(|| {
        let sources = [1, 2, 4, 5];
        let placements = placements(&sources);
        assert_eq!(placements.len(), 360);
        assert_eq!(first_misplaced(&sources, &placements), None);
    });
}

#[test]
fn all_six() {
    in_own_process!(|| {
        let sources = [0, 1, 2, 3, 4, 5];
        let placements = placements(&sources);
        assert_eq!(placements.len(), 720);
        assert_eq!(first_misplaced(&sources, &placements), None);
    });
}

/// Sources that are given twice, that make way for each other, and that stay in place; 3 is free.
#[test]
fn one_to_several() {
    in_own_process!(|| {
        const CLOSED: i32 = -1;
        let placements = [
            [5, 5, 5, 5, 5, 5],
            [2, 2, 1, 1, 0, 0],
            [1, 0, 1, 0, 4, 4],
            [5, 4, 2, 2, 4, 5],
            [0, 1, 2, 0, 5, 4],
            [0, 1, 2, 4, CLOSED, 0],
        ];
        let placements =
            placements.map(|placement| placement.map(|source| Some(source).filter(|fd| *fd != CLOSED)));
        assert_eq!(first_misplaced(&[0, 1, 2, 4, 5], &placements), None);
    });
}
