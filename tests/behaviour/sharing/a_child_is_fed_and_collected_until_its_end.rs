//! The exchange loop feeds a child and collects what it writes, on the calling thread, until the end or a limit.

use crate::support::limit::time_limit;
use crate::support::plans::plan;
use shared_child_native::core::ending::Ending;
use shared_child_native::core::exchange::{End, Exchanged, Limits, exchange};
use shared_child_native::core::exit_status::{self, Cause};
use shared_child_native::core::spawn::Stdio;
use shared_child_native::core::spawner;
use shared_child_native::core::sys::socket_pair;
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

fn unlimited() -> Limits {
    let ending = Ending { cause: Cause::Timeout, signal: libc::SIGTERM, grace: None };
    Limits { deadline: None, max_bytes: None, ending }
}

fn soon() -> Option<Instant> {
    Instant::now().checked_add(Duration::from_millis(30))
}

/// A shell script with sockets as its stdin, stdout and stderr.
fn run(script: &str, input: &[u8], limits: &Limits) -> Exchanged {
    let mut plan = plan(&["/bin/sh", "-c", script]);
    let mut ours = Vec::new();
    for fd in 0..3 {
        let (end, childs) = socket_pair().unwrap();
        plan.stdio[fd] = Stdio::End(childs);
        ours.push(if fd == 0 { End::feed(end, input) } else { End::collect(end) }.unwrap());
    }
    exchange(&spawner::spawn(plan).unwrap(), ours, limits)
}

#[track_caller]
fn output(exchanged: &Exchanged, fd: usize) -> &str {
    str::from_utf8(exchanged.output[fd].as_ref().unwrap()).unwrap()
}

#[track_caller]
fn end(exchanged: &Exchanged) -> exit_status::End {
    exchanged.status.as_ref().unwrap().end
}

const SUCCESS: exit_status::End = exit_status::End::Code(0);

#[test]
fn more_than_a_pipe_holds_goes_in_and_out_at_the_same_time() {
    let _limit = time_limit();
    let input = vec![b'x'; 3_000_000];
    let script = "head -c 1000000 /dev/zero | tr '\\0' e >&2 & cat; wait";
    let exchanged = run(script, &input, &unlimited());
    assert_eq!((end(&exchanged), exchanged.errno), (SUCCESS, 0));
    assert!(exchanged.output[0].is_none());
    assert!(output(&exchanged, 1).as_bytes() == input);
    assert!(output(&exchanged, 2) == "e".repeat(1_000_000));
}

#[test]
fn without_input_the_child_finds_its_end_at_once() {
    let _limit = time_limit();
    let exchanged = run("cat; echo end", b"", &unlimited());
    assert_eq!((output(&exchanged, 1), exchanged.errno), ("end\n", 0));
}

#[test]
fn a_child_that_does_not_read_goes_on_and_the_error_is_told() {
    let _limit = time_limit();
    let exchanged = run("exec <&-; echo goes on; exit 3", &vec![b'x'; 3_000_000], &unlimited());
    assert_eq!((output(&exchanged, 1), exchanged.errno), ("goes on\n", -libc::EPIPE));
    assert_eq!(end(&exchanged), exit_status::End::Code(3));
}

#[test]
fn signals_that_interrupt_the_loop_change_nothing() {
    let _limit = time_limit();
    extern "C" fn nothing(_: i32) {}
    // SAFETY: the handler does nothing. Without SA_RESTART every call that waits is interrupted.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = nothing as extern "C" fn(i32) as libc::sighandler_t;
        libc::sigaction(libc::SIGURG, &action, std::ptr::null_mut());
    }
    // SAFETY: it has no preconditions.
    let waiting = unsafe { libc::pthread_self() };
    let (done, is_done) = channel::<()>();
    let interrupter = thread::spawn(move || {
        while is_done.recv_timeout(Duration::from_millis(1)).is_err() {
            // SAFETY: that thread waits until this one has ended.
            unsafe { libc::pthread_kill(waiting, libc::SIGURG) };
        }
    });
    let exchanged = run("sleep 0.1; cat; sleep 0.1; echo end", b"fed ", &unlimited());
    done.send(()).unwrap();
    interrupter.join().unwrap();
    assert_eq!((output(&exchanged, 1), exchanged.errno), ("fed end\n", 0));
    assert_eq!(end(&exchanged), SUCCESS);
}

#[test]
fn too_much_output_ends_the_child_and_what_was_read_is_kept() {
    let _limit = time_limit();
    let script = "printf 12345; exec sleep 100";
    let exchanged = run(script, b"", &Limits { max_bytes: Some(4.0), ..unlimited() });
    assert_eq!(exchanged.errno, -libc::ENOBUFS);
    assert_eq!(output(&exchanged, 1), "12345");
    assert_eq!(end(&exchanged), exit_status::End::Signal(libc::SIGTERM));
}

#[test]
fn as_much_as_the_limit_is_not_too_much() {
    let _limit = time_limit();
    let exchanged = run("printf 12345", b"", &Limits { max_bytes: Some(5.0), ..unlimited() });
    assert_eq!((output(&exchanged, 1), exchanged.errno), ("12345", 0));
}

#[test]
fn the_limit_is_of_all_that_is_collected() {
    let _limit = time_limit();
    let limits = Limits { max_bytes: Some(5.0), ..unlimited() };
    let exchanged = run("printf 123; printf 456 >&2", b"", &limits);
    assert_eq!(exchanged.errno, -libc::ENOBUFS);
}

#[test]
fn a_timeout_ends_the_child_with_the_signal_that_was_asked_for() {
    let _limit = time_limit();
    for script in ["exec sleep 100", "exec >&- 2>&-; exec sleep 100"] {
        let ending = Ending { cause: Cause::Timeout, signal: libc::SIGINT, grace: None };
        let exchanged = run(script, b"", &Limits { deadline: soon(), ending, ..unlimited() });
        assert_eq!(exchanged.errno, -libc::ETIMEDOUT, "{script}");
        assert_eq!(end(&exchanged), exit_status::End::Signal(libc::SIGINT), "{script}");
    }
}

#[test]
fn a_grandchild_that_holds_the_output_is_read_to_its_end() {
    let _limit = time_limit();
    let exchanged = run("(sleep 0.1; echo late) & echo soon", b"", &unlimited());
    assert_eq!((output(&exchanged, 1), end(&exchanged)), ("soon\nlate\n", SUCCESS));
}

#[test]
fn a_grandchild_that_holds_the_output_does_not_hold_up_a_timeout() {
    let _limit = time_limit();
    let started = Instant::now();
    let exchanged = run("sleep 100 & echo $!", b"", &Limits { deadline: soon(), ..unlimited() });
    let grandchild: i32 = output(&exchanged, 1).trim().parse().unwrap_or(0);
    if grandchild > 0 {
        // SAFETY: it has no preconditions. The pid is that of a process which sleeps for longer than this test runs.
        unsafe { libc::kill(grandchild, libc::SIGKILL) };
    }
    assert_eq!(exchanged.errno, -libc::ETIMEDOUT);
    assert!(started.elapsed() < Duration::from_secs(100));
}
