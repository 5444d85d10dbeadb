//! The processes of a group, by /proc.

use super::pidfd;
use crate::core::sys::check;
use std::collections::HashSet;
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd};

/// What /proc/PID/stat tells of a process' place among others.
pub struct ParentFields {
    pub is_zombie: bool,
    pub group: libc::pid_t,
}

/// `None`: there is no such process.
pub fn parent_fields(pid: libc::pid_t) -> Option<ParentFields> {
    let line = fs::read(format!("/proc/{pid}/stat")).ok()?;
    // The name in the second field may hold blanks and brackets itself.
    let end = line.iter().rposition(|byte| *byte == b')')?;
    let mut fields = str::from_utf8(line.get(end + 2..)?).ok()?.split(' ');
    let is_zombie = matches!(fields.next()?, "Z" | "X");
    Some(ParentFields { is_zombie, group: fields.nth(1)?.parse().ok()? })
}

/// The processes of a group, as one walk through /proc has found them.
#[derive(Debug, Default)]
pub struct Members {
    pub running: Vec<libc::pid_t>,
    zombies: Vec<libc::pid_t>,
    /// The processes of other groups.
    others: HashSet<libc::pid_t>,
    /// Those that were gone before their group was seen.
    missed: Vec<libc::pid_t>,
}

/// The number must be kept from being another group's meanwhile.
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

/// Whether a group in which the kernel finds somebody consists of zombies.
///
/// Who forks and ends all the time is easily missed by a walk, whose list is old by the time it is read. So it takes
/// two walks: in the second one, whoever has run since the first is running, or a new zombie, or gone from the list.
pub fn are_zombies(number: libc::pid_t) -> io::Result<bool> {
    /// On a busy machine, others come and go as well.
    const WALKS: usize = 5;
    let mut before = of_group(number)?;
    for _ in 1..WALKS {
        if !before.running.is_empty() {
            return Ok(false);
        }
        let now = of_group(number)?;
        let saw_all = now.missed.iter().all(|pid| before.others.contains(pid));
        if saw_all && now.running.is_empty() && !now.zombies.is_empty() && now.zombies == before.zombies {
            return Ok(true);
        }
        before = now;
    }
    Ok(false)
}

/// A process that nobody else can take the place of.
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

/// Sends a signal to the group whose number is kept from being another's: `false` when there is nobody.
pub fn signal_by_number(number: libc::pid_t, signal: i32) -> io::Result<bool> {
    // SAFETY: takes integers. The caller keeps the leader from being reaped.
    match check(unsafe { libc::kill(-number, signal) }) {
        Ok(_) => Ok(true),
        Err(error) if error.raw_os_error() == Some(libc::ESRCH) => Ok(false),
        Err(error) => Err(error),
    }
}
