//! After any error: as many fds as before, and no child, not even a zombie.

use super::the_child_runs_as_whom_it_was_told::NOBODY;
use crate::support::limit::until;
use crate::support::own_process::in_own_process;
use crate::support::plans::{plan, script};
use crate::support::proc::{children, fds, is_settled};
use shared_child_native::core::spawn::{Credentials, Plan, Stdio};
use shared_child_native::core::{spawn, spawner};

/// A plan with one of everything that has to be closed again.
fn stdio() -> Vec<Stdio> {
    let file = std::fs::File::open("/dev/null").unwrap();
    vec![Stdio::Pipe, Stdio::Pipe, Stdio::Ignore, Stdio::Pipe, Stdio::Given(file.into()), Stdio::Pipe]
}

fn failing_plans() -> Vec<Plan> {
    let mut no_such_folder = plan(&["/bin/true"]);
    no_such_folder.cwd = Some(c"/no/such/folder".into());
    let mut not_open = plan(&["/bin/true"]);
    not_open.stdio = vec![Stdio::Pipe, Stdio::Pipe, Stdio::Pipe, Stdio::Pipe, Stdio::Inherit(999)];
    let mut not_open_as_stderr = plan(&["/bin/true"]);
    not_open_as_stderr.stdio = vec![Stdio::Pipe, Stdio::Pipe, Stdio::Inherit(999)];
    let mut as_someone_else = plan(&["/no/such/program"]);
    as_someone_else.credentials = Credentials { uid: Some(NOBODY), ..Credentials::default() };
    let mut plans = vec![
        plan(&["/no/such/program"]),
        plan(&["no-such-program"]),
        plan(&["/etc"]),
        plan(&["/bin/true", &"x".repeat(1_000_000)]),
        no_such_folder,
        as_someone_else,
    ];
    for plan in &mut plans {
        plan.stdio = stdio();
    }
    plans.extend([not_open, not_open_as_stderr]);
    plans
}

#[test]
fn no_fd_no_child_and_no_zombie() {
    in_own_process!(|| {
        for plan in &failing_plans() {
            spawn::spawn(plan).unwrap_err(); // now everything is open that is opened only once
        }
        let before = fds("self");
        for plan in &failing_plans() {
            for _ in 0..10 {
                spawn::spawn(plan).unwrap_err();
            }
        }
        assert_eq!(fds("self"), before);
        assert_eq!(children(), [0_u32; 0]);
    });
}

#[test]
fn nor_of_a_watched_child() {
    in_own_process!(|| {
        for plan in failing_plans() {
            spawner::spawn(plan).unwrap_err();
        }
        let before = fds("self");
        for _ in 0..10 {
            for plan in failing_plans() {
                spawner::spawn(plan).unwrap_err();
            }
        }
        assert_eq!(fds("self"), before);
        assert_eq!(children(), [0_u32; 0]);
    });
}

#[test]
fn nor_of_a_child_that_has_been_waited_for() {
    in_own_process!(|| {
        let act = || {
            let mut plan = script("exit 3");
            plan.stdio = stdio();
            let child = spawner::spawn(plan).unwrap();
            assert_eq!(child.shared.wait().unwrap().code(), Some(3));
        };
        let inherited = fds("self");
        act();
        until("the reactor is done with it", || is_settled(&inherited));
        let before = fds("self").len();
        for _ in 0..20 {
            act();
        }
        until("the reactor is done with them", || is_settled(&inherited));
        assert_eq!(fds("self").len(), before);
    });
}
