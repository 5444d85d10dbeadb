//! The group that a child leads: its job, with all that it has started.

use super::asking::{close_windows, press_ctrl_break};
use super::handle::{KILLED, Meaning};
use super::{Handle, Job};
use std::io;

#[derive(Debug)]
pub struct Group {
    job: Job,
    /// The child's pid, which is also what its process group at the console is called by.
    number: u32,
    /// Open for as long as the group is, so that its pid does not become another's.
    leader: Handle,
}

impl Group {
    pub fn new(job: Job, number: u32, leader: Handle) -> Self {
        Self { job, number, leader }
    }

    pub fn ends_with_this_process(&self) -> bool {
        self.job.kills_on_close()
    }

    /// `true` if anybody has ended by this, or would have to.
    pub fn signal(&self, signal: i32) -> io::Result<bool> {
        let meaning = Meaning::of(signal)?;
        let leader_runs = !self.leader.is_ending()?;
        let others = self.others()?;
        if meaning == Meaning::Probe || (!leader_runs && others.is_empty()) {
            return Ok(leader_runs || !others.is_empty());
        }
        self.job.terminate(KILLED)?;
        // The child may have ended by itself in between.
        Ok(!others.is_empty() || self.leader.is_ended_by_us()?)
    }

    /// Asks all of them to end. `false`: nobody can be asked, or nobody is left.
    pub fn ask_to_end(&self) -> io::Result<bool> {
        let members = self.job.members()?;
        let processes: Vec<u32> = members.iter().map(|member| member.pid).collect();
        let windows = close_windows(&processes);
        Ok(press_ctrl_break(self.number, &processes) || windows)
    }

    pub fn is_empty(&self) -> io::Result<bool> {
        self.signal(0).map(|anybody| !anybody)
    }

    /// Those that run, but for the child itself, of which the job may still have a record when it has exited.
    fn others(&self) -> io::Result<Vec<u32>> {
        let mut others = self.job.processes()?;
        others.retain(|pid| *pid != self.number);
        Ok(others)
    }

    /// Some of those that run: enough to wait for, for when these are gone there are fewer.
    pub fn members(&self) -> Vec<i32> {
        const MOST: usize = 16;
        let others = self.others().unwrap_or_default();
        others.into_iter().take(MOST).map(|pid| pid as i32).collect()
    }
}
