//! on_exit.

use crate::support::kinds::{CAT, Kind, TRUE, for_each_kind};
use crate::support::limit::time_limit;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

for_each_kind! {
    a_listener_hears_the_status_once,
    a_listener_added_after_the_exit_runs_at_once,
    a_listener_that_panics_does_not_keep_the_news_from_the_others,
    a_listener_may_use_the_child,
    a_listener_runs_although_nobody_waits,
}

fn a_listener_hears_the_status_once<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    let heard = Arc::new(AtomicUsize::new(0));
    let (sender, statuses) = mpsc::channel();
    for _ in 0..3 {
        let (heard, sender) = (Arc::clone(&heard), sender.clone());
        child.on_exit(move |outcome| {
            heard.fetch_add(1, Ordering::Relaxed);
            sender.send(outcome.unwrap()).unwrap();
        });
    }
    drop(sender);
    assert_eq!(heard.load(Ordering::Relaxed), 0, "it still runs");
    // The thread that reaps runs the listeners; all of these threads try to reap.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| child.wait().unwrap());
            scope.spawn(|| child.kill().unwrap());
            scope.spawn(|| child.try_wait().unwrap());
        }
        drop(stdin);
    });
    let status = child.wait().unwrap();
    // The loop ends with the last sender: each listener is dropped when it has run.
    assert_eq!(statuses.iter().collect::<Vec<_>>(), [status; 3]);
    assert_eq!(heard.load(Ordering::Relaxed), 3);
}

fn a_listener_added_after_the_exit_runs_at_once<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(TRUE);
    let status = child.wait().unwrap();
    let (sender, statuses) = mpsc::channel();
    child.on_exit(move |outcome| sender.send((thread::current().id(), outcome.unwrap())).unwrap());
    assert_eq!(statuses.try_recv(), Ok((thread::current().id(), status)));
}

fn a_listener_that_panics_does_not_keep_the_news_from_the_others<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    let (sender, heard) = mpsc::channel();
    for listener in 0..3 {
        let sender = sender.clone();
        child.on_exit(move |_| {
            sender.send(listener).unwrap();
            assert!(listener != 1, "on purpose");
        });
    }
    drop((sender, stdin));
    assert!(child.wait().unwrap().success());
    assert_eq!(heard.iter().collect::<Vec<_>>(), [0, 1, 2]);
    child.on_exit(|_| panic!("on purpose"));
    assert!(child.wait().unwrap().success());
}

fn a_listener_may_use_the_child<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    let (sender, said) = mpsc::channel();
    let listener = {
        let child = child.clone();
        move |_| {
            let inner = sender.clone();
            child.on_exit(move |outcome| inner.send(outcome.is_ok()).unwrap());
            sender.send(child.wait().unwrap() == child.try_wait().unwrap().unwrap()).unwrap();
            sender.send(!child.kill().unwrap()).unwrap();
        }
    };
    child.on_exit(listener);
    drop(stdin);
    child.wait().unwrap();
    assert_eq!(said.iter().collect::<Vec<_>>(), [true; 3]);
}

/// The reactor runs it, or the next poll if there is no reactor.
fn a_listener_runs_although_nobody_waits<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    let (sender, heard) = mpsc::channel();
    child.on_exit(move |outcome| sender.send(outcome.unwrap()).unwrap());
    drop(stdin);
    while !K::IS_WATCHED && child.try_wait().unwrap().is_none() {}
    assert!(heard.recv().unwrap().success());
}
