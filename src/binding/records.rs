//! The numbers in what crosses between here and JavaScript. lib/records.ts has the same under the same names, and a test
//! (the-two-sides-number-alike) compares the two files: so each is written as `NAME: TYPE = NUMBER`.

/// Flags of a request for a spawn.
pub const DETACHED: u32 = 1;
pub const HIDE_WINDOW: u32 = 2;
pub const VERBATIM_ARGUMENTS: u32 = 4;
/// Other threads may change the working directory and the umask at any time.
pub const RECORD_SURROUNDINGS: u32 = 8;
/// Neither this nor `HIDE_WINDOW`: as the core sees fit.
pub const SHOW_WINDOW: u32 = 16;
pub const GROUP: u32 = 32;
pub const CONTAIN: u32 = 64;
pub const KILL_ON_PARENT_EXIT: u32 = 128;
/// Windows: what nobody has asked for is no reason not to start a child.
pub const KILL_ON_PARENT_EXIT_IF_POSSIBLE: u32 = 256;

/// In a request, in place of an id or of the length of a list.
pub const NONE: f64 = -1.0;

/// Numbers that an event takes: its kind, its key, and what it says.
pub const EVENT_WIDTH: usize = 9;

/// Kinds of events: see `Events.drain`.
pub const SPAWNED: f64 = 0.0;
pub const FAILED: f64 = 1.0;
pub const EXITED: f64 = 2.0;
pub const REAPED_ELSEWHERE: f64 = 3.0;
pub const RETURNED: f64 = 4.0;
pub const GROUP_GONE: f64 = 5.0;
pub const ALARM: f64 = 6.0;
pub const COLLECTED: f64 = 7.0;

/// What becomes of output that is over its limit: see `Overflow`.
pub const OVERFLOW_STOP: u32 = 0;
pub const OVERFLOW_HEAD: u32 = 1;
pub const OVERFLOW_TAIL: u32 = 2;
