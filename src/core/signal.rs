//! Signal numbers and their names.

use std::borrow::Cow;

/// What [`kill`](super::SharedChild::kill) sends: SIGKILL, which is 9 on every system.
pub const KILL: i32 = 9;

/// The first real-time signal that programs may use (34 with glibc, 35 with musl), or 0 where the
/// system has none.
pub fn first_realtime() -> i32 {
    #[cfg(target_os = "linux")]
    return libc::SIGRTMIN();
    #[cfg(not(target_os = "linux"))]
    return 0;
}

/// The signal's name as in `os.constants.signals`, or 'SIGRTMIN+3' for a real-time signal. A signal without a name is named
/// by its number: 'SIG33' is one that the C library reserves for itself.
pub fn name(signal: i32) -> Cow<'static, str> {
    if let Some((_, name)) = NAMES.iter().find(|(number, _)| *number == signal) {
        return Cow::Borrowed(name);
    }
    match signal - first_realtime() {
        0 if first_realtime() > 0 => Cow::Borrowed("SIGRTMIN"),
        n if first_realtime() > 0 && n > 0 => Cow::Owned(format!("SIGRTMIN+{n}")),
        _ => Cow::Owned(format!("SIG{signal}")),
    }
}

/// The signals that Node emulates on Windows.
#[cfg(windows)]
const NAMES: &[(i32, &str)] =
    &[(1, "SIGHUP"), (2, "SIGINT"), (3, "SIGQUIT"), (9, "SIGKILL"), (15, "SIGTERM")];

#[cfg(unix)]
macro_rules! names {
    ($($(#[$cfg:meta])? $signal:ident),* $(,)?) => {
        &[$($(#[$cfg])? (libc::$signal, stringify!($signal))),*]
    };
}

#[cfg(unix)]
#[rustfmt::skip]
const NAMES: &[(i32, &str)] = names![
    SIGHUP, SIGINT, SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGUSR1, SIGSEGV,
    SIGUSR2, SIGPIPE, SIGALRM, SIGTERM, SIGCHLD, SIGCONT, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU,
    SIGURG, SIGXCPU, SIGXFSZ, SIGVTALRM, SIGPROF, SIGWINCH, SIGIO, SIGSYS,
    #[cfg(target_os = "linux")] SIGSTKFLT,
    #[cfg(target_os = "linux")] SIGPWR,
    #[cfg(not(target_os = "linux"))] SIGEMT,
    #[cfg(not(target_os = "linux"))] SIGINFO,
];
