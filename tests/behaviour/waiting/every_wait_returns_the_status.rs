//! wait, try_wait and kill, from one thread and from many (the seed's test_wait, test_kill,
//! test_try_wait and test_many_waiters).

use crate::support::kinds::{CAT, Kind, SLEEP_FOREVER, TRUE, for_each_kind};
use crate::support::limit::time_limit;
use shared_child_native::core::signal;
use std::thread;

for_each_kind! {
    wait_returns_the_exit_code,
    wait_returns_the_signal_of_a_kill,
    try_wait_returns_none_until_the_exit,
    all_waiters_get_the_status_of_a_kill,
    all_waiters_get_the_status_of_an_exit,
    waiting_again_returns_the_status_again,
}

fn wait_returns_the_exit_code<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(TRUE);
    assert!(child.id() > 0);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let (child, _stdin) = K::start(&["sh", "-c", "exit 42"]);
    assert_eq!(child.wait().unwrap().code(), Some(42));
}

fn wait_returns_the_signal_of_a_kill<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(SLEEP_FOREVER);
    assert!(child.kill().unwrap());
    let status = child.wait().unwrap();
    assert_eq!((status.code(), status.signal()), (None, Some(signal::KILL)));
    assert!(!status.success());
}

fn try_wait_returns_none_until_the_exit<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(SLEEP_FOREVER);
    assert_eq!(child.try_wait().unwrap(), None);
    child.kill().unwrap();
    // The child handles the signal in its own time.
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
    };
    assert_eq!(status.signal(), Some(signal::KILL));
}

fn all_waiters_get_the_status_of_a_kill<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(SLEEP_FOREVER);
    let waiters: Vec<_> = (0..10)
        .map(|_| {
            let child = child.clone();
            thread::spawn(move || child.wait())
        })
        .collect();
    child.kill().unwrap();
    for waiter in waiters {
        assert_eq!(waiter.join().unwrap().unwrap().signal(), Some(signal::KILL));
    }
}

fn all_waiters_get_the_status_of_an_exit<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    let statuses = thread::scope(|scope| {
        let waiters: Vec<_> = (0..10).map(|_| scope.spawn(|| child.wait().unwrap())).collect();
        drop(stdin);
        waiters.into_iter().map(|waiter| waiter.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(statuses.iter().all(|status| status.success() && *status == statuses[0]), "{statuses:?}");
}

fn waiting_again_returns_the_status_again<K: Kind>() {
    let _limit = time_limit();
    let (child, stdin) = K::start(CAT);
    drop(stdin);
    let status = child.wait().unwrap();
    assert_eq!(child.wait().unwrap(), status);
    assert_eq!(child.try_wait().unwrap(), Some(status));
}
