//! From a plan to the standard library's `Command`.

use super::super::{Plan, Stdio};
use super::not_supported;
use std::borrow::Cow;
use std::ffi::CStr;
use std::io;
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use windows_sys::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW, CREATE_SUSPENDED, DETACHED_PROCESS,
};

/// The program is looked up by the standard library's rules: a name without an extension gets `.exe`;
/// a name without a path is looked for in the child's PATH, beside this program, in the system's
/// folders and in this process's own PATH, but never in the working directory.
pub fn command(plan: &Plan, [stdin, stdout, stderr]: [std::process::Stdio; 3]) -> io::Result<Command> {
    if plan.args.iter().next().is_some_and(|name| name != plan.file.as_c_str()) {
        return Err(not_supported()); // an argv[0] of its own
    }
    if !plan.credentials.is_unchanged() {
        return Err(not_supported());
    }
    let program = program(plan);
    if is_missing_batch_file(&program) {
        return Err(io::ErrorKind::NotFound.into());
    }
    let mut command = Command::new(program);
    for argument in plan.args.iter().skip(1).map(text) {
        match plan.verbatim_arguments {
            true => command.raw_arg(&*argument),
            false => command.arg(&*argument),
        };
    }
    command.env_clear().envs(plan.env.iter().map(text).filter_map(|entry| {
        let (name, value) = split_variable(&entry)?;
        Some((name.to_owned(), value.to_owned()))
    }));
    if let Some(cwd) = &plan.cwd {
        command.current_dir(&*text(cwd));
    }
    command.stdin(stdin).stdout(stdout).stderr(stderr).creation_flags(flags(plan));
    Ok(command)
}

/// JavaScript's strings, as UTF-8. What is none (half of a surrogate pair, which an environment
/// variable or a file name may hold) becomes U+FFFD on the way.
pub fn text(string: &CStr) -> Cow<'_, str> {
    string.to_string_lossy()
}

/// A relative path is meant as the child sees it, from its own working directory; Windows would take
/// it from ours.
fn program(plan: &Plan) -> PathBuf {
    let file = text(&plan.file);
    let is_path = file.contains(['/', '\\']);
    match &plan.cwd {
        Some(cwd) if is_path => Path::new(&*text(cwd)).join(&*file),
        _ => PathBuf::from(&*file),
    }
}

/// The standard library starts `cmd.exe` for a batch file that is given by its path, and the child
/// would then fail instead of the spawn.
fn is_missing_batch_file(program: &Path) -> bool {
    let is_batch = program
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("bat") || end.eq_ignore_ascii_case("cmd"));
    let is_name = program.components().count() == 1;
    is_batch && !is_name && !program.exists()
}

/// `KEY=value`. The system's own variables for the current directory of each drive begin with an
/// equals sign: `=C:=C:\folder`.
fn split_variable(entry: &str) -> Option<(&str, &str)> {
    let equals = entry.char_indices().skip(1).find(|(_, character)| *character == '=')?.0;
    Some((&entry[..equals], &entry[equals + 1..]))
}

/// As libuv sets them, but that every child starts suspended. The standard library adds
/// CREATE_UNICODE_ENVIRONMENT. A hidden child of libuv's has its first window hidden too, for which
/// the standard library has no stable way; here it has no console window.
fn flags(plan: &Plan) -> u32 {
    let mut flags = CREATE_SUSPENDED;
    if plan.detached {
        flags |= DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP;
    }
    // A child that uses our console needs it.
    let inherits = plan.stdio.iter().any(|stdio| matches!(stdio, Stdio::Inherit(_) | Stdio::Given(_)));
    if plan.hide_window && !inherits {
        flags |= CREATE_NO_WINDOW;
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::split_variable;

    #[test]
    fn a_variable_is_split_at_the_first_equals_sign_but_one_at_its_start() {
        assert_eq!(split_variable("A=b=c"), Some(("A", "b=c")));
        assert_eq!(split_variable("A="), Some(("A", "")));
        assert_eq!(split_variable("=C:=C:\\folder"), Some(("=C:", "C:\\folder")));
        assert_eq!(split_variable("A"), None);
        assert_eq!(split_variable("é=1"), Some(("é", "1")));
    }
}
