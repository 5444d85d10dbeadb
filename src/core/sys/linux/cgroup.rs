//! A cgroup for one child and everything that it starts. A process can leave it only if it has the right to write to
//! another cgroup (man 7 cgroups, Documentation/admin-guide/cgroup-v2.rst). This process has to be allowed to make
//! a cgroup below its own: root is, and so are systemd's user services and other delegated units.

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
    /// `cgroup.procs`: a process joins by writing to it.
    entrance: OwnedFd,
    /// `cgroup.kill`. Opened at the start, so that a later lack of descriptors cannot prevent the kill.
    kill: File,
    events: File,
}

impl Cgroup {
    /// Fails with `Unsupported` where no cgroup can be made, or none that can be killed as a whole (which takes Linux
    /// 5.14).
    pub fn create() -> io::Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let parent = own_folder().ok_or(io::ErrorKind::Unsupported)?;
        let folder = loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let folder = parent.join(format!("shared-child-{}-{number}", std::process::id()));
            match fs::create_dir(&folder) {
                // Left by a crashed process that had our pid, or made by one that has it in another pid namespace.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => break made.map(|()| folder).map_err(unavailable)?,
            }
        };
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

    /// The descriptor to which a process writes "0" to join the cgroup.
    pub fn entrance(&self) -> RawFd {
        self.entrance.as_raw_fd()
    }

    /// Kills all of its processes. `true`: there was at least one.
    pub fn kill(&self) -> io::Result<bool> {
        let populated = self.is_populated()?;
        match (&self.kill).write_all(b"1") {
            Err(error) if !is_removed(&error) => Err(error),
            _ => Ok(populated),
        }
    }

    /// Signals each of its processes, and then those that have joined meanwhile. `true`: there was at least one.
    pub fn signal(&self, signal: i32) -> io::Result<bool> {
        /// A limit, for processes that keep forking and exiting: there are new ones in every pass, and only the kill
        /// of the whole cgroup reaches them all.
        const PASSES: usize = 8;
        /// How many pidfds are open at a time.
        const FDS: usize = 32;
        // The answer is whether there was a process, not whether one received the signal: for the same reason, none
        // may have.
        let populated = self.is_populated()?;
        let mut told: HashSet<libc::pid_t> = HashSet::new();
        for _ in 0..PASSES {
            let mut new = self.processes()?;
            new.retain(|pid| told.insert(*pid));
            if new.is_empty() {
                break;
            }
            for some in new.chunks(FDS) {
                // By now a pid may belong to a process elsewhere. If the cgroup still lists the pid after the pidfd
                // has been opened, the pidfd is that of a process inside.
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

    /// Its processes that run, including those in cgroups that were made below it.
    pub fn processes(&self) -> io::Result<Vec<libc::pid_t>> {
        let mut all = Vec::new();
        for folder in folders_below(&self.folder) {
            match fs::read_to_string(folder.join("cgroup.procs")) {
                Ok(text) => all.extend(text.lines().filter_map(|line| line.parse::<libc::pid_t>().ok())),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        // The kernel lists zombies, too, until they are reaped.
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

/// Whether the error means that someone else has removed the cgroup, which is possible only when it is empty.
fn is_removed(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENODEV))
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        // The innermost first. A cgroup that still has processes cannot be removed, and stays.
        for folder in folders_below(&self.folder).iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// The folder and all folders below it, each listed before those that it contains.
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

/// The folder of this process's own cgroup (version 2).
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

/// Turns the errors that mean "this process cannot make such a cgroup" into `Unsupported`. Others, such as a lack of
/// descriptors, stay what they are.
fn unavailable(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(libc::EACCES | libc::EPERM | libc::EROFS | libc::ENOENT | libc::EOPNOTSUPP) => {
            io::ErrorKind::Unsupported.into()
        }
        _ => error,
    }
}
