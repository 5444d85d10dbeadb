//! Reads /proc.

use std::collections::BTreeMap;
use std::fs;

/// One field of the text of a /proc/PID/status.
pub fn field<'a>(status: &'a str, name: &str) -> &'a str {
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {name} in {status}")).trim()
}

/// A field of /proc/PID/stat by its number in man 5 proc_pid_stat (from 3, the state), or `None` when
/// there is no such process or thread.
pub fn stat(process: &str, number: usize) -> Option<String> {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name in the second field may hold spaces and brackets itself.
    let (_, rest) = line.rsplit_once(") ")?;
    rest.split(' ').nth(number - 3).map(str::to_owned)
}

/// Whether it has exited: no such process, or a zombie.
pub fn has_exited(pid: u32) -> bool {
    stat(&pid.to_string(), 3).is_none_or(|state| state == "Z")
}

/// Whether it sleeps: a `sleep` whose libraries are loaded, a thread that waits for something.
pub fn is_asleep(process: &str) -> bool {
    stat(process, 3).is_some_and(|state| state == "S")
}

/// The calling thread, as the functions above name it.
pub fn this_thread() -> String {
    // SAFETY: takes no arguments.
    let thread = unsafe { libc::gettid() };
    format!("self/task/{thread}")
}

/// The fds of a process and what is behind each.
pub fn fds(process: &str) -> BTreeMap<i32, String> {
    let folder = format!("/proc/{process}/fd");
    let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let targets = names.into_iter().filter_map(|name| {
        let name = name.into_string().unwrap();
        // The fd through which the folder itself was read is closed by now.
        let target = fs::read_link(format!("{folder}/{name}")).ok()?;
        Some((name.parse().unwrap(), target.to_string_lossy().into_owned()))
    });
    targets.collect()
}

/// The processes, zombies included, whose parent is this one.
pub fn children() -> Vec<u32> {
    let own = std::process::id().to_string();
    let pids =
        fs::read_dir("/proc").unwrap().filter_map(|entry| entry.unwrap().file_name().to_str()?.parse().ok());
    pids.filter(|pid: &u32| stat(&pid.to_string(), 4).is_some_and(|parent| parent == own)).collect()
}

/// Whether nothing is left of the children so far; `inherited` are the fds from before the first one.
/// A wait returns as soon as the status is known: the zombie is gone by then, but the pidfd and the pipes
/// are closed a moment later, by the thread that watched it.
pub fn is_settled(inherited: &BTreeMap<i32, String>) -> bool {
    let is_a_childs = |target: &str| ["pidfd", "pipe:", "socket:"].iter().any(|kind| target.contains(kind));
    let is_left = |(fd, target): (&i32, &String)| inherited.get(fd) != Some(target) && is_a_childs(target);
    children().is_empty() && !fds("self").iter().any(is_left)
}

/// The kernel's version: major, minor.
pub fn kernel() -> (u32, u32) {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers = release.split(['.', '-', '\n']).map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap(), numbers.next().unwrap())
}

/// The names of this process's threads, of which the kernel keeps 15 bytes.
pub fn threads() -> Vec<String> {
    threads_by_name().map(|(name, _)| name).collect()
}

/// The threads of this process that have a name, as the functions above name them.
pub fn threads_named(name: &str) -> Vec<String> {
    threads_by_name().filter(|(other, _)| other == name).map(|(_, thread)| thread).collect()
}

fn threads_by_name() -> impl Iterator<Item = (String, String)> {
    fs::read_dir("/proc/self/task").unwrap().filter_map(|task| {
        let thread = format!("self/task/{}", task.unwrap().file_name().to_str()?);
        // A thread that ends meanwhile does not count.
        let name = fs::read_to_string(format!("/proc/{thread}/comm")).ok()?;
        Some((name.trim_end().to_owned(), thread))
    })
}
