//! Files for the tests to run and read.

use std::ffi::CString;
use std::fs::{self, File, Permissions};
use std::io::{Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// A new folder that any user may read, removed when dropped.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("shared-child-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o755)).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// A new file or, without `content`, a folder.
    pub fn add(&self, name: &str, content: Option<&str>, mode: u32) -> CString {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match content {
            // Written by another process: a file that was open for writing while some other test forked
            // is "busy" (ETXTBSY) until that child's exec.
            Some(content) => write_elsewhere(&path, content),
            None => fs::create_dir(&path).unwrap(),
        }
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        c_string(&path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn write_elsewhere(path: &Path, content: &str) {
    let status = std::process::Command::new("/bin/sh")
        .args(["-c", "printf %s \"$1\" > \"$0\""])
        .args([path.as_os_str(), content.as_ref()])
        .status();
    assert!(status.unwrap().success());
}

pub fn c_string(path: &Path) -> CString {
    CString::new(path.as_os_str().as_bytes()).unwrap()
}

/// An open file without a name.
pub fn anonymous_file(content: &str) -> File {
    let folder = Folder::new();
    let mut file =
        File::options().read(true).write(true).create_new(true).open(folder.path().join("file")).unwrap();
    file.write_all(content.as_bytes()).unwrap();
    file.rewind().unwrap();
    file
}

pub fn read_all(mut file: impl Read) -> String {
    let mut content = Vec::new();
    file.read_to_end(&mut content).unwrap();
    String::from_utf8_lossy(&content).into_owned()
}
