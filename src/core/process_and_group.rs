//! A child and the group that it may lead, whose number has to stay reserved.
//!
//! The number of a process group is the pid of its leader, and a group can outlive its leader. Where the number is
//! the only way to name the group, the leader is *pinned* when it exits: it is left a zombie, not reaped, for as
//! long as the group is needed. While the pid is not free, the kernel gives the number to no other group.

use super::exit_status::ExitStatus;
use super::process::{Outcome, ReapedElsewhere};
use std::io;

/// The state in which the kernel reports the leader to be.
#[derive(Clone, Copy, Debug)]
pub enum LeaderState {
    Running,
    Exited(ExitStatus),
    /// Someone else has reaped it; the outcome as far as it can still be found out.
    Reaped(Outcome),
}

/// A child that we have not reaped.
pub trait Leader {
    /// Asks the kernel without reaping.
    fn state(&self) -> io::Result<LeaderState>;

    /// Asks the kernel, and reaps a child that has exited. The status then also says what the child has used.
    fn reap(&self) -> io::Result<LeaderState>;
}

/// The group that a child leads: a process group, or a cgroup.
pub trait ProcessGroup {
    /// Whether the group is known by its number only, so that its leader has to be pinned.
    fn needs_its_leader(&self) -> bool;

    /// `true`: the signal was sent; `false`: no process is left. `is_kept`: the number still belongs to this
    /// group, so it may be used.
    fn signal(&self, signal: i32, is_kept: bool) -> io::Result<bool>;

    fn is_empty(&self, is_kept: bool) -> io::Result<bool>;
}

#[derive(Debug)]
pub struct ProcessAndGroup<L, G> {
    /// `None` once the leader has been reaped, so that no system call can name its pid again.
    leader: Option<L>,
    /// `None` once the group has been released: it cannot be signalled any more.
    group: Option<G>,
    /// The leader has exited, its outcome is known, and it is kept a zombie.
    is_pinned: bool,
}

impl<L: Leader, G: ProcessGroup> ProcessAndGroup<L, G> {
    pub fn new(leader: L, group: Option<G>) -> Self {
        Self { leader: Some(leader), group, is_pinned: false }
    }

    pub fn leader(&self) -> Option<&L> {
        self.leader.as_ref()
    }

    pub fn group(&self) -> Option<&G> {
        self.group.as_ref()
    }

    pub fn is_pinned(&self) -> bool {
        self.is_pinned
    }

    /// See [`Process::try_reap`](super::process::Process::try_reap).
    pub fn try_reap(&mut self) -> io::Result<Option<Outcome>> {
        let Some(leader) = &self.leader else {
            return Ok(Some(Err(ReapedElsewhere)));
        };
        let pins = self.group.as_ref().is_some_and(G::needs_its_leader);
        let outcome = match if pins { leader.state()? } else { leader.reap()? } {
            LeaderState::Running => return Ok(None),
            LeaderState::Exited(status) => {
                self.is_pinned = pins;
                Ok(status)
            }
            LeaderState::Reaped(outcome) => outcome,
        };
        if !self.is_pinned {
            self.leader = None;
        } else if self.group_is_empty().unwrap_or(false)
            && let Some(LeaderState::Exited(status)) = self.release()
        {
            return Ok(Some(Ok(status)));
        }
        Ok(Some(outcome))
    }

    pub fn signal_group(&mut self, signal: i32) -> io::Result<bool> {
        let is_kept = self.keeps_its_number()?;
        self.group.as_ref().map_or(Ok(false), |group| group.signal(signal, is_kept))
    }

    pub fn group_is_empty(&mut self) -> io::Result<bool> {
        let is_kept = self.keeps_its_number()?;
        self.group.as_ref().map_or(Ok(true), |group| group.is_empty(is_kept))
    }

    /// Gives the group up: it cannot be signalled from here on. If the leader was pinned, reaps it and returns
    /// what that has found.
    pub fn release(&mut self) -> Option<LeaderState> {
        self.group = None;
        if !self.is_pinned {
            return None;
        }
        self.is_pinned = false;
        self.leader.take()?.reap().ok()
    }

    /// Whether the number still belongs to the group. A foreign `waitpid(-1)` can reap a pinned leader; after
    /// that, the number may be given to another group.
    fn keeps_its_number(&mut self) -> io::Result<bool> {
        let Some(leader) =
            self.leader.as_ref().filter(|_| self.group.as_ref().is_some_and(G::needs_its_leader))
        else {
            return Ok(false);
        };
        let is_kept = match leader.state()? {
            // A pinned leader has exited. If its pid runs, it is another process with the same pid.
            LeaderState::Running => !self.is_pinned,
            LeaderState::Exited(_) => true,
            LeaderState::Reaped(_) => false,
        };
        if self.is_pinned && !is_kept {
            self.is_pinned = false;
            self.leader = None;
        }
        Ok(is_kept)
    }
}
