//! Tries the files that a program's name may mean, one after the other, by the rules of execvp (man 3 execvp).

use std::cell::UnsafeCell;
use std::ffi::{c_char, c_int};

/// The files that a program's name may mean, and the arguments to start them with.
pub struct Files {
    /// In the order in which they are tried.
    pub files: Vec<*const c_char>,
    /// Null-terminated.
    pub argv: Vec<*const c_char>,
    /// `/bin/sh FILE args...`, for a FILE that is a script without `#!`. FILE is filled in when it is known.
    shell_argv: UnsafeCell<Vec<*const c_char>>,
}

impl Files {
    pub fn new(files: Vec<*const c_char>, argv: Vec<*const c_char>) -> Self {
        // The shell and the file take the place of argv[0], if there is one.
        let arguments = argv.iter().copied().filter(|argument| !argument.is_null()).skip(1);
        let shell_argv = [c"/bin/sh".as_ptr(), std::ptr::null()].into_iter();
        let shell_argv = shell_argv.chain(arguments).chain([std::ptr::null()]).collect();
        Self { files, argv, shell_argv: UnsafeCell::new(shell_argv) }
    }

    /// Calls `run(file, argv)` for each file until one has been started. `run` returns 0 if it has started the file
    /// (an exec does not return at all then), otherwise the errno. This returns 0, or the most informative errno.
    ///
    /// Allocates nothing, because it also runs between fork and exec.
    pub fn try_each(&self, run: impl Fn(*const c_char, *const *const c_char) -> c_int) -> c_int {
        let mut forbidden = false;
        let mut last = libc::ENOENT;
        for file in &self.files {
            last = run(*file, self.argv.as_ptr());
            match last {
                // There is no such file: try the next.
                libc::ENOENT
                | libc::ENOTDIR
                | libc::ELOOP
                | libc::ENAMETOOLONG
                | libc::ESTALE
                | libc::ENODEV
                | libc::ETIMEDOUT => {}
                // There is one, but it may not be run: try the next, and report this if there is no other.
                libc::EACCES => forbidden = true,
                // An executable file without `#!` is run as a shell script (POSIX, execvp).
                libc::ENOEXEC => return run(c"/bin/sh".as_ptr(), self.shell_argv(*file)),
                _ => return last,
            }
        }
        if forbidden { libc::EACCES } else { last }
    }

    fn shell_argv(&self, file: *const c_char) -> *const *const c_char {
        // SAFETY: only one thread uses this at a time (it is not Sync), no reference to the contents is ever
        // kept, and there are at least three elements.
        unsafe {
            let argv = (*self.shell_argv.get()).as_mut_ptr();
            argv.add(1).write(file);
            argv
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;
    use std::ffi::CStr;

    /// Tries /a, /b and /c, which fail with these errnos. Returns the result, and the files that were tried.
    fn try_with(errnos: &[(&str, c_int)]) -> (c_int, Vec<String>) {
        let files = Files::new(
            vec![c"/a".as_ptr(), c"/b".as_ptr(), c"/c".as_ptr()],
            vec![c"name".as_ptr(), c"argument".as_ptr(), std::ptr::null()],
        );
        let tried = RefCell::new(Vec::new());
        let result = files.try_each(|file, argv| {
            // SAFETY: C strings, and an argv of at least two.
            let (file, first) = unsafe { (CStr::from_ptr(file), CStr::from_ptr(*argv.add(1))) };
            let [file, first] = [file, first].map(|text| text.to_string_lossy().into_owned());
            let errno = errnos.iter().find(|(name, _)| *name == file).map_or(0, |(_, errno)| *errno);
            tried.borrow_mut().push(if first == "argument" { file } else { format!("{file} {first}") });
            errno
        });
        (result, tried.into_inner())
    }

    #[test]
    fn the_first_that_runs_ends_the_search() {
        assert_eq!(try_with(&[("/a", libc::ENOENT)]), (0, vec!["/a".into(), "/b".into()]));
    }

    #[test]
    fn a_forbidden_file_is_told_only_if_no_other_runs() {
        assert_eq!(try_with(&[("/a", libc::EACCES)]).0, 0);
        let all = [("/a", libc::EACCES), ("/b", libc::ENOENT), ("/c", libc::ENOTDIR)];
        assert_eq!(try_with(&all).0, libc::EACCES);
    }

    #[test]
    fn a_script_without_a_shebang_is_the_shells() {
        let (result, tried) = try_with(&[("/a", libc::ENOEXEC)]);
        assert_eq!((result, tried), (0, vec!["/a".into(), "/bin/sh /a".into()]));
    }

    #[test]
    fn any_other_failure_is_final() {
        assert_eq!(try_with(&[("/a", libc::E2BIG)]), (libc::E2BIG, vec!["/a".into()]));
    }
}
