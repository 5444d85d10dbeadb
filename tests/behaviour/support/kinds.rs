//! The state machine with each kind of process: a test that is generic over [`Kind`] runs on all of them.

use super::plans::{file, plan};
use super::temporary::anonymous_file;
use shared_child_native::core::child::{Child, TakenPipe};
use shared_child_native::core::child_handle::ChildHandle;
use shared_child_native::core::process::Process;
use shared_child_native::core::spawn::Stdio;
use shared_child_native::core::sys::OwnProcess;
use shared_child_native::core::{SharedChild, spawner};
use std::fs::File;
use std::ops::Deref;
use std::os::fd::OwnedFd;
use std::process::{self, Command};
use std::sync::Arc;

pub trait Kind {
    type Process: Process + Send + 'static;
    type Shared: Deref<Target = SharedChild<Self::Process>> + Clone + Send + Sync + 'static;

    /// Whether the reactor reaps it if nobody else does.
    const IS_WATCHED: bool = false;

    /// Starts a program with a pipe to its stdin, and nothing on its stdout.
    fn start(command: &[&str]) -> (Self::Shared, File);
}

/// Started by the standard library.
pub struct StdChild;

impl Kind for StdChild {
    type Process = process::Child;
    type Shared = Arc<SharedChild<process::Child>>;

    fn start(command: &[&str]) -> (Self::Shared, File) {
        let [program, arguments @ ..] = command else { panic!("no program") };
        let mut command = Command::new(program);
        command.args(arguments).stdin(process::Stdio::piped()).stdout(process::Stdio::null());
        let child = SharedChild::spawn(&mut command).unwrap();
        let stdin = File::from(OwnedFd::from(child.take_stdin().unwrap()));
        (Arc::new(child), stdin)
    }
}

/// Started by our own engine, and not watched.
pub struct Unwatched;

impl Kind for Unwatched {
    type Process = OwnProcess;
    type Shared = Arc<SharedChild<OwnProcess>>;

    fn start(command: &[&str]) -> (Self::Shared, File) {
        let mut plan = plan(command);
        plan.stdio = vec![Stdio::Pipe, Stdio::Ignore, Stdio::Inherit(2)];
        let mut started = super::plans::start(&plan).unwrap();
        let stdin = started.take(0);
        (Arc::new(started.child), stdin)
    }
}

/// Started by our own engine, and watched by the reactor, which reaps it as soon as it can.
pub struct Watched;

#[derive(Clone)]
pub struct WatchedChild(Arc<Child>);

impl Deref for WatchedChild {
    type Target = SharedChild<OwnProcess>;

    fn deref(&self) -> &Self::Target {
        &self.0.shared
    }
}

impl Kind for Watched {
    type Process = OwnProcess;
    type Shared = WatchedChild;

    const IS_WATCHED: bool = true;

    fn start(command: &[&str]) -> (Self::Shared, File) {
        let mut plan = plan(command);
        plan.stdio = vec![Stdio::Pipe, Stdio::Ignore, Stdio::Inherit(2)];
        let handle = spawner::spawn(plan).unwrap();
        let stdin = take_pipe(&handle, 0);
        (WatchedChild(Arc::clone(handle.child())), stdin)
    }
}

/// A pipe of a child, or what was left in it when the child exited.
pub fn take_pipe(handle: &ChildHandle, fd: usize) -> File {
    match handle.take_pipe(fd).unwrap() {
        TakenPipe::Open(end) => file(end),
        TakenPipe::Drained(bytes) => anonymous_file(str::from_utf8(&bytes).unwrap()),
    }
}

pub const TRUE: &[&str] = &["true"];
/// Ends when its stdin is closed.
pub const CAT: &[&str] = &["cat"];
/// Longer than any test, but not for ever, because a test that is interrupted leaves it behind.
pub const SLEEP_FOREVER: &[&str] = &["sleep", "1000"];

/// Whether a thread is inside the kernel wait, or about to be.
pub fn is_waited_on<P>(child: &SharedChild<P>) -> bool {
    format!("{child:?}").contains("state: Waiting")
}

/// Makes a test of each generic function for each kind of process.
macro_rules! for_each_kind {
    ($($test:ident),* $(,)?) => {
        mod std_child {
            $(#[test] fn $test() { super::$test::<crate::support::kinds::StdChild>() })*
        }
        mod unwatched {
            $(#[test] fn $test() { super::$test::<crate::support::kinds::Unwatched>() })*
        }
        mod watched {
            $(#[test] fn $test() { super::$test::<crate::support::kinds::Watched>() })*
        }
    };
}
pub(crate) use for_each_kind;
