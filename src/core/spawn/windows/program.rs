//! Which file a program's name means.

use super::super::Plan;
use super::text;
use std::borrow::Cow;
use std::env;
use std::io;
use std::path::{Path, PathBuf};
use windows_sys::Win32::Foundation::ERROR_FILE_NOT_FOUND;

/// As libuv looks it up (src/win/process.c), but never in the working directory: a name in the child's PATH, a path
/// from the child's working directory; a name with an extension as it is, then any with `.com` and `.exe`.
pub fn find(plan: &Plan) -> io::Result<PathBuf> {
    let file = text(&plan.file);
    let found = if file.contains(['/', '\\', ':']) {
        with_extension(&below(plan, Path::new(&*file)))
    } else {
        env::split_paths(&*child_path(plan))
            .filter(|folder| !folder.as_os_str().is_empty())
            .find_map(|folder| with_extension(&below(plan, &folder).join(&*file)))
    };
    found.ok_or(io::Error::from_raw_os_error(ERROR_FILE_NOT_FOUND as i32))
}

/// A relative path is meant as the child sees it; Windows would take it from our own working directory.
fn below(plan: &Plan, path: &Path) -> PathBuf {
    match &plan.cwd {
        Some(cwd) => Path::new(&*text(cwd)).join(path),
        None => path.to_owned(),
    }
}

fn with_extension(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?;
    let with = |extension: &str| {
        let mut longer = name.to_owned();
        longer.push(extension);
        path.with_file_name(longer)
    };
    let as_it_is = path.extension().is_some().then(|| path.to_owned());
    as_it_is.into_iter().chain([with(".com"), with(".exe")]).find(|candidate| candidate.is_file())
}

/// The PATH that the child will have: ours if it is given none.
fn child_path(plan: &Plan) -> Cow<'_, str> {
    let entry = plan.env.iter().map(text).find(|entry| {
        super::environment_block::name(entry).is_some_and(|name| name.eq_ignore_ascii_case("PATH"))
    });
    match entry {
        Some(entry) => entry["PATH=".len()..].to_owned().into(),
        None => env::var_os("PATH").unwrap_or_default().to_string_lossy().into_owned().into(),
    }
}

pub fn is_batch(program: &Path) -> bool {
    program.extension().is_some_and(|end| end.eq_ignore_ascii_case("bat") || end.eq_ignore_ascii_case("cmd"))
}
