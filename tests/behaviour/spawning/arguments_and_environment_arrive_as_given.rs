//! argv, argv[0] and the environment, byte for byte.

use crate::support::limit::time_limit;
use crate::support::plans::{plan, run, script, strings};
use shared_child_native::core::spawn::{Environment, Plan};

/// What the child's own /proc file says.
fn own_file(mut plan: Plan, name: &str) -> Vec<u8> {
    plan.args.push(format!("/proc/self/{name}").as_bytes());
    run(&plan).stdout
}

#[test]
fn arguments_of_all_bytes() {
    let _limit = time_limit();
    let bytes: Vec<u8> = (1..=255).collect();
    let command: [&[u8]; 5] = [b"/bin/cat", b"--", b"", &bytes, b"last"];
    let mut plan = plan(&command);
    plan.args.push(b"/proc/self/cmdline");
    let mut expected = command.join(&0);
    expected.extend(b"\0/proc/self/cmdline\0");
    // cat complains about the others on its stderr.
    assert_eq!(run(&plan).stdout, expected);
}

#[test]
fn argv0_is_not_the_file() {
    let _limit = time_limit();
    let mut named = script("echo \"$0\"");
    named.args = strings(&["-another name", "-c", "echo \"$0\""]);
    assert_eq!(run(&named).text(), "-another name\n");
}

#[test]
fn the_environment_is_the_given_one_and_nothing_else() {
    let _limit = time_limit();
    let mut plan = plan(&["cat"]);
    plan.env = strings(&["B=2", "A=1 = one", "EMPTY=", "ODD\n=\u{e9}", "B=again", "no equals sign"]);
    let expected = "B=2\0A=1 = one\0EMPTY=\0ODD\n=\u{e9}\0B=again\0no equals sign\0";
    assert_eq!(String::from_utf8(own_file(plan, "environ")).unwrap(), expected);
}

#[test]
fn the_environment_may_be_empty() {
    let _limit = time_limit();
    let mut plan = plan(&["cat"]);
    plan.env = Environment::default();
    assert_eq!(own_file(plan, "environ"), b"");
}

#[test]
fn a_large_environment_arrives_whole() {
    let _limit = time_limit();
    let mut plan = plan(&["cat"]);
    let variables: Vec<_> = (0..500).map(|i| format!("V{i}={}", "x".repeat(i))).collect();
    plan.env = strings(&variables);
    assert_eq!(own_file(plan, "environ"), format!("{}\0", variables.join("\0")).into_bytes());
}
