//! If a group, a tie or a cgroup cannot be made, that is an error: nothing is started, and nothing is left of the attempt.

use super::a_signal_reaches_the_whole_group::{leader, number};
use crate::support::limit::until;
use crate::support::own_process::in_own_process;
use crate::support::plans::plan;
use crate::support::proc::{children, fds, has_exited, is_settled, stat};
use crate::support::refuse::{refuse, refuse_command, refuse_flag};
use crate::support::temporary::Folder;
use shared_child_native::core::spawn::{Grouping, Plan, SpawnError, Stage, Stdio};
use shared_child_native::core::{Cause, spawner};

fn tied(program: &[&str], grouping: Grouping) -> Plan {
    Plan { kill_on_parent_exit: true, ..grouped(program, grouping) }
}

fn grouped(program: &[&str], grouping: Grouping) -> Plan {
    Plan { grouping, stdio: vec![Stdio::Inherit(0), Stdio::Inherit(1), Stdio::Inherit(2)], ..plan(program) }
}

/// A program that is not to run, and the file that shows that it did.
fn assert_refused(make: impl Fn(&[&str]) -> Plan, expected: SpawnError) {
    let folder = Folder::new();
    let mark = folder.path().join("mark");
    let before = fds("self");
    let result = spawner::spawn(make(&["touch", mark.to_str().unwrap()]));
    assert_eq!(result.map(drop).unwrap_err(), expected);
    assert_eq!(children(), [0_u32; 0]);
    assert!(!mark.exists());
    assert_eq!(fds("self"), before);
}

fn assert_runs(plan: Plan) {
    let inherited = fds("self");
    assert!(spawner::spawn(plan).unwrap().shared.wait().unwrap().success());
    until("nothing is left of it", || is_settled(&inherited));
}

fn error(errno: i32) -> SpawnError {
    SpawnError { errno: -errno, stage: Stage::Spawn }
}

fn limit_fds(first_forbidden: usize) {
    let limit = libc::rlimit { rlim_cur: first_forbidden as libc::rlim_t, rlim_max: 1024 };
    // SAFETY: a valid rlimit.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
}

/// The tie is four fds; the clone takes one more.
#[test]
fn for_want_of_any_fd_of_the_tie() {
    in_own_process!(|| {
        assert_runs(tied(&["true"], Grouping::Group));
        for grouping in [Grouping::None, Grouping::Group] {
            for spare in 0..4 {
                let open = fds("self");
                let mut free = (0_usize..).filter(|fd| !open.contains_key(&(*fd as i32)));
                let plan = tied(&["true"], grouping);
                limit_fds(free.nth(spare).unwrap());
                let result = spawner::spawn(plan);
                limit_fds(1024);
                assert_eq!(result.map(drop).unwrap_err(), error(libc::EMFILE), "with {spare} fds to spare");
                assert_eq!(fds("self"), open, "with {spare} fds to spare");
                assert_eq!(children(), [0_u32; 0]);
            }
        }
        assert_runs(tied(&["true"], Grouping::Group));
    });
}

#[test]
fn where_a_pipe_may_not_be_owned() {
    in_own_process!(|| {
        assert_runs(tied(&["true"], Grouping::Group));
        /// fcntl(2)
        const F_SETOWN_EX: i32 = 15;
        refuse_command(libc::SYS_fcntl, F_SETOWN_EX, libc::EPERM);
        assert_runs(grouped(&["true"], Grouping::Group));
        for grouping in [Grouping::None, Grouping::Group] {
            assert_refused(|program| tied(program, grouping), error(libc::EPERM));
        }
    });
}

#[test]
fn where_the_end_of_the_parent_is_not_told() {
    in_own_process!(|| {
        assert_runs(tied(&["true"], Grouping::Group));
        // Of the calls of prctl(2) that this process makes, only these have an odd number (PR_SET_PDEATHSIG is 1).
        refuse(libc::SYS_prctl, Some(1), libc::EINVAL);
        assert_runs(grouped(&["true"], Grouping::Group));
        for grouping in [Grouping::None, Grouping::Group] {
            assert_refused(|program| tied(program, grouping), error(libc::EINVAL));
        }
    });
}

/// A process that begins a session leads a group as well.
#[test]
fn where_no_group_may_be_led() {
    in_own_process!(|| {
        refuse(libc::SYS_setpgid, None, libc::EPERM);
        assert_runs(grouped(&["true"], Grouping::None));
        assert_refused(|program| grouped(program, Grouping::Group), error(libc::EPERM));
        let detached = Plan { detached: true, ..grouped(&["sleep", "1000"], Grouping::Group) };
        let child = spawner::spawn(detached).unwrap();
        assert_eq!(stat(&child.pid.to_string(), 5), Some(child.pid.to_string()));
        assert!(child.shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
        assert_eq!(child.shared.wait().unwrap().signal(), Some(libc::SIGKILL));
    });
}

#[test]
fn where_no_cgroup_can_be_made() {
    in_own_process!(|| {
        refuse(libc::SYS_mkdirat, None, libc::EACCES);
        #[cfg(target_arch = "x86_64")]
        refuse(libc::SYS_mkdir, None, libc::EACCES);
        // Without a folder for the mark.
        let result = spawner::spawn(grouped(&["true"], Grouping::Contain));
        let expected = SpawnError { errno: -libc::ENOTSUP, stage: Stage::Contain };
        assert_eq!(result.map(drop).unwrap_err(), expected);
        assert_eq!(children(), [0_u32; 0]);
    });
}

/// If a pidfd cannot name a group, the number is used, and nothing is lost.
fn assert_groups_work() {
    let (child, mut stdout) = leader("sleep 1000 & echo $!");
    let other = number(&mut stdout);
    assert!(child.shared.wait().unwrap().success());
    assert_eq!(children(), [child.pid], "it is kept, for its number");
    assert!(child.shared.handle().is_none(), "nobody has to wait for it");
    assert!(child.shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
    until("it has ended", || has_exited(other));
    until("no zombie is left", || children().is_empty());
}

#[test]
fn but_a_group_needs_no_pidfd() {
    in_own_process!(|| {
        refuse(libc::SYS_pidfd_send_signal, None, libc::EPERM);
        assert_groups_work();
    });
}

/// Linux before 6.9 knows pidfds, but not that flag.
#[test]
fn and_none_that_names_groups() {
    in_own_process!(|| {
        /// linux/pidfd.h
        const PIDFD_SIGNAL_PROCESS_GROUP: u32 = 1 << 2;
        refuse_flag(libc::SYS_pidfd_send_signal, PIDFD_SIGNAL_PROCESS_GROUP, libc::EINVAL);
        assert_groups_work();
    });
}
