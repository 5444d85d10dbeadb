//! `instructions WHAT COUNT`: does WHAT, COUNT times. bench/instructions.ts runs it under callgrind with two counts; the
//! difference is what it takes, and the start of the program is not in it.

use shared_child_bench::{environment, modelled, plan};
use shared_child_native::core::child::ChildHandle;
use shared_child_native::core::{registry, spawner};
use std::hint::black_box;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let [_, what, count] = &args[..] else { return ExitCode::from(2) };
    let Some((_, work)) = WORK.iter().find(|(name, _)| name == what) else {
        WORK.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::from(u8::from(what != "--list"));
    };
    work(count.parse().expect("a number"));
    ExitCode::SUCCESS
}

/// Does its work as often as it is told.
type Work = fn(usize);

const WORK: [(&str, Work); 7] = [
    ("make a plan, 35 variables", |count| {
        let environment = environment();
        repeat(count, || plan("/bin/true", "/bin/true\0one\0two", black_box(&environment).clone()));
    }),
    ("take the environment of the process", |count| {
        repeat(count, shared_child_native::core::spawn::Environment::of_this_process);
    }),
    ("try_wait on a running child", |count| {
        let child = modelled(false);
        repeat(count, || child.try_wait());
    }),
    ("signal a running child", |count| {
        let child = modelled(false);
        repeat(count, || child.send_signal(black_box(15)));
    }),
    ("exit of a child with one listener", |count| {
        repeat(count, || {
            let child = modelled(true);
            child.on_exit(|outcome| {
                let _ = black_box(outcome);
            });
            child.wait()
        });
    }),
    ("share and attach", |count| {
        let child = start("/bin/sleep", "/bin/sleep\x001000");
        repeat(count, || registry::attach(&registry::share(child.child())));
        child.shared.kill().expect("a child that runs");
        child.shared.wait().expect("an exit");
    }),
    // valgrind shares no memory with a child, so this goes by fork; all else is the usual way.
    ("spawn and exit, by the fork fallback", |count| {
        repeat(count, || start("/bin/true", "/bin/true").shared.wait().expect("an exit"));
    }),
];

fn repeat<T>(count: usize, mut work: impl FnMut() -> T) {
    (0..count).for_each(|_| drop(black_box(work())));
}

fn start(file: &str, arguments: &str) -> ChildHandle {
    spawner::spawn(plan(file, arguments, environment())).expect("a child")
}
