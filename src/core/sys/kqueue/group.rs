//! The group that a child leads. It is known by its number only. The number stays the group's while the leader is not
//! reaped, and [`ProcessAndGroup`](crate::core::process_and_group::ProcessAndGroup) makes sure that it is not.

use super::calls;
use super::records::Member;
use super::watchdog::Watchdog;
use crate::core::process::Containment;
use crate::core::process_and_group::ProcessGroup;
use std::io;

#[derive(Debug)]
pub struct Group {
    /// The pid of its leader.
    number: libc::pid_t,
    /// Ends the group when this process ends. It is in the process group, but does not count as a member.
    watchdog: Option<Watchdog>,
}

impl Group {
    pub fn new(number: libc::pid_t, watchdog: Option<Watchdog>) -> Self {
        Self { number, watchdog }
    }

    pub fn containment(&self) -> Containment {
        Containment::Group
    }

    /// Whether the group still ends with this process.
    pub fn ends_with_this_process(&self) -> bool {
        self.watchdog.is_some()
    }

    /// Some of the processes that run. A few are enough to watch: when they have ended, the next check lists others.
    pub fn members(&self) -> Vec<libc::pid_t> {
        const MOST: usize = 16;
        let mut running = self.running().unwrap_or_default();
        running.truncate(MOST);
        running
    }

    fn processes(&self) -> io::Result<Vec<Member>> {
        let watchdog = self.watchdog.as_ref().map(Watchdog::pid);
        let mut members = calls::group(self.number)?;
        members.retain(|member| Some(member.pid) != watchdog);
        members.sort_unstable_by_key(|member| member.pid);
        Ok(members)
    }

    fn running(&self) -> io::Result<Vec<libc::pid_t>> {
        let members = self.processes()?.into_iter();
        Ok(members.filter(|member| !member.is_zombie).map(|member| member.pid).collect())
    }

    /// Whether all members are zombies. A process that keeps forking a copy of itself and exiting can be missed by one
    /// listing, but then the next listing differs from it. So two equal ones are required.
    fn nobody_runs(&self) -> io::Result<bool> {
        let members = self.processes()?;
        Ok(members.iter().all(|member| member.is_zombie) && self.processes()? == members)
    }

    fn send(&self, signal: i32) -> io::Result<bool> {
        let nobody_runs = || self.nobody_runs().unwrap_or(false);
        // In this case the kernel would still report success: for the watchdog, and on FreeBSD for zombies.
        if nobody_runs() {
            return Ok(false);
        }
        match calls::signal_group(self.number, signal) {
            Ok(()) => Ok(true),
            Err(error) => match error.raw_os_error() {
                Some(libc::ESRCH) => Ok(false),
                // On xnu, EPERM means that no member runs, or that we may not signal any of them.
                Some(libc::EPERM) if nobody_runs() => Ok(false),
                _ => Err(error),
            },
        }
    }

    /// A signal to a group misses a process that is being forked at that moment (xnu, and FreeBSD before 14). So SIGKILL
    /// is sent until no process runs that was not there before the last time.
    fn kill(&self) -> io::Result<bool> {
        /// A limit. Each round kills the processes that fork, so a few rounds are enough.
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

impl ProcessGroup for Group {
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
            self.watchdog.iter().for_each(Watchdog::resume);
        }
        Ok(sent)
    }

    fn is_empty(&self, is_kept: bool) -> io::Result<bool> {
        if !is_kept { Ok(true) } else { self.nobody_runs() }
    }
}
