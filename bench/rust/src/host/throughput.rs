//! How many children a second.

use shared_child::SharedChild;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Instant;

const TRUE: &str = "/bin/true";

/// At most `limit` at a time: each exit makes room for one more.
pub fn core(limit: usize, count: usize) -> String {
    let (told, exits) = mpsc::channel();
    let start = || {
        let told = told.clone();
        crate::start(TRUE, &[], drop, move || told.send(()).expect("someone who counts"));
    };
    samples(count, || {
        (0..limit.min(count)).for_each(|_| start());
        for ended in 1..=count {
            exits.recv().expect("an exit");
            if ended + limit <= count {
                start();
            }
        }
    })
}

/// The crate's wait blocks, so there is a thread for each child of its time.
pub fn shared_child(limit: usize, count: usize) -> String {
    let started = AtomicUsize::new(0);
    let spawn_and_wait = || {
        while started.fetch_add(1, Ordering::Relaxed) < count {
            let mut command = Command::new(TRUE);
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
            SharedChild::spawn(&mut command).and_then(|child| child.wait()).expect("a child");
        }
    };
    samples(count, || {
        std::thread::scope(|scope| (0..limit).for_each(|_| drop(scope.spawn(spawn_and_wait))));
    })
}

fn samples(count: usize, work: impl FnOnce()) -> String {
    let (begin, cpu) = (Instant::now(), crate::cpu());
    work();
    let rate = count as f64 / begin.elapsed().as_secs_f64();
    let cpu = (crate::cpu() - cpu) / count as f64;
    format!(r#"{{"rate":[{rate}],"process":[{cpu}]}}"#)
}
