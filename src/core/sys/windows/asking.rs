//! Asks programs to end in the way that their users do: by closing their windows, and with Ctrl-Break at their console.

use super::check;
use super::console::{has_console, processes_at_console, with_console_of};
use std::ptr;
use windows_sys::Win32::Foundation::{HWND, LPARAM};
use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, GenerateConsoleCtrlEvent, GetConsoleWindow};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    EnumWindows, GW_OWNER, GetWindow, GetWindowThreadProcessId, IsWindowVisible, PostMessageW, WM_CLOSE,
};
use windows_sys::core::BOOL;

/// Asks the visible windows of some processes to close. `false`: there is no such window.
/// The caller makes sure that none of the pids can become another process's during the call.
pub fn close_windows(processes: &[u32]) -> bool {
    // SAFETY: the call has no arguments.
    let our_console = unsafe { GetConsoleWindow() };
    let mut search = Search { processes, our_console, asked: false };
    // SAFETY: the callback gets a pointer to `search`, which it expects, and is called only before this returns.
    unsafe { EnumWindows(Some(ask_window), (&raw mut search).expose_provenance() as LPARAM) };
    search.asked
}

struct Search<'a> {
    processes: &'a [u32],
    /// Our console's window, which is left alone: the system says that it belongs to one of the programs that use it.
    our_console: HWND,
    asked: bool,
}

unsafe extern "system" fn ask_window(window: HWND, search: LPARAM) -> BOOL {
    const GO_ON: BOOL = 1;
    // SAFETY: the pointer comes from `close_windows`, which does not use `search` meanwhile.
    let search = unsafe { &mut *ptr::with_exposed_provenance_mut::<Search<'_>>(search as usize) };
    let mut process = 0;
    // SAFETY: the calls refuse a window that is gone by now, and there is a place for the pid.
    let (is_shown, owner) = unsafe {
        GetWindowThreadProcessId(window, &mut process);
        (IsWindowVisible(window) != 0, GetWindow(window, GW_OWNER))
    };
    // A dialogue closes with the window that owns it. A window that is not shown is not meant for users: a program may
    // lose such a window and go on.
    if is_shown && owner.is_null() && window != search.our_console && search.processes.contains(&process) {
        // SAFETY: the message has no arguments. It is put into a queue, so the call does not wait.
        search.asked |= unsafe { PostMessageW(window, WM_CLOSE, 0, 0) } != 0;
    }
    GO_ON
}

/// Sends Ctrl-Break to a process group: to those of its processes that use this process's console or, if this process
/// has none, the console that `processes` use. (Ctrl-C is of no use: a new process group ignores it.) `false`: none of
/// them uses such a console. The caller makes sure that neither the pids nor the number of the group can become another
/// process's during the call.
pub fn press_ctrl_break(group: u32, processes: &[u32]) -> bool {
    let press = || {
        // SAFETY: all arguments are integers.
        check(unsafe { GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, group) }).is_ok()
    };
    if has_console() {
        let at_console = processes_at_console();
        return processes.iter().any(|process| at_console.contains(process)) && press();
    }
    processes.iter().any(|process| with_console_of(*process, press).unwrap_or(false))
}
