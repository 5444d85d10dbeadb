//! A process that starts children and is then ended. It is this test binary, started again.

use std::io::{BufRead, BufReader, Lines, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

const HOST: &str = "SHARED_CHILD_TEST_HOST_WITH";

/// `host!(|| argument, |argument| ...)` in a test: in the host, runs the second closure and waits to be ended; else
/// starts the host, with what the first one gives it.
macro_rules! host {
    ($argument:expr, $body:expr) => {{
        fn here() {}
        crate::support::host::start(std::any::type_name_of_val(&here), $argument, $body)
    }};
}
pub(crate) use host;

pub struct Host {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

pub fn start(here: &str, argument: impl FnOnce() -> String, body: impl FnOnce(&str)) -> Host {
    let test = here.split_once("::").and_then(|(_, path)| path.rsplit_once("::")).expect("a path").0;
    if let Ok(argument) = std::env::var(HOST) {
        body(&argument);
        loop {
            std::thread::park();
        }
    }
    let mut process = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(HOST, argument())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(process.stdout.take().unwrap()).lines();
    Host { process, lines }
}

/// In the host: reports a number to the process that has started it.
pub fn tell(what: &str, number: u32) {
    // In one piece, because more than one thread may report something.
    std::io::stdout().write_all(format!("\n{what} {number}\n").as_bytes()).unwrap();
}

impl Host {
    /// Reads the next number that it reports under this name.
    #[track_caller]
    pub fn hear(&mut self, what: &str) -> u32 {
        let number = |line: String| line.strip_prefix(what)?.strip_prefix(' ')?.parse().ok();
        self.lines
            .by_ref()
            .map(Result::unwrap)
            .find_map(number)
            .unwrap_or_else(|| panic!("no {what} was told"))
    }

    /// Kills it, if it is still there, and returns when it is gone.
    pub fn end(&mut self) {
        let _ = self.process.kill();
        self.process.wait().unwrap();
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.end();
    }
}

/// Waits until it has ended by itself, and every process that has its stdout.
pub fn end_of_host(mut host: Host) {
    host.lines.by_ref().for_each(drop);
    host.process.wait().unwrap();
}
