//! The group that a child leads, as the kernel knows it: a process group and, with `group: 'contain'`, also a cgroup,
//! which its processes cannot leave.

use super::cgroup::Cgroup;
use super::members;
use super::pidfd;
use crate::core::process::Containment;
use crate::core::process_and_group::ProcessGroup;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;

#[derive(Debug)]
pub struct Group {
    /// The pid of its leader.
    number: libc::pid_t,
    /// The leader's pidfd, if the kernel can signal a group by it (Linux 6.9). It names this group and never another
    /// one, even after the leader has been reaped. Without it, the group is named by its number, which is safe only
    /// while the leader is not reaped.
    leader: Option<Arc<OwnedFd>>,
    cgroup: Option<Cgroup>,
}

impl Group {
    pub fn new(number: libc::pid_t, leader: Option<&Arc<OwnedFd>>, cgroup: Option<Cgroup>) -> Self {
        let leader = leader.filter(|_| pidfd::can_signal_groups()).cloned();
        Self { number, leader, cgroup }
    }

    pub fn containment(&self) -> Containment {
        if self.cgroup.is_some() { Containment::Cgroup } else { Containment::Group }
    }

    /// Some of the processes that run. A few are enough to watch: when they have ended, the next check lists others.
    pub fn members(&self) -> Vec<libc::pid_t> {
        const MOST: usize = 16;
        let running = match &self.cgroup {
            Some(cgroup) => cgroup.processes(),
            None => members::of_group(self.number).map(|members| members.running),
        };
        let mut running = running.unwrap_or_default();
        running.truncate(MOST);
        running
    }
}

impl ProcessGroup for Group {
    fn needs_its_leader(&self) -> bool {
        self.leader.is_none() && self.cgroup.is_none()
    }

    fn signal(&self, signal: i32, is_kept: bool) -> io::Result<bool> {
        if let Some(cgroup) = &self.cgroup {
            return match signal {
                0 => cgroup.is_populated(),
                libc::SIGKILL => cgroup.kill(),
                _ => cgroup.signal(signal),
            };
        }
        match &self.leader {
            Some(leader) => pidfd::signal_group(leader.as_raw_fd(), signal),
            None if is_kept => members::signal_by_number(self.number, signal),
            None => Ok(false),
        }
    }

    fn is_empty(&self, is_kept: bool) -> io::Result<bool> {
        // Ask the kernel first: if the group has no process, zombies included, its number may be another group's.
        if !self.signal(0, is_kept)? {
            return Ok(true);
        }
        // A cgroup's answer does not count zombies, so there are running processes.
        if self.cgroup.is_some() {
            return Ok(false);
        }
        members::are_zombies(self.number)
    }
}
