//! Every interleaving of the operations on one child, explored by loom over a modelled kernel.
//!
//! `RUSTFLAGS="--cfg loom" cargo test --no-default-features --test loom --release --target-dir target/loom`
//!
//! Each model lets its operations run at once, on a thread each, while the child exits on another, and
//! holds them to what the crate promises (`operation.rs`); the kernel sees to what no program may do
//! (`kernel.rs`). That every wait ends needs no assertion: loom reports a model whose threads all block.
//!
//! What loom cannot show: its Condvar has no clock, so a thread asleep behind another's wait never runs
//! out of time here. tests/waiting does that with real time.
#![cfg(loom)]

#[path = "loom/faults.rs"]
mod faults;
#[path = "loom/groups.rs"]
mod groups;
#[path = "loom/kernel.rs"]
mod kernel;
#[path = "loom/operation.rs"]
mod operation;
#[path = "loom/pairs.rs"]
mod pairs;
#[path = "loom/triples.rs"]
mod triples;
