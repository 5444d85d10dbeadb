//! A spawn in the background is done later, and by another thread: the child has the working directory
//! and umask of the call all the same, and whatever the calling thread itself passes on to its children.

use super::a_failed_spawn_says_what_failed::become_nobody;
use super::the_child_runs_as_whom_it_was_told::{NOBODY, is_root};
use crate::support::own_process::in_own_process;
use crate::support::plans::{plan, run, script};
use crate::support::proc::field;
use crate::support::refuse::refuse;
use crate::support::temporary::{Folder, read_all};
use shared_child_native::core::child::TakenPipe;
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::spawn::{Plan, SpawnError, Surroundings};
use shared_child_native::core::spawner::{Job, Request, spawn_in_background, spawn_on_a_thread_of_its_own};
use std::fs::File;
use std::os::fd::FromRawFd;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};

enum Answer {
    Finished(Result<ChildHandle, SpawnError>),
    Returned(Box<Plan>),
}

struct Caller(Sender<Answer>);

impl Request for Caller {
    fn finished(self: Box<Self>, result: Result<ChildHandle, SpawnError>) {
        self.0.send(Answer::Finished(result)).unwrap();
    }

    fn return_to_caller(self: Box<Self>, plan: Plan) {
        self.0.send(Answer::Returned(Box::new(plan))).unwrap();
    }
}

fn job(plan: Plan) -> (Job, Receiver<Answer>) {
    let (sender, answer) = mpsc::channel();
    (Job { plan, request: Box::new(Caller(sender)) }, answer)
}

/// Starts it as the binding does, which itself starts what the spawner threads may not start.
fn spawn(plan: Plan) -> Result<ChildHandle, SpawnError> {
    let (job, answer) = self::job(plan);
    spawn_in_background(job)?;
    match answer.recv().unwrap() {
        Answer::Finished(result) => result,
        Answer::Returned(plan) => {
            let (job, answer) = self::job(*plan);
            spawn_on_a_thread_of_its_own(job)?;
            match answer.recv().unwrap() {
                Answer::Finished(result) => result,
                Answer::Returned(_) => panic!("returned by a thread of its own"),
            }
        }
    }
}

/// What a child of this thread has, according to its /proc/self/status, once the spawner threads exist.
fn status_of_a_child() -> String {
    text(spawn(plan(&["cat", "/proc/self/status"])).unwrap())
}

fn text(child: ChildHandle) -> String {
    match child.take_pipe(1) {
        // SAFETY: the pipe has just been given away.
        Some(TakenPipe::Open(pipe)) => read_all(unsafe { File::from_raw_fd(pipe.into_raw() as i32) }),
        Some(TakenPipe::Drained(bytes)) => String::from_utf8(bytes).unwrap(),
        None => panic!("its stdout is a pipe that nobody has taken"),
    }
}

#[test]
fn the_working_directory_and_the_umask() {
    in_own_process!(|| {
        let folder = Folder::new();
        folder.add("there/below", None, 0o755);
        folder.add("there/program", Some("#!/bin/sh\npwd -P"), 0o755);
        let path = std::fs::canonicalize(folder.path()).unwrap();
        // SAFETY: takes an integer.
        unsafe { libc::umask(0o027) };
        std::env::set_current_dir(path.join("there")).unwrap();
        let surroundings = Arc::new(Surroundings::unrecorded());
        let there = |plan| Plan { surroundings: Some(Arc::clone(&surroundings)), ..plan };
        let pwd = format!("{}\n0027\n", path.join("there").display());
        assert_eq!(run(&there(script("pwd -P; umask"))).text(), pwd);
        surroundings.record();
        // SAFETY: takes an integer.
        unsafe { libc::umask(0o077) };
        std::env::set_current_dir("/").unwrap();
        assert_eq!(run(&there(script("pwd -P; umask"))).text(), pwd);
        let relative = Plan { cwd: Some(c"below/..".into()), ..script("pwd -P") };
        assert_eq!(run(&there(relative)).text(), format!("{}\n", path.join("there").display()));
        let program = run(&there(plan(&["./program"]))).text();
        assert_eq!(program, format!("{}\n", path.join("there").display()));
        assert_eq!(run(&script("pwd -P; umask")).text(), "/\n0077\n");
    });
}

/// Any number of spawns in a queue take one descriptor.
#[test]
fn recorded_once_for_as_long_as_nothing_changes() {
    in_own_process!(|| {
        let first = Surroundings::at_this_call(&Arc::new(Surroundings::unrecorded()));
        assert!(Arc::ptr_eq(&first, &Surroundings::at_this_call(&first)));
        std::env::set_current_dir("/").unwrap();
        let second = Surroundings::at_this_call(&first);
        assert!(!Arc::ptr_eq(&first, &second));
        // SAFETY: takes an integer.
        unsafe { libc::umask(0o007) };
        assert!(!Arc::ptr_eq(&second, &Surroundings::at_this_call(&second)));
    });
}

#[test]
fn a_deleted_working_directory() {
    in_own_process!(|| {
        let folder = Folder::new();
        std::env::set_current_dir(folder.path()).unwrap();
        drop(folder);
        let surroundings = Surroundings::at_this_call(&Arc::new(Surroundings::unrecorded()));
        std::env::set_current_dir("/").unwrap();
        let inside = Plan { surroundings: Some(surroundings), ..script("readlink /proc/self/cwd") };
        assert!(run(&inside).text().ends_with("(deleted)\n"));
        let here = Plan { cwd: Some(c".".into()), ..inside };
        assert!(run(&here).text().ends_with("(deleted)\n"));
    });
}

#[test]
fn a_shortage_of_fds_at_the_change_is_the_spawns_error() {
    in_own_process!(|| {
        let surroundings = Arc::new(Surroundings::unrecorded());
        let limit = |fds| {
            let limit = libc::rlimit { rlim_cur: fds, rlim_max: 1024 };
            // SAFETY: a valid rlimit.
            assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
        };
        limit(0);
        surroundings.record();
        limit(1024);
        let plan = Plan { surroundings: Some(surroundings), ..plan(&["true"]) };
        assert_eq!(crate::support::plans::error(&plan).errno, -libc::EMFILE);
    });
}

fn nice_of_a_child() -> String {
    text(spawn(plan(&["nice"])).unwrap()).trim().to_owned()
}

fn set_nice(nice: i32) {
    // SAFETY: takes integers. On Linux this is the calling thread's alone.
    assert_eq!(unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, nice) }, 0);
}

#[test]
fn its_priority() {
    in_own_process!(|| {
        let before = nice_of_a_child();
        set_nice(13);
        assert_eq!(nice_of_a_child(), "13");
        assert_ne!(before, "13");
    });
}

/// The spawner threads have the priority of the first caller, which may be a lower one.
#[test]
fn its_priority_where_others_have_a_lower_one() {
    in_own_process!(|| {
        if is_root() {
            become_nobody(); // for whom it is forbidden to raise it again
        }
        let lower = std::thread::spawn(|| {
            set_nice(13);
            nice_of_a_child()
        });
        assert_eq!(lower.join().unwrap(), "13");
        // SAFETY: takes integers.
        let own = unsafe { libc::getpriority(libc::PRIO_PROCESS, 0) };
        // If the first spawner thread was still busy, this caller has started another one; they take turns.
        for _ in 0..8 {
            assert_eq!(nice_of_a_child(), own.to_string());
        }
    });
}

#[test]
fn its_processors() {
    in_own_process!(|| {
        status_of_a_child();
        // SAFETY: all zeros is an empty set, and as many bytes as it says.
        unsafe {
            let mut one: libc::cpu_set_t = std::mem::zeroed();
            libc::CPU_SET(libc::sched_getcpu() as usize, &mut one);
            assert_eq!(libc::sched_setaffinity(0, size_of_val(&one), &one), 0);
        }
        let own = std::fs::read_to_string("/proc/thread-self/status").unwrap();
        assert_eq!(field(&status_of_a_child(), "Cpus_allowed"), field(&own, "Cpus_allowed"));
    });
}

/// The lines about rights of a child whose caller gave up some after the spawner threads had begun, and
/// those of the caller itself.
fn rights_after(give_up: impl FnOnce()) -> [Vec<String>; 2] {
    status_of_a_child();
    give_up();
    let own = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    [status_of_a_child(), own].map(|status| {
        let names = ["CapBnd", "NoNewPrivs", "Seccomp", "Seccomp_filters"];
        names.iter().map(|name| field(&status, name).to_owned()).collect()
    })
}

#[test]
fn no_new_privileges_and_a_filter_of_system_calls() {
    in_own_process!(|| {
        // Sets no_new_privs first. The call itself does not matter, only that the filter is there.
        let [child, caller] = rights_after(|| refuse(libc::SYS_acct, None, libc::EPERM));
        assert_eq!(child, caller);
        assert_eq!(child[1..3], ["1", "2"]);
        // A second one, which the process as a whole does not have either.
        let [child, caller] = rights_after(|| refuse(libc::SYS_reboot, None, libc::EPERM));
        assert_eq!(child, caller);
    });
}

#[test]
fn a_smaller_bounding_set_of_capabilities() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        const CAP_SYS_TIME: libc::c_ulong = 25;
        let [child, caller] = rights_after(|| {
            // SAFETY: takes integers.
            assert_eq!(unsafe { libc::prctl(libc::PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0) }, 0);
        });
        assert_eq!(child, caller);
    });
}

/// Without which root's programs have no capabilities (man 7 capabilities). The caller itself keeps its own.
#[test]
fn the_privileges_of_root() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        const SECBIT_NOROOT: libc::c_ulong = 1;
        let capabilities = || field(&status_of_a_child(), "CapEff").to_owned();
        assert_ne!(capabilities(), "0000000000000000");
        // SAFETY: takes integers.
        assert_eq!(unsafe { libc::prctl(libc::PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0) }, 0);
        for _ in 0..8 {
            assert_eq!(capabilities(), "0000000000000000");
        }
    });
}

/// Gives the calling thread, and no other, a UTS namespace of its own, and returns its name. `None`: a container without
/// CAP_SYS_ADMIN.
fn enter_a_namespace() -> Option<String> {
    // SAFETY: takes an integer.
    let entered = unsafe { libc::unshare(libc::CLONE_NEWUTS) } == 0;
    entered.then(|| std::fs::read_link("/proc/thread-self/ns/uts").unwrap().to_str().unwrap().to_owned())
}

fn namespace_of_a_child() -> String {
    text(spawn(plan(&["readlink", "/proc/self/ns/uts"])).unwrap())
}

#[test]
fn its_namespaces() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        let before = namespace_of_a_child();
        let Some(own) = enter_a_namespace() else { return };
        let after = namespace_of_a_child();
        assert_eq!(after.trim(), own);
        assert_ne!(after, before);
    });
}

/// A spawner thread that was started before the change must not start the program. One that this caller has started
/// since may, because it has inherited the new namespace.
#[test]
fn or_nothing_is_started() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        status_of_a_child();
        let Some(own) = enter_a_namespace() else { return };
        let namespace_unless_refused = || {
            let (job, answer) = job(plan(&["readlink", "/proc/self/ns/uts"]));
            spawn_in_background(job).unwrap();
            match answer.recv().unwrap() {
                Answer::Finished(child) => Some(text(child.unwrap())),
                Answer::Returned(_) => None,
            }
        };
        // The spawner threads take turns, and the oldest is one of them.
        let children = [(); 8].map(|()| namespace_unless_refused());
        assert!(children.contains(&None), "{children:?}");
        for namespace in children.into_iter().flatten() {
            assert_eq!(namespace.trim(), own);
        }
    });
}

/// Threads of one process may have different users (man 7 credentials): a server may give up its own in one thread.
#[test]
fn the_user_of_a_thread_that_has_none_of_the_rights_of_the_others() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        let (ask, asked) = mpsc::channel::<()>();
        let (tell, told) = mpsc::channel();
        let unprivileged = std::thread::spawn(move || {
            // SAFETY: takes integers. The C library would change all threads; the system call changes this one.
            assert_eq!(unsafe { libc::syscall(libc::SYS_setresuid, NOBODY, NOBODY, NOBODY) }, 0);
            for () in asked {
                tell.send(text(spawn(plan(&["id", "-u"])).unwrap())).unwrap();
            }
        });
        let user_of_a_child = || {
            ask.send(()).unwrap();
            told.recv().unwrap()
        };
        assert_eq!(user_of_a_child(), format!("{NOBODY}\n")); // by the first spawner thread
        let several: Vec<_> = (0..8).map(|_| job(plan(&["true"]))).collect();
        let answers: Vec<_> = several
            .into_iter()
            .map(|(job, answer)| {
                spawn_in_background(job).unwrap();
                answer
            })
            .collect();
        for answer in answers {
            let _ = answer.recv().unwrap();
        }
        let users = [(); 8].map(|()| user_of_a_child());
        assert_eq!(users, [(); 8].map(|()| format!("{NOBODY}\n")));
        drop(ask);
        unprivileged.join().unwrap();
    });
}

/// Two threads have given up the same right, but the second had entered a namespace of its own before.
#[test]
fn its_namespaces_if_it_can_enter_no_other_any_more() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        let first = std::thread::spawn(|| {
            give_up_administration();
            namespace_of_a_child()
        });
        first.join().unwrap();
        let Some(own) = enter_a_namespace() else { return };
        give_up_administration();
        for _ in 0..8 {
            assert_eq!(namespace_of_a_child().trim(), own);
        }
    });
}

/// Gives up CAP_SYS_ADMIN in the calling thread, which keeps its other capabilities.
fn give_up_administration() {
    const CAP_SYS_ADMIN: u32 = 21;
    // _LINUX_CAPABILITY_VERSION_3; and three sets of 32 capabilities, and then of the other 32 (man 2 capget).
    let (mut header, mut sets) = ([0x2008_0522_u32, 0], [0_u32; 6]);
    // SAFETY: both arrays have the size that this version of the calls uses.
    unsafe {
        assert_eq!(libc::syscall(libc::SYS_capget, header.as_mut_ptr(), sets.as_mut_ptr()), 0);
        sets[..3].iter_mut().for_each(|set| *set &= !(1 << CAP_SYS_ADMIN));
        assert_eq!(libc::syscall(libc::SYS_capset, header.as_mut_ptr(), sets.as_ptr()), 0);
    }
}

/// Two threads have become the same user, but the second has also given up its groups.
#[test]
fn its_groups_if_it_has_no_rights_any_more() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        // Raw system calls, which change the calling thread alone.
        let become_nobody_with = |groups: &[libc::gid_t]| {
            // SAFETY: the list has the length that is passed; the other arguments are integers.
            unsafe {
                assert_eq!(libc::syscall(libc::SYS_setgroups, groups.len(), groups.as_ptr()), 0);
                assert_eq!(libc::syscall(libc::SYS_setresgid, NOBODY, NOBODY, NOBODY), 0);
                assert_eq!(libc::syscall(libc::SYS_setresuid, NOBODY, NOBODY, NOBODY), 0);
            }
        };
        let groups = || text(spawn(plan(&["id", "-G"])).unwrap());
        let first = std::thread::spawn(move || {
            become_nobody_with(&[0]);
            groups()
        });
        assert_eq!(first.join().unwrap(), format!("{NOBODY} 0\n"));
        become_nobody_with(&[]);
        for _ in 0..8 {
            assert_eq!(groups(), format!("{NOBODY}\n"));
        }
    });
}

/// A thread may become another user for a moment only. By the time that its rights are compared, it may have its own again.
#[test]
fn the_user_that_it_was_for_the_time_of_the_call() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        let become_user = |effective: libc::uid_t| {
            // SAFETY: takes integers. A raw system call, which changes the calling thread alone; !0 changes nothing.
            assert_eq!(unsafe { libc::syscall(libc::SYS_setresuid, !0_u32, effective, !0_u32) }, 0);
        };
        status_of_a_child();
        let answers: Vec<_> = (0..20)
            .map(|_| {
                become_user(NOBODY);
                let (job, answer) = job(plan(&["id", "-u"]));
                spawn_in_background(job).unwrap();
                become_user(0);
                answer
            })
            .collect();
        for answer in answers {
            let Answer::Finished(child) = answer.recv().unwrap() else { panic!("too late to return it") };
            assert_eq!(text(child.unwrap()), format!("{NOBODY}\n"));
        }
    });
}
