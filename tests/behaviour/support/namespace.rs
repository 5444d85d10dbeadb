//! Runs a test in its own pid namespace, in which root chooses the next pid. Everything in it ends with its first process.

use std::fs;
use std::process::{Command, Stdio};

const INSIDE: &str = "SHARED_CHILD_TEST_NAMESPACE";

/// `in_a_namespace!(wrapper, || ...)` as the whole body of a test: starts this test binary again, by `wrapper`, for
/// this test alone, in a namespace of its own, and runs the closure there. Needs root, and says so if it is not.
macro_rules! in_a_namespace {
    ($wrapper:expr, $body:expr) => {{
        fn here() {}
        crate::support::namespace::run(std::any::type_name_of_val(&here), $wrapper, $body)
    }};
}
pub(crate) use in_a_namespace;

/// The first process is a shell, which reaps what nobody else does.
const NAMESPACE: [&str; 7] =
    ["unshare", "--kill-child", "-pf", "--mount-proc", "sh", "-c", "\"$@\"; exit $?"];

pub fn run(here: &str, wrapper: &[&str], body: impl FnOnce()) {
    let test = here.split_once("::").and_then(|(_, path)| path.rsplit_once("::")).expect("a path").0;
    let _limit = super::limit::time_limit();
    if std::env::var(INSIDE).is_ok_and(|inside| inside == test) {
        return body();
    }
    let command = |more: &[&str]| {
        let words = [&NAMESPACE[..], &["sh"], more].concat();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).stdin(Stdio::null());
        command
    };
    let probe = ["sh", "-c", "echo 5000 > /proc/sys/kernel/ns_last_pid"];
    let can = command(&probe).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    if !can {
        eprintln!("skipped: needs root, and a pid namespace");
        return;
    }
    let program = std::env::current_exe().unwrap();
    let words = [wrapper, &[program.to_str().unwrap(), test, "--exact", "--nocapture"]].concat();
    let output = command(&words).env(INSIDE, test).output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{}\n{said}", output.status);
}

/// Gives this pid to the next process of the namespace, unless another one is started meanwhile.
pub fn choose_next_pid(pid: u32) {
    fs::write("/proc/sys/kernel/ns_last_pid", (pid - 1).to_string()).unwrap();
}
