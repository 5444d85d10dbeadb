//! Finds the processes of a group in /proc.

use super::pidfd;
use crate::core::sys::check;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// Two fields of /proc/PID/stat.
pub struct ParentFields {
    pub is_zombie: bool,
    pub group: libc::pid_t,
}

/// `None`: there is no such process.
pub fn parent_fields(pid: libc::pid_t) -> Option<ParentFields> {
    let line = fs::read(format!("/proc/{pid}/stat")).ok()?;
    // The program's name, in the second field, may itself contain blanks and brackets.
    let end = line.iter().rposition(|byte| *byte == b')')?;
    let mut fields = str::from_utf8(line.get(end + 2..)?).ok()?.split(' ');
    let is_zombie = matches!(fields.next()?, "Z" | "X");
    Some(ParentFields { is_zombie, group: fields.nth(1)?.parse().ok()? })
}

/// The processes of a group, as one pass over /proc has found them.
#[derive(Clone, Debug, Default)]
pub struct Members {
    pub running: Vec<libc::pid_t>,
    zombies: Vec<libc::pid_t>,
    /// The processes of other groups.
    others: HashSet<libc::pid_t>,
    /// Processes that ended before their group could be read.
    missed: Vec<libc::pid_t>,
}

/// Lists the processes of a group. The caller makes sure that the number cannot become another group's meanwhile.
pub fn of_group(number: libc::pid_t) -> io::Result<Members> {
    let mut members = Members::default();
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        match parent_fields(pid) {
            None => members.missed.push(pid),
            Some(fields) if fields.group != number => drop(members.others.insert(pid)),
            Some(fields) if fields.is_zombie => members.zombies.push(pid),
            Some(_) => members.running.push(pid),
        }
    }
    Ok(members)
}

/// Whether all processes of a group are zombies. The kernel has found at least one process in it.
pub fn are_zombies(number: libc::pid_t) -> io::Result<bool> {
    are_zombies_by(|| of_group(number))
}

/// One walk over /proc can miss a process that forks a copy of itself and exits, over and over: the list of pids is
/// older than the read of each process. So two walks have to agree. Whatever has run since the first walk is found by
/// the second as a running process, as a new zombie, or as a pid of the list whose process is gone.
fn are_zombies_by(mut walk: impl FnMut() -> io::Result<Members>) -> io::Result<bool> {
    /// On a busy machine, unrelated processes come and go between two walks, so a few are tried.
    const WALKS: usize = 5;
    let mut before = walk()?;
    for _ in 1..WALKS {
        if !before.running.is_empty() {
            return Ok(false);
        }
        let now = walk()?;
        let saw_all = now.missed.iter().all(|pid| before.others.contains(pid));
        if saw_all && now.running.is_empty() && !now.zombies.is_empty() && now.zombies == before.zombies {
            return Ok(true);
        }
        before = now;
    }
    Ok(false)
}

/// A pidfd: it never comes to mean another process.
#[derive(Debug)]
pub struct Pidfd(OwnedFd);

impl Pidfd {
    pub fn open(pid: libc::pid_t) -> io::Result<Self> {
        pidfd::open(pid).map(Self)
    }

    pub fn send_signal(&self, signal: i32) -> io::Result<()> {
        pidfd::send_signal(self.0.as_raw_fd(), signal)
    }
}

impl AsRawFd for Pidfd {
    fn as_raw_fd(&self) -> i32 {
        self.0.as_raw_fd()
    }
}

/// Sends a signal to a group by its number, which the caller keeps from becoming another group's. `false`: the group
/// has no process.
pub fn signal_by_number(number: libc::pid_t, signal: i32) -> io::Result<bool> {
    // SAFETY: both arguments are integers. The number is the group's, because the caller keeps the leader unreaped.
    match check(unsafe { libc::kill(-number, signal) }) {
        Ok(_) => Ok(true),
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEADER: libc::pid_t = 10;
    const OTHER: libc::pid_t = 11;
    const FORKED: libc::pid_t = 12;

    /// A walk that has found the leader as the only zombie of the group, and one process of another group.
    fn found() -> Members {
        Members { zombies: vec![LEADER], others: HashSet::from([OTHER]), ..Members::default() }
    }

    /// The answer after these walks, of which the last is repeated as needed, and how many walks it took.
    fn after(walks: &[Members]) -> (bool, usize) {
        let mut count = 0;
        let zombies = are_zombies_by(|| {
            count += 1;
            Ok(walks.get(count - 1).or(walks.last()).cloned().unwrap())
        });
        (zombies.unwrap(), count)
    }

    #[test]
    fn two_walks_that_find_the_same_zombies_tell() {
        assert_eq!(after(&[found()]), (true, 2));
    }

    #[test]
    fn who_forks_and_ends_slips_through_one_walk_but_not_through_two() {
        let runs = Members { running: vec![FORKED], ..found() };
        assert_eq!(after(&[found(), runs]), (false, 2));
        let ended = Members { zombies: vec![LEADER, FORKED], ..found() };
        assert_eq!(after(&[found(), ended]), (true, 3));
        let gone = Members { missed: vec![FORKED], ..found() };
        assert_eq!(after(&[found(), gone]), (false, 5));
    }

    #[test]
    fn who_was_of_another_group_may_go() {
        let gone = Members { missed: vec![OTHER], others: HashSet::new(), ..found() };
        assert_eq!(after(&[found(), gone]), (true, 2));
    }

    #[test]
    fn nobody_at_all_is_not_yet_believed() {
        assert_eq!(after(&[Members::default()]), (false, 5));
    }
}
