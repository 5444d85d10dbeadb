//! Programs for our own engine: short ways to say what to start, and to see the result.

use shared_child_native::core::spawn::{self, Plan, SpawnError, Stdio, StringBlock};
use shared_child_native::core::sys::{OwnProcess, PipeEnd};
use shared_child_native::core::{ExitStatus, SharedChild};
use std::ffi::CString;
use std::fs::File;
use std::os::fd::FromRawFd;

/// A program with its arguments; PATH as its whole environment, nothing on its stdin, and pipes to its
/// stdout and stderr.
pub fn plan<S: AsRef<[u8]>>(command: &[S]) -> Plan {
    let path = std::env::var("PATH").unwrap();
    Plan {
        file: CString::new(command[0].as_ref()).unwrap(),
        args: command.iter().map(AsRef::as_ref).collect(),
        env: strings(&[format!("PATH={path}")]),
        stdio: vec![Stdio::Ignore, Stdio::Pipe, Stdio::Pipe],
        ..Plan::default()
    }
}

/// A shell script.
pub fn script(script: &str) -> Plan {
    plan(&["/bin/sh", "-c", script])
}

pub fn strings<S: AsRef<[u8]>, T: From<StringBlock>>(strings: &[S]) -> T {
    strings.iter().map(AsRef::as_ref).collect::<StringBlock>().into()
}

pub struct Started {
    pub child: SharedChild<OwnProcess>,
    pub pipes: Vec<Option<PipeEnd>>,
}

pub fn start(plan: &Plan) -> Result<Started, SpawnError> {
    let spawned = spawn::spawn(plan)?;
    Ok(Started { child: SharedChild::from_process(spawned.process), pipes: spawned.pipes })
}

impl Started {
    pub fn take(&mut self, fd: usize) -> File {
        file(self.pipes[fd].take().unwrap())
    }
}

pub fn file(pipe: PipeEnd) -> File {
    // SAFETY: the pipe's owner has just given the descriptor away.
    unsafe { File::from_raw_fd(pipe.into_raw() as i32) }
}

#[derive(Debug, PartialEq)]
pub struct Output {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Output {
    /// Its stdout, if it ended with success.
    #[track_caller]
    pub fn text(self) -> String {
        assert!(self.status.success(), "{}: {}", self.status, self.stderr);
        String::from_utf8_lossy(&self.stdout).into_owned()
    }
}

/// Runs a program that prints little to its end.
#[track_caller]
pub fn run(plan: &Plan) -> Output {
    let mut started = start(plan).unwrap();
    let [stdout, stderr] = [1, 2].map(|fd| {
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut started.take(fd), &mut content).unwrap();
        content
    });
    let status = started.child.wait().unwrap();
    Output { status, stdout, stderr: String::from_utf8_lossy(&stderr).into_owned() }
}

/// The error of a spawn that must fail.
#[track_caller]
pub fn error(plan: &Plan) -> SpawnError {
    match start(plan) {
        Err(error) => error,
        Ok(started) => {
            let _ = started.child.kill();
            panic!("it started: {:?}", started.child.wait());
        }
    }
}
