//! How a process ended, in the same form on every system.

use std::fmt;

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExitStatus {
    pub end: End,
    /// Whether the kernel wrote a core file. Always `false` on Windows.
    pub core_dumped: bool,
    /// What the child and those of its own children that it waited for have used. `None` where there is no
    /// record: the child was reaped by other code in this process, or is a `std::process::Child`.
    pub usage: Option<ResourceUsage>,
    /// Why this process ended it; `None` if it did not.
    pub cause: Option<Cause>,
}

/// Why this process sent a signal that was meant to end the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Cause {
    Timeout = 1,
    Abort,
    MaxBuffer,
    Dispose,
    Terminate,
    /// `kill()`, `sendSignal()` or `killGroup()`. It is the cause only if the child was ended by the signal that was sent.
    Kill,
}

impl Cause {
    pub const ALL: [Self; 6] =
        [Self::Timeout, Self::Abort, Self::MaxBuffer, Self::Dispose, Self::Terminate, Self::Kill];

    pub fn name(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Abort => "abort",
            Self::MaxBuffer => "maxBuffer",
            Self::Dispose => "dispose",
            Self::Terminate => "terminate",
            Self::Kill => "kill",
        }
    }
}

/// The two ways to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The exit code: 0 to 255 on Unix, an unsigned 32-bit number on Windows.
    Code(u32),
    /// The number of the signal that ended it. Only on Unix.
    Signal(i32),
}

/// The kernel's record of what a process used, in the units of Node's `process.resourceUsage()`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceUsage {
    /// Microseconds.
    pub user_cpu_time: u64,
    /// Microseconds.
    pub system_cpu_time: u64,
    /// Kibibytes.
    pub max_rss: u64,
}

impl ExitStatus {
    pub fn from_code(code: u32) -> Self {
        Self { end: End::Code(code), core_dumped: false, usage: None, cause: None }
    }

    pub fn from_signal(signal: i32, core_dumped: bool) -> Self {
        Self { end: End::Signal(signal), core_dumped, usage: None, cause: None }
    }

    pub fn with_usage(self, usage: ResourceUsage) -> Self {
        Self { usage: Some(usage), ..self }
    }

    /// Whether the exit code is 0.
    pub fn success(&self) -> bool {
        self.end == End::Code(0)
    }

    pub fn code(&self) -> Option<u32> {
        match self.end {
            End::Code(code) => Some(code),
            End::Signal(_) => None,
        }
    }

    pub fn signal(&self) -> Option<i32> {
        match self.end {
            End::Code(_) => None,
            End::Signal(signal) => Some(signal),
        }
    }
}

impl From<std::process::ExitStatus> for ExitStatus {
    #[cfg(unix)]
    fn from(status: std::process::ExitStatus) -> Self {
        use std::os::unix::process::ExitStatusExt;
        match status.signal() {
            Some(signal) => Self::from_signal(signal, status.core_dumped()),
            None => Self::from_code(status.code().unwrap_or_default() as u32),
        }
    }

    #[cfg(windows)]
    fn from(status: std::process::ExitStatus) -> Self {
        Self::from_code(status.code().unwrap_or_default() as u32)
    }
}

impl fmt::Display for ExitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.end {
            End::Code(code) => write!(f, "exit code {code}"),
            End::Signal(signal) => write!(f, "signal {}", super::signal::name(signal)),
        }
    }
}
