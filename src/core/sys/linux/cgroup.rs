//! A cgroup for one child and all that it starts, which nobody can leave but who may write to another one
//! (man 7 cgroups, Documentation/admin-guide/cgroup-v2.rst). It needs a place in the hierarchy where this
//! process may make one: root has it, and so have the user services of systemd and other delegated units.

use super::members::{Pidfd, parent_fields};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

#[derive(Debug)]
pub struct Cgroup {
    folder: PathBuf,
    /// To be joined by writing into it.
    entrance: OwnedFd,
    /// Open from the start: for want of a descriptor nobody is to live.
    kill: File,
    events: File,
}

impl Cgroup {
    /// `Unsupported` where none can be made, or not one that can be killed as a whole (Linux 5.14).
    pub fn create() -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let parent = own_folder().ok_or(io::ErrorKind::Unsupported)?;
        let name = format!("shared-child-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = parent.join(name);
        match fs::create_dir(&folder) {
            // Of one with the same pid that has crashed, or is in another pid namespace.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Self::create(),
            made => made.map_err(unavailable)?,
        }
        match Self::open(folder) {
            Ok(cgroup) => Ok(cgroup),
            Err((folder, error)) => {
                let _ = fs::remove_dir(folder);
                Err(unavailable(error))
            }
        }
    }

    fn open(folder: PathBuf) -> Result<Self, (PathBuf, io::Error)> {
        let write = |name| File::options().write(true).open(folder.join(name));
        let all =
            || Ok((write("cgroup.procs")?, write("cgroup.kill")?, File::open(folder.join("cgroup.events"))?));
        match all() {
            Ok((entrance, kill, events)) => Ok(Self { folder, entrance: entrance.into(), kill, events }),
            Err(error) => Err((folder, error)),
        }
    }

    /// A descriptor, into which a process writes "0" to be inside.
    pub fn entrance(&self) -> RawFd {
        self.entrance.as_raw_fd()
    }

    /// `true` when there was anybody to kill.
    pub fn kill(&self) -> io::Result<bool> {
        let populated = self.is_populated()?;
        match (&self.kill).write_all(b"1") {
            Err(error) if !is_removed(&error) => Err(error),
            _ => Ok(populated),
        }
    }

    /// Each of its processes, and again those that are new: `true` when there was any.
    pub fn signal(&self, signal: i32) -> io::Result<bool> {
        /// Who forks and ends all the time is new each time, and cannot be met by anything but SIGKILL.
        const PASSES: usize = 8;
        /// At a time.
        const FDS: usize = 32;
        // Not whether anybody was told, for the same reason.
        let populated = self.is_populated()?;
        let mut told: HashSet<libc::pid_t> = HashSet::new();
        for _ in 0..PASSES {
            let mut new = self.processes()?;
            new.retain(|pid| told.insert(*pid));
            if new.is_empty() {
                break;
            }
            for some in new.chunks(FDS) {
                // A pid may be another's by now. But of one that is still inside, the pidfd is its own.
                let opened: Vec<_> = some.iter().map(|pid| (pid, Pidfd::open(*pid))).collect();
                let inside = self.processes()?;
                for (pid, process) in opened {
                    match process {
                        Ok(process) if inside.contains(pid) => drop(process.send_signal(signal)), // it may have ended
                        Err(error) if error.raw_os_error() != Some(libc::ESRCH) => return Err(error),
                        _ => {}
                    }
                }
            }
        }
        Ok(populated)
    }

    /// Its processes, and those of the cgroups that they have made below it.
    pub fn processes(&self) -> io::Result<Vec<libc::pid_t>> {
        let mut all = Vec::new();
        for folder in folders_below(&self.folder) {
            match fs::read_to_string(folder.join("cgroup.procs")) {
                Ok(text) => all.extend(text.lines().filter_map(|line| line.parse::<libc::pid_t>().ok())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        // A zombie stays on the list until it is reaped.
        all.retain(|pid| parent_fields(*pid).is_some_and(|fields| !fields.is_zombie));
        Ok(all)
    }

    pub fn is_populated(&self) -> io::Result<bool> {
        let mut events = [0; 128];
        match self.events.read_at(&mut events, 0) {
            Ok(length) => {
                Ok(events[..length].split(|byte| *byte == b'\n').any(|line| line == b"populated 1"))
            }
            Err(error) if is_removed(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Someone else has removed it, which takes an empty one.
fn is_removed(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENODEV))
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // Those below first. One that still has processes stays, with them.
        for folder in folders_below(&self.folder).iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// The folder and those below it, each before its own.
fn folders_below(folder: &Path) -> Vec<PathBuf> {
    let mut all = vec![folder.to_owned()];
    let mut next = 0;
    while let Some(folder) = all.get(next).cloned() {
        next += 1;
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        all.extend(
            entries
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                .map(|entry| entry.path()),
        );
    }
    all
}

/// The folder of this process' own cgroup of version 2.
fn own_folder() -> Option<PathBuf> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let path = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
    // ID PARENT DEVICE ROOT PLACE ... - TYPE SOURCE OPTIONS (man 5 proc_pid_mountinfo)
    let place = mounts.lines().find_map(|line| {
        let (mount, kind) = line.split_once(" - ")?;
        let fields: Vec<&str> = mount.split(' ').collect();
        (kind.starts_with("cgroup2 ") && fields.get(3) == Some(&"/")).then(|| fields.get(4).copied())?
    })?;
    Some(Path::new(place).join(path))
}

/// What keeps a process from making a cgroup is told as one thing; a shortage is not.
fn unavailable(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(libc::EACCES | libc::EPERM | libc::EROFS | libc::ENOENT | libc::EOPNOTSUPP) => {
            io::ErrorKind::Unsupported.into()
        }
        _ => error,
    }
}
