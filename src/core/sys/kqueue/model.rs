//! A model of a kernel like xnu, which the tests use instead of calls.rs. Its one child goes through states that cannot be
//! produced on Linux: a debugger takes it over, it is hidden before it becomes a zombie, someone else reaps it, its pid is
//! reused. It may lead a group with other processes and a watchdog.

use super::records::{Ended, Member, StartTime};
use std::cell::{Cell, RefCell};
use std::io;
use std::time::Instant;

/// The state of the child, as far as its parent's waits and proc_pidinfo can tell.
#[derive(Clone, Copy, Debug)]
enum Child {
    Running,
    /// Under a debugger, which is its parent for now: it runs, or it is a zombie that the debugger has not reaped yet.
    Debugged,
    /// It is exiting, which takes a while: it can no longer be watched, and it cannot be reaped yet.
    Hidden,
    Zombie,
    /// Reaped by someone else.
    Gone,
    /// Reaped by someone else, and another process has its pid.
    Reused,
}
use Child::{Debugged, Gone, Hidden, Reused, Running, Zombie};

const START_TIME: StartTime = (7, 0);

/// The pids of the child and of the other processes in its group.
const CHILD: libc::pid_t = 1;
const WATCHDOG: libc::pid_t = 2;
const MEMBER: libc::pid_t = 3;
const LATE: libc::pid_t = 4;
const LATER: libc::pid_t = 5;

thread_local! {
    /// The states of the child. Each call that asks for the state moves on to the next one; the last one stays.
    static LIFE: Cell<&'static [Child]> = const { Cell::new(&[Running]) };
    /// How many signals have been sent to the child, and to the other process that has its pid.
    static SIGNALS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

/// What happened in the group, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    /// This signal was sent to the group, in which these members ran.
    Group(i32, &'static [libc::pid_t]),
    /// A signal was sent to the number after it had become another group's.
    Strangers,
    ToWatchdog(i32),
    WatchdogReaped,
    ChildReaped,
}

thread_local! {
    /// The members besides the child that each listing of the group finds; the last one stays.
    static RUNNING: Cell<&'static [&'static [libc::pid_t]]> = const { Cell::new(&[&[]]) };
    /// All running members belong to another user, so we may not signal them.
    static ALL_ARE_OTHERS: Cell<bool> = const { Cell::new(false) };
    static WATCHDOG_LIVES: Cell<bool> = const { Cell::new(false) };
    static EVENTS: RefCell<Vec<Event>> = const { RefCell::new(Vec::new()) };
}

fn note(event: Event) {
    EVENTS.with_borrow_mut(|events| events.push(event));
}

pub fn group(number: libc::pid_t) -> io::Result<Vec<Member>> {
    assert_eq!(number, CHILD);
    let looks = RUNNING.get();
    if let [_, rest @ ..] = looks
        && !rest.is_empty()
    {
        RUNNING.set(rest);
    }
    let zombie = matches!(LIFE.get()[0], Zombie).then_some(Member { pid: CHILD, is_zombie: true });
    let child = matches!(LIFE.get()[0], Running).then_some(Member { pid: CHILD, is_zombie: false });
    let watchdog = WATCHDOG_LIVES.get().then_some(Member { pid: WATCHDOG, is_zombie: false });
    let others = looks[0].iter().map(|pid| Member { pid: *pid, is_zombie: false });
    Ok(others.chain(zombie).chain(child).chain(watchdog).collect())
}

pub fn signal_group(number: libc::pid_t, signal: i32) -> io::Result<()> {
    assert_eq!(number, CHILD);
    let running = RUNNING.get()[0];
    match LIFE.get()[0] {
        Reused => {
            note(Event::Strangers);
            return Ok(());
        }
        Gone if running.is_empty() => return Err(io::Error::from_raw_os_error(libc::ESRCH)),
        _ if ALL_ARE_OTHERS.get() => return Err(io::Error::from_raw_os_error(libc::EPERM)),
        Zombie if running.is_empty() && !WATCHDOG_LIVES.get() => {
            return Err(io::Error::from_raw_os_error(libc::EPERM));
        }
        _ => {}
    }
    note(Event::Group(signal, running));
    if signal == libc::SIGKILL {
        WATCHDOG_LIVES.set(false);
    }
    Ok(())
}

/// Runs `act` on the calling thread, as the model has only one.
pub fn in_a_thread(act: impl FnOnce() + Send + 'static) {
    act();
}

fn now() -> Child {
    let life = LIFE.get();
    if let [_, rest @ ..] = life
        && !rest.is_empty()
    {
        LIFE.set(rest);
    }
    life[0]
}

pub fn start_time(pid: libc::pid_t) -> Option<StartTime> {
    if pid == WATCHDOG {
        return Some(START_TIME);
    }
    match LIFE.get()[0] {
        Gone => None,
        Reused => Some((8, 0)),
        Running | Debugged | Hidden | Zombie => Some(START_TIME),
    }
}

pub fn wait(pid: libc::pid_t, options: i32) -> io::Result<bool> {
    if pid == WATCHDOG {
        assert!(options & libc::WNOHANG != 0 || !WATCHDOG_LIVES.get(), "this wait has no end");
        return Ok(!WATCHDOG_LIVES.get());
    }
    loop {
        return match now() {
            Debugged | Gone | Reused => Err(io::Error::from_raw_os_error(libc::ECHILD)),
            Zombie => Ok(true),
            Running | Hidden if options & libc::WNOHANG != 0 => Ok(false),
            Running | Hidden => continue,
        };
    }
}

pub fn reap(pid: libc::pid_t) -> io::Result<Option<(i32, libc::rusage)>> {
    if !wait(pid, libc::WNOHANG)? {
        return Ok(None);
    }
    note(if pid == WATCHDOG { Event::WatchdogReaped } else { Event::ChildReaped });
    // SAFETY: a plain C struct for which all zeros is a valid value.
    Ok(Some((3 << 8, unsafe { std::mem::zeroed() })))
}

/// Answers like xnu: with all bits of the exit code, and without what the child has used.
pub fn peek(pid: libc::pid_t) -> io::Result<Option<Ended>> {
    let ended = Ended { code: libc::CLD_EXITED, status: 0x1003, usage: None };
    Ok(wait(pid, libc::WNOHANG)?.then_some(ended))
}

pub fn kill(pid: libc::pid_t, signal: i32) -> io::Result<()> {
    if pid == WATCHDOG {
        note(Event::ToWatchdog(signal));
        WATCHDOG_LIVES.set(WATCHDOG_LIVES.get() && signal != libc::SIGKILL);
        return Ok(());
    }
    let (child, stranger) = SIGNALS.get();
    match now() {
        Running | Debugged | Hidden | Zombie => SIGNALS.set((child + 1, stranger)),
        Reused => SIGNALS.set((child, stranger + 1)),
        Gone => return Err(io::Error::from_raw_os_error(libc::ESRCH)),
    }
    Ok(())
}

pub fn wait_for_exit_event(_pid: libc::pid_t, deadline: Option<Instant>) -> io::Result<bool> {
    loop {
        match now() {
            // The kernel reports both with ESRCH.
            Hidden | Gone => return Ok(true),
            Zombie => return Ok(true),
            Running | Debugged | Reused if deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                return Ok(false);
            }
            Running | Debugged | Reused => {}
        }
    }
}

#[path = "group_tests.rs"]
mod group_tests;

mod tests {
    use super::super::handle::Handle;
    use super::super::own_process::{Control, OwnProcess};
    use super::*;
    use crate::core::shared_child::SharedChild;

    fn child(life: &'static [Child]) -> Handle {
        LIFE.set(&[Running]);
        let handle = Handle::new(CHILD);
        LIFE.set(life);
        handle
    }

    fn reaped(handle: Handle) -> io::Result<Option<i32>> {
        handle.reap().map(|found| found.map(|(status, _)| status))
    }

    #[test]
    fn a_child_under_a_debugger_is_not_gone() {
        let handle = child(&[Debugged]);
        assert_eq!(reaped(handle).unwrap(), None);
        assert!(!handle.has_exited().unwrap());
        assert!(!handle.wait_without_reaping(Some(Instant::now())).unwrap());
    }

    #[test]
    fn a_wait_outlasts_a_debugger() {
        for life in [
            &[Running, Debugged, Debugged, Debugged, Zombie][..],
            &[Debugged, Debugged, Running, Hidden, Zombie],
            &[Debugged, Hidden, Hidden, Debugged, Zombie],
        ] {
            let handle = child(life);
            assert!(handle.wait_without_reaping(None).unwrap(), "{life:?}");
            assert_eq!(reaped(handle).unwrap(), Some(3 << 8), "{life:?}");
        }
    }

    #[test]
    fn an_exit_that_takes_its_time_is_waited_for() {
        let handle = child(&[Hidden, Hidden, Hidden, Zombie]);
        assert!(handle.wait_without_reaping(None).unwrap());
        assert_eq!(reaped(handle).unwrap(), Some(3 << 8));
        assert!(!child(&[Hidden]).wait_without_reaping(Some(Instant::now())).unwrap());
    }

    #[test]
    fn a_child_that_someone_else_reaped_is_gone() {
        for life in [&[Gone][..], &[Reused]] {
            let handle = child(life);
            assert_eq!(reaped(handle).unwrap_err().raw_os_error(), Some(libc::ECHILD), "{life:?}");
            assert!(handle.has_exited().unwrap(), "{life:?}");
            assert!(handle.wait_without_reaping(None).unwrap(), "{life:?}");
        }
        // Reaped while we wait.
        assert!(child(&[Running, Debugged, Gone]).wait_without_reaping(None).unwrap());
    }

    #[test]
    fn signals_reach_a_child_under_a_debugger_and_no_stranger() {
        for (life, sent, signals) in [
            (&[Debugged][..], true, (1, 0)),
            (&[Running, Debugged], true, (1, 0)),
            (&[Debugged, Reused], false, (0, 0)),
            (&[Gone], false, (0, 0)),
            (&[Reused], false, (0, 0)),
        ] {
            LIFE.set(&[Running]);
            SIGNALS.set((0, 0));
            let shared = SharedChild::from_process(OwnProcess::new(CHILD, Control::default()));
            LIFE.set(life);
            assert_eq!((shared.kill().unwrap(), SIGNALS.get()), (sent, signals), "{life:?}");
        }
    }

    #[test]
    fn a_status_is_had_after_a_debugger() {
        LIFE.set(&[Running]);
        let shared = SharedChild::from_process(OwnProcess::new(CHILD, Control::default()));
        LIFE.set(&[Debugged, Debugged, Hidden, Debugged, Zombie]);
        assert_eq!(shared.try_wait().unwrap(), None);
        assert_eq!(shared.wait().unwrap().code(), Some(3));
    }

    #[test]
    fn a_child_whose_birth_is_not_known_is_gone_when_the_kernel_says_so() {
        LIFE.set(&[Gone]);
        let handle = Handle::new(CHILD);
        LIFE.set(&[Reused]);
        assert!(handle.has_exited().unwrap());
    }
}
