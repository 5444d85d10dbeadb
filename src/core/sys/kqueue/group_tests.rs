//! Tests, over the model, in which order a group, its leader and its watchdog are signalled and reaped.

use super::super::own_process::{Control, OwnProcess};
use super::super::watchdog::Watchdog;
use super::*;
use crate::core::exit_status::Cause;
use crate::core::shared_child::SharedChild;
use crate::core::sys::PipeEnd;
use std::os::fd::OwnedFd;

/// A child that leads a group. `life`: the states that the child goes through; `running`: the members that each listing
/// of the group finds.
fn leader(
    life: &'static [Child],
    running: &'static [&'static [libc::pid_t]],
    has_watchdog: bool,
) -> SharedChild<OwnProcess> {
    LIFE.set(&[Running]);
    ALL_ARE_OTHERS.set(false);
    WATCHDOG_LIVES.set(has_watchdog);
    EVENTS.take();
    let (_, pipe) = std::io::pipe().unwrap();
    let watchdog = has_watchdog.then(|| Watchdog::new(WATCHDOG, PipeEnd::from(OwnedFd::from(pipe))));
    let shared = SharedChild::from_process(OwnProcess::new(CHILD, Control { leads_group: true, watchdog }));
    LIFE.set(life);
    RUNNING.set(running);
    shared
}

fn is_pinned(shared: &SharedChild<OwnProcess>) -> bool {
    shared.with_process(OwnProcess::is_pinned)
}

#[test]
fn a_leader_is_kept_while_others_run() {
    let shared = leader(&[Zombie], &[&[MEMBER]], false);
    let status = shared.try_wait().unwrap().unwrap();
    // The exit code is cut to 8 bits, and what the child has used is not known before it is reaped.
    assert_eq!((status.code(), status.usage), (Some(3), None));
    assert!(is_pinned(&shared) && EVENTS.take().is_empty());
    assert!(shared.signal_group(libc::SIGTERM, Cause::Terminate).unwrap());
    assert!(!shared.group_is_empty().unwrap());
    assert_eq!(EVENTS.take(), [Event::Group(libc::SIGTERM, &[MEMBER])]);
    RUNNING.set(&[&[]]);
    assert!(shared.group_is_empty().unwrap());
    shared.release_group();
    assert_eq!(EVENTS.take(), [Event::ChildReaped]);
    assert!(!shared.signal_group(libc::SIGTERM, Cause::Terminate).unwrap());
    assert!(EVENTS.take().is_empty());
}

#[test]
fn a_leader_that_is_alone_is_reaped_at_once_and_all_of_its_record_is_had() {
    let shared = leader(&[Zombie], &[&[]], false);
    let status = shared.try_wait().unwrap().unwrap();
    assert_eq!(status.code(), Some(3));
    assert!(status.usage.is_some() && !is_pinned(&shared));
    assert_eq!(EVENTS.take(), [Event::ChildReaped]);
}

#[test]
fn one_that_forks_slips_through_one_look_but_not_through_two() {
    let shared = leader(&[Zombie], &[&[], &[MEMBER]], false);
    shared.try_wait().unwrap().unwrap();
    assert!(is_pinned(&shared));
}

#[test]
fn nobody_to_signal_is_told_from_others_who_must_not_be() {
    let shared = leader(&[Zombie], &[&[MEMBER]], false);
    shared.try_wait().unwrap();
    ALL_ARE_OTHERS.set(true);
    let refused = shared.signal_group(libc::SIGTERM, Cause::Kill).unwrap_err();
    assert_eq!(refused.raw_os_error(), Some(libc::EPERM));
    // The member ran when the group was listed, and ended before the signal.
    RUNNING.set(&[&[MEMBER], &[]]);
    assert!(!shared.signal_group(libc::SIGTERM, Cause::Kill).unwrap());
    RUNNING.set(&[&[]]);
    assert!(!shared.signal_group(libc::SIGTERM, Cause::Kill).unwrap());
}

#[test]
fn who_is_forked_while_all_are_killed_is_killed_as_well() {
    let looks: &[&[libc::pid_t]] =
        &[&[MEMBER], &[MEMBER], &[MEMBER, LATE], &[LATE], &[LATE, LATER], &[LATER]];
    let shared = leader(&[Running], looks, false);
    assert!(shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
    let killed: Vec<_> = EVENTS.take();
    assert!(killed.len() > 1, "{killed:?}");
    assert!(matches!(killed[..], [.., Event::Group(libc::SIGKILL, [LATER])]), "{killed:?}");
}

#[test]
fn a_number_that_is_anothers_is_never_signalled() {
    for life in [&[Zombie, Zombie, Gone][..], &[Zombie, Zombie, Reused], &[Reused], &[Gone]] {
        let shared = leader(life, &[&[MEMBER]], false);
        let _ = shared.try_wait();
        LIFE.set(&life[life.len() - 1..]);
        for signal in [libc::SIGTERM, libc::SIGKILL, 0] {
            assert!(!shared.signal_group(signal, Cause::Kill).unwrap(), "{life:?}");
        }
        assert!(shared.group_is_empty().unwrap());
        assert!(EVENTS.take().is_empty(), "{life:?}");
    }
}

#[test]
fn a_watchdog_is_none_of_the_group_and_is_gone_before_the_leader() {
    let shared = leader(&[Running, Zombie], &[&[]], true);
    assert_eq!(shared.try_wait().unwrap(), None);
    assert!(shared.with_process(OwnProcess::ends_with_this_process));
    shared.try_wait().unwrap().unwrap();
    let ended = [Event::ToWatchdog(libc::SIGKILL), Event::WatchdogReaped, Event::ChildReaped];
    assert_eq!(EVENTS.take(), ended);
    // The watchdog does not count when it is the last process either.
    let shared = leader(&[Zombie], &[&[MEMBER]], true);
    shared.try_wait().unwrap().unwrap();
    assert_eq!(shared.with_process(OwnProcess::group_members), [MEMBER]);
    RUNNING.set(&[&[]]);
    assert!(!shared.signal_group(libc::SIGTERM, Cause::Kill).unwrap());
    assert!(EVENTS.take().is_empty());
}

#[test]
fn a_watchdog_that_is_stopped_with_its_group_goes_on() {
    let shared = leader(&[Running], &[&[MEMBER]], true);
    assert!(shared.signal_group(libc::SIGSTOP, Cause::Kill).unwrap());
    assert_eq!(EVENTS.take(), [Event::Group(libc::SIGSTOP, &[MEMBER]), Event::ToWatchdog(libc::SIGCONT)]);
}

#[test]
fn a_watchdog_that_was_killed_with_its_group_is_reaped() {
    let shared = leader(&[Zombie], &[&[MEMBER]], true);
    shared.try_wait().unwrap().unwrap();
    assert!(shared.signal_group(libc::SIGKILL, Cause::Kill).unwrap());
    EVENTS.take();
    shared.release_group();
    assert_eq!(EVENTS.take(), [Event::WatchdogReaped, Event::ChildReaped]);
}
