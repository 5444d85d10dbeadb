//! The peers of the bench that are Rust: one measurement, then one line of JSON with its samples.
//!
//! - `host throughput PEER LIMIT COUNT`
//! - `host latency PEER COUNT`
//! - `host footprint LIVE`
//!
//! PEER is `core` (ours, without Node) or `shared_child` (the crate that it is a port of).

mod footprint;
mod latency;
mod throughput;

use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let number = |text: &str| text.parse().expect("a number");
    let samples = match args[..] {
        ["throughput", "core", limit, count] => throughput::core(number(limit), number(count)),
        ["throughput", "shared_child", limit, count] => {
            throughput::shared_child(number(limit), number(count))
        }
        ["latency", "core", count, program] => latency::core(number(count), program),
        ["latency", "shared_child", count, program] => latency::shared_child(number(count), program),
        ["footprint", live, program] => footprint::core(number(live), program),
        _ => return ExitCode::from(2),
    };
    println!("{samples}");
    ExitCode::SUCCESS
}

/// A child of the core, started in the background as the package starts its own; `exited` runs once it has exited.
fn start(
    file: &str,
    arguments: &[&str],
    started: impl FnOnce(shared_child_native::core::child::ChildHandle) + Send + 'static,
    exited: impl FnOnce() + Send + 'static,
) {
    use shared_child_native::core::spawner::{Job, spawn_in_background};
    let arguments: Vec<&str> = [&[file], arguments].concat();
    let plan = shared_child_bench::plan(file, &arguments.join("\0"), shared_child_bench::environment());
    let request = Box::new(|child: Result<_, _>| {
        let child: shared_child_native::core::child::ChildHandle = child.expect("a child");
        child.shared.on_exit(|_| exited());
        started(child);
    });
    spawn_in_background(Job { plan, request }).expect("a thread that spawns");
}

/// CPU time of this process, in microseconds.
fn cpu() -> f64 {
    // SAFETY: all zeros is a valid rusage, and getrusage fills it.
    let used = unsafe {
        let mut used: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &raw mut used);
        used
    };
    let microseconds = |time: libc::timeval| time.tv_sec as f64 * 1e6 + time.tv_usec as f64;
    microseconds(used.ru_utime) + microseconds(used.ru_stime)
}
