//! The parent ends in each way and at each time: before its first child, inside a clone, beside others. Its children
//! have its stdout, which ends when the last of them has ended. SHARED_CHILD_PARENT_DEATHS says how often it ends (30 by
//! default).

use crate::support::host::{end_of_host, host};
use crate::support::limit::{next_step, time_limit};
use crate::support::plans::script;
use shared_child_native::core::spawn::{Grouping, Plan, Stdio};
use shared_child_native::core::spawner;
use std::collections::hash_map::RandomState;
use std::ffi::CString;
use std::hash::BuildHasher;
use std::ptr;
use std::time::Duration;

fn deaths() -> u32 {
    std::env::var("SHARED_CHILD_PARENT_DEATHS").map_or(30, |count| count.parse().unwrap())
}

const WAYS: [&str; 5] = ["kill", "exit", "abort", "segv", "exec"];

/// Two threads that start one tree after the other, each with members that start others.
fn start_trees() {
    for _ in 0..2 {
        std::thread::spawn(|| {
            loop {
                let tree = Plan {
                    grouping: Grouping::Group,
                    kill_on_parent_exit: true,
                    stdio: vec![Stdio::Ignore, Stdio::Inherit(1), Stdio::Ignore],
                    ..script("sleep 1000 & (sleep 1000 & sleep 1000) & wait")
                };
                drop(spawner::spawn(tree));
                // Only a few of them at a time.
                std::thread::sleep(Duration::from_millis(5));
            }
        });
    }
}

fn die(way: &str) {
    let program = CString::new("/bin/true").unwrap();
    let arguments = [program.as_ptr(), ptr::null()];
    // SAFETY: takes integers, or a program with its arguments; no core files are written.
    unsafe {
        libc::setrlimit(libc::RLIMIT_CORE, &libc::rlimit { rlim_cur: 0, rlim_max: 0 });
        match way {
            "kill" => drop(libc::kill(libc::getpid(), libc::SIGKILL)),
            "exit" => libc::exit(0),
            "abort" => libc::abort(),
            "segv" => {
                libc::signal(libc::SIGSEGV, libc::SIG_DFL);
                libc::raise(libc::SIGSEGV);
            }
            _ => drop(libc::execv(program.as_ptr(), arguments.as_ptr())),
        }
    }
}

#[test]
fn and_no_tree_is_left() {
    let random = RandomState::new();
    let _limit = time_limit();
    for death in 0..deaths() {
        next_step();
        let way = WAYS[death as usize % WAYS.len()];
        let after = Duration::from_micros(random.hash_one(death) % 30_000);
        let host = host!(|| format!("{way} {}", after.as_micros()), |argument| {
            let (way, micros) = argument.split_once(' ').unwrap();
            start_trees();
            std::thread::sleep(Duration::from_micros(micros.parse().unwrap()));
            die(way);
        });
        end_of_host(host);
    }
}
