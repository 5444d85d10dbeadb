//! The group that a child leads. It has nothing but its number, which nobody else can have for as long as the leader has
//! not been reaped: [`Held`](crate::core::held::Held) sees to that.

use super::calls;
use super::watchdog::Watchdog;
use crate::core::held::Led;
use crate::core::process::Containment;
use std::io;

/// A process of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Member {
    pub pid: libc::pid_t,
    pub is_zombie: bool,
}

#[derive(Debug)]
pub struct Group {
    /// The pid of its leader.
    number: libc::pid_t,
    /// What ends it with this process. It is in the group, but none of it.
    watchdog: Option<Watchdog>,
}

impl Group {
    pub fn new(number: libc::pid_t, watchdog: Option<Watchdog>) -> Self {
        Self { number, watchdog }
    }

    pub fn containment(&self) -> Containment {
        Containment::Group
    }

    /// Whether the end of this process still ends it.
    pub fn is_tied(&self) -> bool {
        self.watchdog.is_some()
    }

    /// Some of those that run: enough to wait for, for when these are gone there are fewer.
    pub fn members(&self) -> Vec<libc::pid_t> {
        const MOST: usize = 16;
        let mut running = self.running().unwrap_or_default();
        running.truncate(MOST);
        running
    }

    fn look(&self) -> io::Result<Vec<Member>> {
        let watchdog = self.watchdog.as_ref().map(Watchdog::pid);
        let mut members = calls::group(self.number)?;
        members.retain(|member| Some(member.pid) != watchdog);
        members.sort_unstable_by_key(|member| member.pid);
        Ok(members)
    }

    fn running(&self) -> io::Result<Vec<libc::pid_t>> {
        let members = self.look()?.into_iter();
        Ok(members.filter(|member| !member.is_zombie).map(|member| member.pid).collect())
    }

    /// Who forks and ends all the time slips through one look, but not through two that saw the same.
    fn nobody_runs(&self) -> io::Result<bool> {
        let members = self.look()?;
        Ok(members.iter().all(|member| member.is_zombie) && self.look()? == members)
    }

    fn send(&self, signal: i32) -> io::Result<bool> {
        let nobody_runs = || self.nobody_runs().unwrap_or(false);
        // The kernel would send it: to the watchdog, and (FreeBSD) to zombies.
        if nobody_runs() {
            return Ok(false);
        }
        match calls::signal_group(self.number, signal) {
            Ok(()) => Ok(true),
            Err(error) => match error.raw_os_error() {
                Some(libc::ESRCH) => Ok(false),
                // What xnu says of a group of which nobody runs, as of one of which nobody is ours to signal.
                Some(libc::EPERM) if nobody_runs() => Ok(false),
                _ => Err(error),
            },
        }
    }

    /// A signal misses who is being forked at that moment (xnu; FreeBSD before 14). So it is sent until nobody is there
    /// who was not there before it was.
    fn kill(&self) -> io::Result<bool> {
        /// Each kills whoever forks, so that a few are enough.
        const MOST: usize = 64;
        let mut before = self.running().unwrap_or_default();
        let mut sent = false;
        for _ in 0..MOST {
            sent |= self.send(libc::SIGKILL)?;
            let Ok(now) = self.running() else { break };
            if now.iter().all(|pid| before.contains(pid)) {
                break;
            }
            before = now;
        }
        Ok(sent)
    }
}

impl Led for Group {
    fn needs_its_leader(&self) -> bool {
        true
    }

    fn signal(&self, signal: i32, is_kept: bool) -> io::Result<bool> {
        if !is_kept {
            return Ok(false);
        }
        if signal == libc::SIGKILL {
            return self.kill();
        }
        let sent = self.send(signal)?;
        if signal == libc::SIGSTOP {
            self.watchdog.iter().for_each(Watchdog::go_on);
        }
        Ok(sent)
    }

    fn is_empty(&self, is_kept: bool) -> io::Result<bool> {
        if !is_kept { Ok(true) } else { self.nobody_runs() }
    }
}
