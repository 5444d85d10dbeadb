//! Finds the file that a program's name means.

use super::super::Plan;
use super::candidates::{candidates, of_child_process};
use super::files;
use super::wtf8::to_utf16;
use std::io;
use windows_sys::Win32::Foundation::ERROR_FILE_NOT_FOUND;

/// Returns the full path of the plan's program. `cwd` is the child's working directory, as an absolute path.
pub fn find(plan: &Plan, cwd: &[u16]) -> io::Result<Vec<u16>> {
    let path = variable(plan, "PATH").unwrap_or_default();
    let file = to_utf16(plan.file.to_bytes());
    let found = match plan.as_child_process {
        true => of_child_process(&file, cwd, &path, files::searches_current_folder()),
        false => candidates(&file, cwd, &path, variable(plan, "PATHEXT").as_deref()),
    };
    found
        .iter()
        .filter_map(|candidate| files::full_path(candidate).ok())
        .find(|candidate| files::is_file(candidate))
        .ok_or(io::Error::from_raw_os_error(ERROR_FILE_NOT_FOUND as i32))
}

/// The value of a variable in the child's environment.
fn variable(plan: &Plan, name: &str) -> Option<Vec<u16>> {
    plan.env.iter().find_map(|entry| {
        let (start, value) = entry.to_bytes().split_at_checked(name.len() + 1)?;
        let is_it = start.eq_ignore_ascii_case(format!("{name}=").as_bytes());
        is_it.then(|| to_utf16(value))
    })
}
