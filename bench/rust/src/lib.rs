//! What the programs of this crate share: a plan to start, and a process that is only modelled.

use shared_child_native::core::process::{Outcome, Process};
use shared_child_native::core::spawn::{Plan, Stdio, StringBlock};
use shared_child_native::core::{ExitStatus, SharedChild};
use std::ffi::CString;
use std::io;
use std::time::Instant;

/// An environment such as a shell has: 35 variables.
pub fn environment() -> String {
    let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned();
    let others = (1..35).map(|i| format!("SOME_VARIABLE_{i}=and the value that it has, {i}"));
    [path].into_iter().chain(others).collect::<Vec<_>>().join("\0")
}

/// A plan, from strings as the binding gets them from JavaScript.
pub fn plan(file: &str, arguments: &str, environment: String) -> Plan {
    Plan {
        file: CString::new(file).expect("a name without NUL"),
        args: StringBlock::from_joined(arguments.to_owned()),
        env: StringBlock::from_joined(environment).into(),
        stdio: vec![Stdio::Ignore, Stdio::Ignore, Stdio::Ignore],
        ..Plan::default()
    }
}

/// A process without a kernel: what is left is the cost of the state machine.
#[derive(Default)]
pub struct Modelled {
    pub exited: bool,
}

impl Process for Modelled {
    type Handle = ();

    fn id(&self) -> u32 {
        1
    }

    fn try_reap(&mut self) -> io::Result<Option<Outcome>> {
        Ok(self.exited.then(|| Ok(ExitStatus::from_code(0))))
    }

    fn has_exited(&self) -> io::Result<bool> {
        Ok(self.exited)
    }

    fn handle(&self) {}

    fn wait_without_reaping((): &(), _deadline: Option<Instant>) -> io::Result<bool> {
        Ok(true)
    }

    fn send_signal(&self, _signal: i32) -> io::Result<bool> {
        Ok(true)
    }
}

pub fn modelled(exited: bool) -> SharedChild<Modelled> {
    SharedChild::from_process(Modelled { exited })
}
