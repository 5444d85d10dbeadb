//! (errno, stage): what failed, and whether it was the working directory's fault.

use super::the_child_runs_as_whom_it_was_told::{NOBODY, is_root};
use crate::support::limit::time_limit;
use crate::support::own_process::in_own_process;
use crate::support::plans::{error, plan, run, script, strings};
use crate::support::proc::children;
use crate::support::temporary::{Folder, c_string};
use shared_child_native::core::spawn::{Credentials, Plan, SpawnError, Stage, Stdio};
use shared_child_native::core::spawner::{self, Job};

fn failure(errno: i32, stage: Stage) -> SpawnError {
    SpawnError { errno: -errno, stage }
}

#[track_caller]
fn assert_fails(command: &[&str], errno: i32) {
    assert_eq!(error(&plan(command)), failure(errno, Stage::Spawn), "{command:?}");
}

#[test]
fn a_missing_program_is_enoent() {
    let _limit = time_limit();
    assert_fails(&["shared-child-no-such-program"], libc::ENOENT);
    assert_fails(&["/no/such/program"], libc::ENOENT);
    assert_fails(&["./no-such-program"], libc::ENOENT);
    assert_fails(&[""], libc::ENOENT);
}

#[test]
fn a_program_behind_a_file_is_enotdir() {
    let _limit = time_limit();
    assert_fails(&["/etc/passwd/program"], libc::ENOTDIR);
    let mut by_name = plan(&["program"]);
    by_name.env = strings(&["PATH=/etc/passwd"]);
    assert_eq!(error(&by_name), failure(libc::ENOTDIR, Stage::Spawn));
}

#[test]
fn what_may_not_be_run_is_eacces() {
    let _limit = time_limit();
    let folder = Folder::new();
    let text = folder.add("text", Some("#!/bin/sh\n"), 0o644);
    assert_fails(&[text.to_str().unwrap()], libc::EACCES);
    assert_fails(&[folder.path().to_str().unwrap()], libc::EACCES);
}

#[test]
fn a_script_whose_interpreter_is_missing_is_enoent() {
    let _limit = time_limit();
    let folder = Folder::new();
    let program = folder.add("program", Some("#!/no/such/interpreter\n"), 0o755);
    assert_fails(&[program.to_str().unwrap()], libc::ENOENT);
}

/// However many fds are put in their places before it fails: the forked child's report needs an fd, too.
#[test]
fn a_child_with_many_fds_says_it_as_well() {
    let _limit = time_limit();
    let mut plan = plan(&["/no/such/program"]);
    plan.stdio = (0..100).map(|_| Stdio::Inherit(2)).collect();
    assert_eq!(error(&plan), failure(libc::ENOENT, Stage::Spawn));
}

#[test]
fn too_many_arguments_are_e2big() {
    let _limit = time_limit();
    let argument = "x".repeat(100_000);
    let command: Vec<_> = ["true"].into_iter().chain([argument.as_str(); 100]).collect();
    assert_fails(&command, libc::E2BIG);
}

/// As execvp does it: with all of its arguments, and its own name as $0.
#[test]
fn a_script_without_an_interpreter_line_is_run_by_the_shell() {
    let _limit = time_limit();
    let folder = Folder::new();
    let program = folder.add("program", Some("echo \"$0\" \"$@\"\n"), 0o755);
    let program = program.to_str().unwrap();
    assert_eq!(run(&plan(&[program, "one", "", "three"])).text(), format!("{program} one  three\n"));
    assert_eq!(run(&plan(&[program])).text(), format!("{program}\n"));
    let mut by_name = plan(&["program", "argument"]);
    by_name.env = strings(&[format!("PATH={}", folder.path().display())]);
    assert_eq!(run(&by_name).text(), format!("{program} argument\n"));
    // Not even argv[0].
    let mut nameless = plan(&[program]);
    nameless.args = strings::<&str, _>(&[]);
    assert_eq!(run(&nameless).text(), format!("{program}\n"));
}

#[test]
fn a_missing_working_directory_is_told_from_a_missing_program() {
    let _limit = time_limit();
    for program in ["/bin/true", "/no/such/program"] {
        let mut plan = plan(&[program]);
        plan.cwd = Some(c"/no/such/folder".into());
        assert_eq!(error(&plan), failure(libc::ENOENT, Stage::Chdir));
        plan.cwd = Some(c"/etc/passwd".into());
        assert_eq!(error(&plan), failure(libc::ENOTDIR, Stage::Chdir));
    }
    let mut missing_program = plan(&["/no/such/program"]);
    missing_program.cwd = Some(c"/".into());
    assert_eq!(error(&missing_program), failure(libc::ENOENT, Stage::Spawn));
}

#[test]
fn the_working_directory_is_the_childs_alone() {
    let _limit = time_limit();
    let before = std::env::current_dir().unwrap();
    let mut plan = script("pwd; cd /tmp");
    plan.cwd = Some(c"/usr".into());
    assert_eq!(run(&plan).text(), "/usr\n");
    assert_eq!(std::env::current_dir().unwrap(), before);
}

#[test]
fn a_relative_program_is_looked_for_in_the_new_working_directory() {
    let _limit = time_limit();
    let folder = Folder::new();
    folder.add("program", Some("#!/bin/sh\necho found\n"), 0o755);
    let mut plan = plan(&["./program"]);
    plan.cwd = Some(c_string(folder.path()));
    assert_eq!(run(&plan).text(), "found\n");
}

pub fn become_nobody() {
    // SAFETY: take integers; the process is this test's own.
    let changed =
        unsafe { [libc::setresgid(NOBODY, NOBODY, NOBODY), libc::setresuid(NOBODY, NOBODY, NOBODY)] };
    assert_eq!(changed, [0, 0]);
}

#[test]
fn a_change_of_user_without_the_right_to_it_is_eperm() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        become_nobody();
        for credentials in [
            Credentials { uid: Some(0), ..Credentials::default() },
            Credentials { gid: Some(0), ..Credentials::default() },
            Credentials { groups: Some(vec![]), ..Credentials::default() },
            Credentials { groups: Some(vec![0]), ..Credentials::default() },
        ] {
            let plan = Plan { credentials, ..plan(&["/bin/true"]) };
            assert_eq!(error(&plan), failure(libc::EPERM, Stage::Spawn), "{:?}", plan.credentials);
        }
        // It may become what it already is.
        let credentials = Credentials { uid: Some(NOBODY), gid: Some(NOBODY), groups: None };
        run(&Plan { credentials, ..plan(&["/bin/true"]) }).text();
    });
}

/// No thread can be started either: not the reactor's, and not a spawner's.
#[test]
fn a_user_with_too_many_processes_is_eagain() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        let limit = |processes| {
            let limit = libc::rlimit { rlim_cur: processes, rlim_max: 1000 };
            // SAFETY: a valid rlimit.
            assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NPROC, &limit) }, 0);
        };
        let true_in_background = || {
            let (sender, result) = std::sync::mpsc::channel();
            let request = Box::new(move |result| sender.send(result).unwrap());
            spawner::spawn_in_background(Job { plan: plan(&["/bin/true"]), request }).unwrap();
            result.recv().unwrap()
        };
        become_nobody();
        limit(0);
        let eagain = failure(libc::EAGAIN, Stage::Spawn);
        assert_eq!(error(&plan(&["/bin/true"])), eagain);
        assert_eq!(spawner::spawn(plan(&["/bin/true"])).unwrap_err(), eagain);
        assert_eq!(true_in_background().unwrap_err(), eagain);
        assert_eq!(children(), [0_u32; 0]);
        limit(1000);
        run(&plan(&["/bin/true"])).text();
        let child = true_in_background().unwrap();
        assert!(child.shared.wait().unwrap().success());
    });
}
