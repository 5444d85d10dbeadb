//! A kernel like xnu, in which one child is led through what cannot be had on Linux: a debugger takes it over, it is hidden
//! before it becomes a zombie, someone else reaps it, its pid is used again.

use std::cell::Cell;
use std::io;
use std::time::Instant;

pub type Birth = (u64, u64);

/// Where the child is, as far as its parent's waits and proc_pidinfo can tell.
#[derive(Clone, Copy, Debug)]
enum Child {
    Running,
    /// Under a debugger, which is its parent now: alive, or a zombie that the debugger has yet to reap.
    Debugged,
    /// It has begun to exit, which takes a while: neither can it be reaped, nor is there anything to watch.
    Hidden,
    Zombie,
    /// Reaped by someone else.
    Gone,
    /// As `Gone`, and a stranger has its pid.
    Reused,
}
use Child::{Debugged, Gone, Hidden, Reused, Running, Zombie};

const BIRTH: Birth = (7, 0);

thread_local! {
    /// What becomes of the child, one step at each question that is asked; it stays as the last.
    static LIFE: Cell<&'static [Child]> = const { Cell::new(&[Running]) };
    /// How many signals have gone to the child, and to a stranger.
    static SIGNALS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
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

pub fn birth(_pid: libc::pid_t) -> Option<Birth> {
    match LIFE.get()[0] {
        Gone => None,
        Reused => Some((8, 0)),
        Running | Debugged | Hidden | Zombie => Some(BIRTH),
    }
}

pub fn wait(_pid: libc::pid_t, options: i32) -> io::Result<bool> {
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
    // SAFETY: a plain C struct for which all zeros is a valid value.
    Ok(wait(pid, libc::WNOHANG)?.then(|| (3 << 8, unsafe { std::mem::zeroed() })))
}

pub fn kill(_pid: libc::pid_t, _signal: i32) -> io::Result<()> {
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
            // Both by ESRCH.
            Hidden | Gone => return Ok(true),
            Zombie => return Ok(true),
            Running | Debugged | Reused if deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                return Ok(false);
            }
            Running | Debugged | Reused => {}
        }
    }
}

mod tests {
    use super::super::handle::Handle;
    use super::super::own_process::OwnProcess;
    use super::*;
    use crate::core::shared_child::SharedChild;

    fn child(life: &'static [Child]) -> Handle {
        LIFE.set(&[Running]);
        let handle = Handle::new(1);
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
        // While we wait.
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
            let shared = SharedChild::from_process(OwnProcess::new(1));
            LIFE.set(life);
            assert_eq!((shared.kill().unwrap(), SIGNALS.get()), (sent, signals), "{life:?}");
        }
    }

    #[test]
    fn a_status_is_had_after_a_debugger() {
        LIFE.set(&[Running]);
        let shared = SharedChild::from_process(OwnProcess::new(1));
        LIFE.set(&[Debugged, Debugged, Hidden, Debugged, Zombie]);
        assert_eq!(shared.try_wait().unwrap(), None);
        assert_eq!(shared.wait().unwrap().code(), Some(3));
    }

    #[test]
    fn a_child_whose_birth_is_not_known_is_gone_when_the_kernel_says_so() {
        LIFE.set(&[Gone]);
        let handle = Handle::new(1);
        LIFE.set(&[Reused]);
        assert!(handle.has_exited().unwrap());
    }
}
