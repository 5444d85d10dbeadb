//! Converts the exit status of a process for JavaScript.

use crate::core::{self, signal};
use napi_derive::napi;

/// How a process ended.
#[napi(object, use_nullable = true)]
pub struct ExitStatus {
    /// The exit code, or null if a signal ended the process. On Windows, an unsigned 32-bit number.
    pub code: Option<u32>,
    /// The name of the signal that ended the process ('SIGKILL', 'SIGRTMIN+3'), or null. Always null on Windows.
    pub signal: Option<String>,
    /// Why this process ended the child ('timeout', 'kill', ...), or null if it did not.
    pub cause: Option<String>,
    /// True only for code 0.
    pub success: bool,
    /// Whether the kernel wrote a core file. Always false on Windows.
    pub core_dumped: bool,
    /// What the child used, from the kernel's own record, or null if the system has kept none.
    pub resource_usage: Option<ResourceUsage>,
}

/// What a process used, in the units of `process.resourceUsage()`.
#[napi(object)]
pub struct ResourceUsage {
    /// Microseconds.
    #[napi(js_name = "userCPUTime")]
    pub user_cpu_time: f64,
    /// Microseconds.
    #[napi(js_name = "systemCPUTime")]
    pub system_cpu_time: f64,
    /// Kibibytes.
    #[napi(js_name = "maxRSS")]
    pub max_rss: f64,
}

impl From<core::ExitStatus> for ExitStatus {
    fn from(status: core::ExitStatus) -> Self {
        Self {
            code: status.code(),
            signal: status.signal().map(|number| signal::name(number).into_owned()),
            cause: status.cause.map(|cause| cause.name().to_owned()),
            success: status.success(),
            core_dumped: status.core_dumped,
            resource_usage: status.usage.map(|usage| ResourceUsage {
                user_cpu_time: usage.user_cpu_time as f64,
                system_cpu_time: usage.system_cpu_time as f64,
                max_rss: usage.max_rss as f64,
            }),
        }
    }
}
