//! The parts of the core by themselves: `cargo bench --manifest-path bench/rust/Cargo.toml`.

use divan::{Bencher, black_box};
use shared_child_bench::{environment, modelled, plan};
use shared_child_native::core::registry;
use shared_child_native::core::spawn::StringBlock;
use shared_child_native::core::spawner;

fn main() {
    divan::main();
}

/// From the joined strings of JavaScript to a plan.
#[divan::bench]
fn make_a_plan(bencher: Bencher) {
    bencher.with_inputs(environment).bench_values(|environment| plan("/bin/true", "/bin/true", environment));
}

/// The pointers of argv and envp.
#[divan::bench]
fn point_into_an_environment(bencher: Bencher) {
    let block = StringBlock::from_joined(environment());
    bencher.bench_local(|| black_box(&block).pointers());
}

#[divan::bench]
fn try_wait_on_a_running_child(bencher: Bencher) {
    let child = modelled(false);
    bencher.bench_local(|| child.try_wait());
}

#[divan::bench]
fn try_wait_on_one_that_has_exited(bencher: Bencher) {
    let child = modelled(true);
    bencher.bench_local(|| child.try_wait());
}

#[divan::bench]
fn send_a_signal(bencher: Bencher) {
    let child = modelled(false);
    bencher.bench_local(|| child.send_signal(black_box(15)));
}

#[divan::bench]
fn tell_a_listener_of_the_exit(bencher: Bencher) {
    bencher.with_inputs(|| modelled(true)).bench_values(|child| {
        child.on_exit(|outcome| {
            let _ = black_box(outcome);
        });
        child.wait()
    });
}

/// With the kernel's part of it: spawn, watch, learn of the exit, reap.
#[divan::bench(sample_count = 50)]
fn spawn_and_wait() {
    let child = spawner::spawn(plan("/bin/true", "/bin/true", environment())).expect("a child");
    child.shared.wait().expect("an exit");
}

#[divan::bench]
fn share_and_attach(bencher: Bencher) {
    let child = spawner::spawn(plan("/bin/sleep", "/bin/sleep\x001000", environment())).expect("a child");
    bencher.bench_local(|| registry::attach(&registry::share(child.child())));
    child.shared.kill().expect("a child that runs");
}
