//! share and attach.

use crate::support::kinds::{CAT, TRUE, take_pipe};
use crate::support::limit::{time_limit, until};
use crate::support::own_process::in_own_process;
use crate::support::plans::plan;
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::registry::{attach, share};
use shared_child_native::core::spawn::Stdio;
use shared_child_native::core::spawner;
use std::sync::mpsc;
use std::thread;

fn cat() -> ChildHandle {
    let mut plan = plan(CAT);
    plan.stdio = vec![Stdio::Pipe, Stdio::Ignore, Stdio::Ignore];
    spawner::spawn(plan).unwrap()
}

fn exited() -> ChildHandle {
    let child = spawner::spawn(plan(TRUE)).unwrap();
    child.shared.wait().unwrap();
    child
}

fn is_found(token: &str) -> bool {
    attach(token).is_some()
}

#[test]
fn in_any_thread_while_it_runs_and_after() {
    let _limit = time_limit();
    let child = cat();
    let token = share(child.child());
    let attached = thread::scope(|scope| scope.spawn(|| attach(&token).unwrap()).join().unwrap());
    assert_eq!((attached.id, attached.pid), (child.id, child.pid));
    // A running child needs no handle.
    let stdin = take_pipe(&child, 0);
    drop((child, attached));
    let attached = attach(&token).unwrap();
    drop(stdin);
    let status = attached.shared.wait().unwrap();
    assert!(status.success());
    drop(attached);
    assert_eq!(attach(&token).unwrap().shared.wait().unwrap(), status);
}

/// It can be shared any number of times, and for the first time even after the exit.
#[test]
fn by_the_same_token_each_time() {
    let _limit = time_limit();
    let child = exited();
    let token = share(child.child());
    assert_eq!(share(child.child()), token);
    assert_eq!(attach(&token).unwrap().id, child.id);
}

#[test]
fn but_not_one_that_was_not_shared() {
    let _limit = time_limit();
    let (shared, other) = (cat(), cat());
    let token = share(shared.child());
    let (process, id) = token.split_once(':').unwrap();
    assert_eq!(id, shared.id.to_string());
    let forged = format!("{process}:{}", other.id);
    assert!(!is_found(&forged));
    for child in [&shared, &other] {
        drop(take_pipe(child, 0));
        child.shared.wait().unwrap();
    }
    assert!(!is_found(&forged));
}

#[test]
fn nor_any_by_the_token_of_another_process_or_by_none() {
    let _limit = time_limit();
    let child = exited();
    let token = share(child.child());
    let (process, id) = token.split_once(':').unwrap();
    let another =
        if process.starts_with('0') { process.replacen('0', "1", 1) } else { format!("0{}", &process[1..]) };
    let tokens = [
        format!("{another}:{id}"),
        format!(":{id}"),
        id.into(),
        format!("{process}:"),
        format!("{process}:-1"),
    ];
    for token in tokens.iter().chain([&format!("{token} "), &format!("{token}:1"), &String::new()]) {
        assert!(!is_found(token), "{token}");
    }
    assert!(is_found(&token));
}

/// The last 1,024 are kept for late attaches; a child with a handle is found as well.
#[test]
fn until_a_thousand_others_have_exited() {
    in_own_process!(|| {
        // The order in which they are kept is that in which the registry hears of their exits. Whoever
        // waits may be told earlier; a listener of ours is told later, for the registry's was there first.
        let exited_and_shared = || {
            let child = cat();
            let token = share(child.child());
            let (sender, told) = mpsc::channel();
            child.shared.on_exit(move |_| sender.send(()).unwrap());
            drop(take_pipe(&child, 0));
            told.recv().unwrap();
            (child, token)
        };
        let (held, token_of_held) = exited_and_shared();
        let (_, token_of_forgotten) = exited_and_shared();
        for _ in 0..1022 {
            exited_and_shared();
        }
        assert!(is_found(&token_of_forgotten));
        exited_and_shared();
        exited_and_shared();
        // The thread that reaped the child may still hold it.
        until("it is forgotten", || !is_found(&token_of_forgotten));
        assert!(is_found(&token_of_held));
        drop(held);
        until("it is forgotten", || !is_found(&token_of_held));
    });
}
