//! The stack on which a child runs until its exec.

use crate::core::sys::check;
use std::cell::OnceCell;
use std::ffi::c_void;
use std::io;
use std::ptr;

const SIZE: usize = 64 * 1024;
/// At least one page, because a page has at most 64 KiB. An overflow of the stack faults here and does not damage our
/// memory.
const GUARD: usize = 64 * 1024;

pub struct Stack {
    base: *mut c_void,
}

impl Stack {
    fn new() -> io::Result<Self> {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK | libc::MAP_NORESERVE;
        // SAFETY: a new anonymous mapping, which nothing else refers to.
        let base = unsafe { libc::mmap(ptr::null_mut(), GUARD + SIZE, libc::PROT_NONE, flags, -1, 0) };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let stack = Self { base };
        // SAFETY: inside the mapping. The stack grows down, towards the guard that stays PROT_NONE.
        check(unsafe { libc::mprotect(base.byte_add(GUARD), SIZE, libc::PROT_READ | libc::PROT_WRITE) })?;
        Ok(stack)
    }

    pub fn top(&self) -> *mut c_void {
        // SAFETY: the result points one past the end of the mapping.
        unsafe { self.base.byte_add(GUARD + SIZE) }
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: our own mapping. No child runs on it, because clone returns only after the child's exec.
        unsafe { libc::munmap(self.base, GUARD + SIZE) };
    }
}

/// Lends the calling thread's stack, which is made at its first spawn. One stack per thread is enough: CLONE_VFORK
/// suspends the thread, so it has at most one child between clone and exec.
pub fn with_stack<T>(run: impl FnOnce(&Stack) -> io::Result<T>) -> io::Result<T> {
    thread_local!(static STACK: OnceCell<Stack> = const { OnceCell::new() });
    STACK.with(|cell| match cell.get() {
        Some(stack) => run(stack),
        None => {
            let stack = Stack::new()?;
            run(cell.get_or_init(|| stack))
        }
    })
}
