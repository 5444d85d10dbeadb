//! From the child's last instruction to whoever waits for it. `program` is bench/programs/exit-when-told.c.

use shared_child::SharedChild;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;

pub fn core(count: usize, program: &str) -> String {
    measure(count, |fifo, note| {
        let (told, exited) = mpsc::channel();
        let arguments = [fifo, note].map(|path| path.to_str().expect("a path of ours"));
        crate::start(program, &arguments, drop, move || told.send(monotonic()).expect("someone who waits"));
        tell(fifo);
        exited.recv().expect("an exit")
    })
}

pub fn shared_child(count: usize, program: &str) -> String {
    measure(count, |fifo, note| {
        let mut command = Command::new(program);
        command.args([fifo, note]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = SharedChild::spawn(&mut command).expect("a child");
        std::thread::scope(|scope| {
            let waiter = scope.spawn(|| child.wait().map(|_| monotonic()));
            tell(fifo);
            waiter.join().expect("no panic").expect("an exit")
        })
    })
}

/// `run` starts a child, tells it to exit, and returns when it knew of that.
fn measure(count: usize, run: impl Fn(&Path, &Path) -> f64) -> String {
    let folder = Scratch::new();
    let (fifo, note) = (folder.0.join("fifo"), folder.0.join("note"));
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    fs::write(&note, [0; 8]).expect("a note");
    let latencies: Vec<String> = (0..count)
        .map(|_| {
            let known = run(&fifo, &note);
            format!("{}", known - last_words(&note))
        })
        .collect();
    format!(r#"{{"latency":[{}]}}"#, latencies.join(","))
}

/// Opening blocks until the child has opened it, too.
fn tell(fifo: &Path) {
    OpenOptions::new()
        .write(true)
        .open(fifo)
        .and_then(|mut fifo| fifo.write_all(b"!"))
        .expect("a child that reads");
}

/// When the child was about to exit, in microseconds.
fn last_words(note: &Path) -> f64 {
    let mut time = [0; 8];
    File::open(note).and_then(|mut note| note.read_exact(&mut time)).expect("a note");
    u64::from_ne_bytes(time) as f64 / 1e3
}

/// In microseconds, on the clock of the child.
fn monotonic() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: fills the timespec.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// A folder that goes when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        let folder = std::env::temp_dir().join(format!("shared-child-bench-rust-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
