//! `posix_spawn` with Apple's extensions: a child gets the fds that it is given and no others
//! (POSIX_SPAWN_CLOEXEC_DEFAULT), default signal actions and an empty signal mask. The file is looked up here and not by
//! `posix_spawnp`, which would search the parent's PATH. Besides, with a working directory and a relative path, that
//! reports ENOENT for a child that runs (libuv/libuv#3583).

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

/// From spawn.h, macOS 10.15. The libc crate declares it only for Linux.
const POSIX_SPAWN_SETSID: c_int = 0x0400;

/// From syslimits.h. File actions refuse fds from this number on, although a process may have such fds
/// (`kern.maxfilesperproc` is higher).
const OPEN_MAX: RawFd = 10_240;

unsafe extern "C" {
    /// Keeps an fd in the child as it is (man 3 posix_spawn_file_actions_addinherit_np, macOS 10.7).
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
            // SAFETY: `pid_slot` is valid for a write, and `file` and `argv` come from `exec`.
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

/// Runs `act` for a child that was started suspended, and then lets it go on. If this process ends before that, the
/// child's group becomes an orphaned group with a stopped process, and the kernel sends it SIGHUP and SIGCONT.
fn go_on_after(
    pid: libc::pid_t,
    act: &mut dyn FnMut(libc::pid_t) -> Result<(), SpawnError>,
) -> Result<(), SpawnError> {
    let acted = act(pid);
    let signal = if acted.is_ok() { libc::SIGCONT } else { libc::SIGKILL };
    // SAFETY: all arguments are integers. Our own unreaped child, whose pid nothing else knows yet.
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
    // SAFETY: the caller guarantees the first, second and fifth argument. The attributes and actions are initialised,
    // and `envp` is a null-terminated array of C strings. None of the strings is written to (the casts are needed
    // because POSIX's types predate const).
    unsafe { libc::posix_spawn(pid, file, &actions.0, &attributes.0, argv.cast(), exec.envp.as_ptr().cast()) }
}

/// Executes the program in a forked child, whose fds and ids are in place, by `posix_spawn` as an exec.
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
        Ok(()) // the exec does all of it: see CLEAN
    }

    fn exec(&self, file: *const c_char, argv: *const *const c_char, exec: &Exec) -> c_int {
        // SAFETY: null for the pid, as there is no new process; `file` and `argv` come from `exec`.
        unsafe { spawn(ptr::null_mut(), file, &self.actions, &self.attributes, argv, exec) }
    }
}

/// man 3 posix_spawnattr_init.
struct Attributes(libc::posix_spawnattr_t);

impl Attributes {
    fn new(flags: c_int) -> io::Result<Self> {
        let mut attributes = MaybeUninit::uninit();
        // SAFETY: the call initialises its argument if it succeeds, and it is used only then.
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

    /// Sets the group that [`libc::POSIX_SPAWN_SETPGROUP`] uses.
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
    /// For a child that `posix_spawn` starts, without a fork of ours.
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
        // SAFETY: the call initialises its argument if it succeeds, and it is used only then.
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
