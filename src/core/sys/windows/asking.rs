//! Asking programs to end, as their users do: by closing their windows, and with Ctrl-Break at their console.

use super::check;
use super::console::{has_console, processes_at_console, with_console_of};
use std::ptr;
use windows_sys::Win32::Foundation::{HWND, LPARAM};
use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, GenerateConsoleCtrlEvent, GetConsoleWindow};
use windows_sys::Win32::UI::WindowsAndMessaging::{
    EnumWindows, GW_OWNER, GetWindow, GetWindowThreadProcessId, IsWindowVisible, PostMessageW, WM_CLOSE,
};
use windows_sys::core::BOOL;

/// Asks all windows of some processes to close, those that a user sees. `false`: there is none that could be asked.
/// Nobody's pid may become another's during the call.
pub fn close_windows(processes: &[u32]) -> bool {
    // SAFETY: no arguments.
    let our_console = unsafe { GetConsoleWindow() };
    let mut search = Search { processes, our_console, asked: false };
    // SAFETY: the callback gets what it takes for it, and is called before this returns.
    unsafe { EnumWindows(Some(ask_window), (&raw mut search).expose_provenance() as LPARAM) };
    search.asked
}

struct Search<'a> {
    processes: &'a [u32],
    /// The system says of a console's window that it belongs to one of the programs that use it.
    our_console: HWND,
    asked: bool,
}

unsafe extern "system" fn ask_window(window: HWND, search: LPARAM) -> BOOL {
    const GO_ON: BOOL = 1;
    // SAFETY: from `close_windows`, which nobody else has it of.
    let search = unsafe { &mut *ptr::with_exposed_provenance_mut::<Search<'_>>(search as usize) };
    let mut process = 0;
    // SAFETY: a window that is gone by now is refused, and there is a slot for the pid.
    let (is_shown, owner) = unsafe {
        GetWindowThreadProcessId(window, &mut process);
        (IsWindowVisible(window) != 0, GetWindow(window, GW_OWNER))
    };
    // A dialogue goes with the window that owns it. What is not shown is not meant for users: a program may do
    // without such a window, and go on.
    if is_shown && owner.is_null() && window != search.our_console && search.processes.contains(&process) {
        // SAFETY: the message has no arguments. It is put into a queue, so this waits for nobody.
        search.asked |= unsafe { PostMessageW(window, WM_CLOSE, 0, 0) } != 0;
    }
    GO_ON
}

/// Ctrl-Break (never Ctrl-C, to which a process group of its own is deaf) for those of a process group that use the
/// console of this process, or where it has none, the console that `processes` use. `false`: none of them uses it.
/// Nobody's pid, and not that which `group` is called by, may become another's during the call.
pub fn press_ctrl_break(group: u32, processes: &[u32]) -> bool {
    let press = || {
        // SAFETY: takes integers.
        check(unsafe { GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, group) }).is_ok()
    };
    if has_console() {
        let at_console = processes_at_console();
        return processes.iter().any(|process| at_console.contains(process)) && press();
    }
    processes.iter().any(|process| with_console_of(*process, press).unwrap_or(false))
}
