//! `posix_spawn` with Apple's extensions: a child gets the fds that it is given and no other
//! (POSIX_SPAWN_CLOEXEC_DEFAULT), default signal actions and an empty mask. It leaves the file to us:
//! `posix_spawnp` would search the parent's PATH, and reports ENOENT for a child that runs when there
//! is a working directory and a relative path (libuv/libuv#3583).

use super::super::Surroundings;
use super::actions::{self, Action};
use super::cwd::Directory;
use super::exec::{Exec, Place};
use super::fork::{self, Failure, Image};
use super::{BeforeExec, SpawnError};
use crate::core::sys::{check, retry};
use std::ffi::{c_char, c_int, c_short};
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, RawFd};
use std::ptr;

/// spawn.h, macOS 10.15; the libc crate has it for Linux only.
const POSIX_SPAWN_SETSID: c_int = 0x0400;

/// syslimits.h. File actions refuse descriptors from here on, which a process may have all the same
/// (`kern.maxfilesperproc` is higher).
const OPEN_MAX: RawFd = 10_240;

unsafe extern "C" {
    /// man 3 posix_spawn_file_actions_addinherit_np, macOS 10.7: keeps an fd as it is in the child.
    fn posix_spawn_file_actions_addinherit_np(
        actions: *mut libc::posix_spawn_file_actions_t,
        fd: c_int,
    ) -> c_int;
}

pub fn start(exec: &Exec, before_exec: BeforeExec) -> Result<libc::pid_t, SpawnError> {
    let changes_umask = exec.surroundings.is_some_and(Surroundings::have_another_umask);
    if !exec.credentials.is_unchanged() || changes_umask || highest_source(exec) >= OPEN_MAX {
        let image = Successor::new(exec)?;
        return fork::start(exec, &image, before_exec);
    }
    let mut attributes = Attributes::new(flags(exec, before_exec.is_some()))?;
    attributes.set_place(exec.place)?;
    let actions = FileActions::of_child(exec)?;
    let mut pid = 0;
    let pid_slot = &raw mut pid;
    let errno = exec.files.try_each(|file, argv| {
        loop {
            // SAFETY: `pid_slot` is valid for a write; the rest is as `spawn` wants it.
            match unsafe { spawn(pid_slot, file, &actions, &attributes, argv, exec) } {
                libc::EINTR => {}
                errno => return errno,
            }
        }
    });
    match (errno, before_exec) {
        (0, None) => Ok(pid),
        (0, Some(act)) => go_on_after(pid, act).map(|()| pid),
        (errno, _) => Err(io::Error::from_raw_os_error(errno).into()),
    }
}

fn flags(exec: &Exec, is_held: bool) -> c_int {
    let place = match exec.place {
        Place::OfParent => 0,
        Place::Own | Place::In(_) => libc::POSIX_SPAWN_SETPGROUP,
        Place::Session => POSIX_SPAWN_SETSID,
    };
    let held = if is_held { libc::POSIX_SPAWN_START_SUSPENDED } else { 0 };
    CLEAN | place | held
}

/// A child that has been started suspended. Should this process end before it goes on, its group is an orphan with a
/// stopped process in it, to which the kernel sends SIGHUP and SIGCONT.
fn go_on_after(
    pid: libc::pid_t,
    act: &mut dyn FnMut(libc::pid_t) -> Result<(), SpawnError>,
) -> Result<(), SpawnError> {
    let acted = act(pid);
    let signal = if acted.is_ok() { libc::SIGCONT } else { libc::SIGKILL };
    // SAFETY: all arguments are integers. Our own child, which has not been shared with anyone.
    let sent = check(unsafe { libc::kill(pid, signal) });
    if acted.is_err() {
        // SAFETY: as above; no status is asked for.
        let _ = retry(|| check(unsafe { libc::waitpid(pid, ptr::null_mut(), 0) }));
    }
    acted?;
    sent?;
    Ok(())
}

const CLEAN: c_int =
    libc::POSIX_SPAWN_CLOEXEC_DEFAULT | libc::POSIX_SPAWN_SETSIGDEF | libc::POSIX_SPAWN_SETSIGMASK;

fn highest_source(exec: &Exec) -> RawFd {
    let directories = exec.directories.iter().map(|directory| match directory {
        Directory::OfCall(fd) | Directory::Open(fd) => fd.as_raw_fd(),
        Directory::Named(_) => -1,
    });
    exec.fds.iter().map(|fd| fd.source.max(fd.target)).chain(directories).fold(-1, RawFd::max)
}

/// # Safety
/// `pid` is null or valid for a write, `file` a C string and `argv` a null-terminated array of such.
unsafe fn spawn(
    pid: *mut libc::pid_t,
    file: *const c_char,
    actions: &FileActions,
    attributes: &Attributes,
    argv: *const *const c_char,
    exec: &Exec,
) -> c_int {
    // SAFETY: as promised by the caller; the attributes and actions are initialised, and `envp` is a
    // null-terminated array of C strings. None of the strings is written to (POSIX's types predate
    // const).
    unsafe { libc::posix_spawn(pid, file, &actions.0, &attributes.0, argv.cast(), exec.envp.as_ptr().cast()) }
}

/// What a forked child, its fds in place and its ids changed, turns into: `posix_spawn` as an exec.
struct Successor {
    attributes: Attributes,
    actions: FileActions,
}

impl Successor {
    fn new(exec: &Exec) -> io::Result<Self> {
        let attributes = Attributes::new(CLEAN | libc::POSIX_SPAWN_SETEXEC)?;
        Ok(Self { attributes, actions: FileActions::keep_targets(exec)? })
    }
}

impl Image for Successor {
    fn prepare(&self, _: &Exec, _: RawFd) -> Result<(), Failure> {
        Ok(()) // the exec does it: CLEAN
    }

    fn exec(&self, file: *const c_char, argv: *const *const c_char, exec: &Exec) -> c_int {
        // SAFETY: no pid is asked for, for there is no new process; the rest comes from `exec`.
        unsafe { spawn(ptr::null_mut(), file, &self.actions, &self.attributes, argv, exec) }
    }
}

/// man 3 posix_spawnattr_init.
struct Attributes(libc::posix_spawnattr_t);

impl Attributes {
    fn new(flags: c_int) -> io::Result<Self> {
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: it initialises what it is given if it succeeds, and only then is it used.
        let mut attributes = unsafe {
            succeed(libc::posix_spawnattr_init(attributes.as_mut_ptr()))?;
            Self(attributes.assume_init())
        };
        let (mut all, mut none) = (MaybeUninit::uninit(), MaybeUninit::uninit());
        // SAFETY: initialised attributes; the sets are initialised before they are used.
        unsafe {
            libc::sigfillset(all.as_mut_ptr());
            libc::sigemptyset(none.as_mut_ptr());
            succeed(libc::posix_spawnattr_setsigdefault(&mut attributes.0, all.as_ptr()))?;
            succeed(libc::posix_spawnattr_setsigmask(&mut attributes.0, none.as_ptr()))?;
            succeed(libc::posix_spawnattr_setflags(&mut attributes.0, flags as c_short))?;
        }
        Ok(attributes)
    }

    /// For [`libc::POSIX_SPAWN_SETPGROUP`].
    fn set_place(&mut self, place: Place) -> io::Result<()> {
        let group = if let Place::In(group) = place { group } else { 0 };
        // SAFETY: initialised attributes, and an integer.
        succeed(unsafe { libc::posix_spawnattr_setpgroup(&mut self.0, group) })
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialised, and destroyed once.
        unsafe { libc::posix_spawnattr_destroy(&mut self.0) };
    }
}

/// man 3 posix_spawn_file_actions_init.
struct FileActions(libc::posix_spawn_file_actions_t);

impl FileActions {
    /// For a child that is all posix_spawn's.
    fn of_child(exec: &Exec) -> io::Result<Self> {
        let mut actions = Self::new()?;
        for action in actions::of_child(exec.directories, exec.fds) {
            actions.add(action)?;
        }
        Ok(actions)
    }

    /// For a child that has put its fds in place itself.
    fn keep_targets(exec: &Exec) -> io::Result<Self> {
        let mut actions = Self::new()?;
        for fd in exec.fds {
            actions.add(Action::Keep(fd.target))?;
        }
        Ok(actions)
    }

    fn new() -> io::Result<Self> {
        let mut actions = MaybeUninit::uninit();
        // SAFETY: it initialises what it is given if it succeeds, and only then is it used.
        unsafe {
            succeed(libc::posix_spawn_file_actions_init(actions.as_mut_ptr()))?;
            Ok(Self(actions.assume_init()))
        }
    }

    fn add(&mut self, action: Action) -> io::Result<()> {
        let actions = &mut self.0;
        // SAFETY: initialised actions, integers, and a C string, which is copied.
        succeed(unsafe {
            match action {
                Action::EnterOpen(fd) => libc::posix_spawn_file_actions_addfchdir_np(actions, fd),
                Action::EnterNamed(path) => {
                    libc::posix_spawn_file_actions_addchdir_np(actions, path.as_ptr())
                }
                Action::Keep(fd) => posix_spawn_file_actions_addinherit_np(actions, fd),
                Action::Duplicate(source, target) => {
                    libc::posix_spawn_file_actions_adddup2(actions, source, target)
                }
            }
        })
    }
}

impl Drop for FileActions {
    fn drop(&mut self) {
        // SAFETY: initialised, and destroyed once.
        unsafe { libc::posix_spawn_file_actions_destroy(&mut self.0) };
    }
}

/// The result of a function that returns an errno.
fn succeed(errno: c_int) -> io::Result<()> {
    match errno {
        0 => Ok(()),
        errno => Err(io::Error::from_raw_os_error(errno)),
    }
}
