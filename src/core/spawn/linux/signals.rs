//! Signals around a clone. These are raw system calls for all 64 signals, because glibc's wrappers leave out the two
//! that it keeps for itself (32 and 33), whose handlers would then run in the child, in the parent's memory.

use std::ptr;

/// The kernel's sigset_t, which has one bit for each signal.
pub type Mask = u64;
pub const ALL: Mask = !0;
pub const NONE: Mask = 0;
pub const LAST_SIGNAL: i32 = 64;

/// Sets the calling thread's mask and returns the one before. Cannot fail with these arguments.
pub fn set_mask(mask: Mask) -> Mask {
    let mut old: Mask = 0;
    // SAFETY: both pointers are to masks of the size that is passed.
    unsafe {
        libc::syscall(
            libc::SYS_rt_sigprocmask,
            libc::SIG_SETMASK,
            &raw const mask,
            &raw mut old,
            size_of::<Mask>(),
        );
    }
    old
}

/// The kernel's struct sigaction. It is always passed as all zeros (SIG_DFL, no flags, no mask), so the order of its
/// fields, which differs between architectures, does not matter.
#[repr(C)]
struct DefaultAction([usize; 8]);

/// Gives every signal its default action, in the calling process only.
pub fn reset_handlers() {
    let default = DefaultAction([0; 8]);
    for signal in 1..=LAST_SIGNAL {
        // SAFETY: a valid action. The call fails for SIGKILL and SIGSTOP, whose action cannot be changed.
        unsafe {
            libc::syscall(
                libc::SYS_rt_sigaction,
                signal,
                &raw const default,
                ptr::null_mut::<DefaultAction>(),
                size_of::<Mask>(),
            );
        }
    }
}

/// Blocks all signals of the calling thread until dropped.
pub struct Blocked(Mask);

impl Blocked {
    pub fn all() -> Self {
        Self(set_mask(ALL))
    }
}

impl Drop for Blocked {
    fn drop(&mut self) {
        set_mask(self.0);
    }
}
