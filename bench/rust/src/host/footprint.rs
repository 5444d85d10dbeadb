//! What live children take in the parent. `program` is bench/programs/pause.c.

use std::fs;
use std::sync::mpsc;

/// All of them were there once before and have gone: what the allocator keeps since is no child's.
pub fn core(live: usize, program: &str) -> String {
    gather(live, "/bin/true").1.iter().take(live).for_each(drop);
    let before = Footprint::now();
    let (children, exits) = gather(live, program);
    let after = Footprint::now();
    for child in &children {
        child.shared.kill().expect("a child");
    }
    exits.iter().take(live).for_each(drop);
    let each = |after: f64, before: f64| (after - before) / live as f64;
    let (memory, fds) = (each(after.memory, before.memory), each(after.fds, before.fds));
    let threads = after.threads - before.threads;
    format!(r#"{{"memory":[{memory}],"fds":[{fds}],"threads":[{threads}]}}"#)
}

/// Starts children, and says where their exits will be told.
fn gather(
    live: usize,
    program: &str,
) -> (Vec<shared_child_native::core::child::ChildHandle>, mpsc::Receiver<()>) {
    let (started, starts) = mpsc::channel();
    let (told, exits) = mpsc::channel();
    for _ in 0..live {
        let (started, told) = (started.clone(), told.clone());
        crate::start(
            program,
            &[],
            move |child| started.send(child).expect("a holder"),
            move || {
                let _ = told.send(());
            },
        );
    }
    (starts.iter().take(live).collect(), exits)
}

struct Footprint {
    /// Bytes of the process's own that are resident.
    memory: f64,
    fds: f64,
    threads: f64,
}

impl Footprint {
    fn now() -> Self {
        let status = fs::read_to_string("/proc/self/status").expect("/proc");
        let field = |name: &str| -> f64 {
            let line = status
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .expect("a field of /proc/self/status");
            line.split_whitespace().next().and_then(|value| value.parse().ok()).expect("a number")
        };
        Self {
            memory: field("RssAnon:") * 1024.0,
            fds: fs::read_dir("/proc/self/fd").expect("/proc").count() as f64,
            threads: field("Threads:"),
        }
    }
}
