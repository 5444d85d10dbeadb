//! Runs a test in a process of its own: for what changes the whole process (limits, signal handlers,
//! credentials, fds), and for counts that other tests would disturb.

use std::process::{Command, Stdio};

const ALONE: &str = "SHARED_CHILD_TEST_ALONE";

/// `in_own_process!(|| ...)` as the whole body of a test: starts this test binary again, for this test
/// alone, and there runs the closure.
macro_rules! in_own_process {
    ($body:expr) => {{
        fn here() {}
        crate::support::own_process::run(std::any::type_name_of_val(&here), $body)
    }};
}
pub(crate) use in_own_process;

/// `here` is `behaviour::MODULES::TEST::here`, of which MODULES::TEST is the test's name.
pub fn run(here: &str, body: impl FnOnce()) {
    let test = here.split_once("::").and_then(|(_, path)| path.rsplit_once("::")).expect("a path").0;
    if std::env::var(ALONE).is_ok_and(|alone| alone == test) {
        let _limit = super::limit::time_limit();
        return body();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--nocapture"])
        .env(ALONE, test)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    // A test that was not found has not failed either.
    assert!(output.status.success() && said.contains("1 passed"), "{}\n{said}", output.status);
}
