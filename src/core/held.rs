//! The leader of a group, and the group, where one has to keep the number of the other.
//!
//! A group outlives its leader, whose pid is its number. Where nothing but the number names the group, the leader
//! is pinned: it stays a zombie while others run, for a pid that is not free is no other group's number.

use super::exit_status::ExitStatus;
use super::process::{Outcome, ReapedElsewhere};
use std::io;

/// What a look at the leader has found.
#[derive(Clone, Copy, Debug)]
pub enum Found {
    Running,
    Exited(ExitStatus),
    /// Someone else has reaped it; what can be told of it all the same.
    Reaped(Outcome),
}

/// A child that has not been reaped by us.
pub trait Leader {
    fn find(&self) -> io::Result<Found>;

    /// The same; and one that has exited is reaped. May tell more of it than a look: what it has used.
    fn reap(&self) -> io::Result<Found>;
}

/// The group that it leads.
pub trait Led {
    /// Whether its number is all that it has.
    fn needs_its_leader(&self) -> bool;

    /// `true` when it was sent, `false` when nobody is left. `is_kept`: the number is still its own.
    fn signal(&self, signal: i32, is_kept: bool) -> io::Result<bool>;

    fn is_empty(&self, is_kept: bool) -> io::Result<bool>;
}

#[derive(Debug)]
pub struct Held<L, G> {
    /// `None` once it is reaped: nothing names the pid again.
    leader: Option<L>,
    /// For as long as it can be signalled.
    group: Option<G>,
    /// The outcome of the leader is known, and it is kept a zombie.
    is_pinned: bool,
}

impl<L: Leader, G: Led> Held<L, G> {
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
        let outcome = match if pins { leader.find()? } else { leader.reap()? } {
            Found::Running => return Ok(None),
            Found::Exited(status) => {
                self.is_pinned = pins;
                Ok(status)
            }
            Found::Reaped(outcome) => outcome,
        };
        if !self.is_pinned {
            self.leader = None;
        } else if self.group_is_empty().unwrap_or(false)
            && let Some(Found::Exited(status)) = self.release()
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

    /// From here on nobody can signal the group. What the reap of a leader that was pinned has found.
    pub fn release(&mut self) -> Option<Found> {
        self.group = None;
        if !self.is_pinned {
            return None;
        }
        self.is_pinned = false;
        self.leader.take()?.reap().ok()
    }

    /// A `waitpid(-1)` of someone else takes the pin away; and then the number may be another's.
    fn keeps_its_number(&mut self) -> io::Result<bool> {
        let Some(leader) =
            self.leader.as_ref().filter(|_| self.group.as_ref().is_some_and(G::needs_its_leader))
        else {
            return Ok(false);
        };
        let is_kept = match leader.find()? {
            // One that runs after it has exited is another child, with the same pid.
            Found::Running => !self.is_pinned,
            Found::Exited(_) => true,
            Found::Reaped(_) => false,
        };
        if self.is_pinned && !is_kept {
            self.is_pinned = false;
            self.leader = None;
        }
        Ok(is_kept)
    }
}
