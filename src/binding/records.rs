//! The numbers in the records that cross between Rust and JavaScript. lib/records.ts has the same numbers under the same
//! names, and a test (the-two-sides-number-alike) compares the two files. So each one is written as `NAME: TYPE = NUMBER`.

/// The flags of a request for a spawn.
pub const DETACHED: u32 = 1;
pub const HIDE_WINDOW: u32 = 2;
pub const VERBATIM_ARGUMENTS: u32 = 4;
/// Other threads may change the working directory and the umask at any time.
pub const RECORD_SURROUNDINGS: u32 = 8;
/// If neither this nor `HIDE_WINDOW` is set, the core decides.
pub const SHOW_WINDOW: u32 = 16;
pub const GROUP: u32 = 32;
pub const CONTAIN: u32 = 64;
pub const KILL_ON_PARENT_EXIT: u32 = 128;
/// Windows: the child is started even if this is not possible, since the caller has not asked for it.
pub const KILL_ON_PARENT_EXIT_IF_POSSIBLE: u32 = 256;
/// See `Plan::as_child_process`.
pub const AS_CHILD_PROCESS: u32 = 512;

/// Stands in a request for an id, or for the length of a list, that is not set.
pub const NONE: f64 = -1.0;

/// How many numbers an event takes: its kind, the number of its request or handle, and its data.
pub const EVENT_WIDTH: usize = 9;

/// The kinds of events: see `Events.drain`.
pub const SPAWNED: f64 = 0.0;
pub const FAILED: f64 = 1.0;
pub const EXITED: f64 = 2.0;
pub const REAPED_ELSEWHERE: f64 = 3.0;
pub const RETURNED: f64 = 4.0;
pub const GROUP_GONE: f64 = 5.0;
pub const ALARM: f64 = 6.0;
pub const COLLECTED: f64 = 7.0;

/// What happens to output that exceeds its limit: see `Overflow`.
pub const OVERFLOW_STOP: u32 = 0;
pub const OVERFLOW_HEAD: u32 = 1;
pub const OVERFLOW_TAIL: u32 = 2;
