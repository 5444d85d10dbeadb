//! The group that a child leads: its job, with everything that it has started.

use super::asking::{close_windows, press_ctrl_break};
use super::handle::{KILLED, Meaning};
use super::{Handle, Job};
use std::io;

#[derive(Debug)]
pub struct Group {
    job: Job,
    /// The child's pid, which is also the number of its process group at a console.
    number: u32,
    /// Kept open for as long as the group exists, so that the pid does not become another process's.
    leader: Handle,
}

impl Group {
    pub fn new(job: Job, number: u32, leader: Handle) -> Self {
        Self { job, number, leader }
    }

    pub fn ends_with_this_process(&self) -> bool {
        self.job.kills_on_close()
    }

    /// `true` if a process has ended by this or, for signal 0, if a process runs.
    pub fn signal(&self, signal: i32) -> io::Result<bool> {
        let meaning = Meaning::of(signal)?;
        let leader_runs = !self.leader.is_ending()?;
        let others = self.others()?;
        if meaning == Meaning::Probe || (!leader_runs && others.is_empty()) {
            return Ok(leader_runs || !others.is_empty());
        }
        self.job.terminate(KILLED)?;
        // The child may have exited by itself in between.
        Ok(!others.is_empty() || self.leader.is_ended_by_us()?)
    }

    /// Asks all of its processes to end. `false`: none of them can be asked, or none is left.
    pub fn ask_to_end(&self) -> io::Result<bool> {
        let members = self.job.members()?;
        let processes: Vec<u32> = members.iter().map(|member| member.pid).collect();
        let windows = close_windows(&processes);
        Ok(press_ctrl_break(self.number, &processes) || windows)
    }

    pub fn is_empty(&self) -> io::Result<bool> {
        self.signal(0).map(|anybody| !anybody)
    }

    /// The pids of the processes that run, except the child's: the job may still list it after it has exited.
    fn others(&self) -> io::Result<Vec<u32>> {
        let mut others = self.job.processes()?;
        others.retain(|pid| *pid != self.number);
        Ok(others)
    }

    /// Some of the processes that run. A few are enough to watch: when they have ended, the next check lists others.
    pub fn members(&self) -> Vec<i32> {
        const MOST: usize = 16;
        let others = self.others().unwrap_or_default();
        others.into_iter().take(MOST).map(|pid| pid as i32).collect()
    }
}
