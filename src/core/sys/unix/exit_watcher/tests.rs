//! Tests the watcher over a model of a kernel. The model can do what only some kernels do, and rarely: refuse a process
//! that has begun to exit, report exits before they can be reaped, report keys that are not watched, and fail.

use super::*;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// What the kernel is going to do, and a record of what it was asked.
#[derive(Default)]
struct Model {
    /// The events that each wait returns, and the errno if it then fails.
    waits: Mutex<VecDeque<(Vec<Event>, Option<i32>)>>,
    refused: Mutex<HashMap<usize, i32>>,
    timeouts: Mutex<Vec<Option<Duration>>>,
    exited: Mutex<Vec<usize>>,
    woken: Mutex<usize>,
}

impl Kernel for Model {
    type Process = usize;

    fn add(&self, key: usize, _process: &usize) -> io::Result<()> {
        match lock(&self.refused).get(&key) {
            Some(errno) => Err(io::Error::from_raw_os_error(*errno)),
            None => Ok(()),
        }
    }

    fn add_hangup(&self, _key: usize, _pipe: &PipeEnd) -> io::Result<()> {
        Ok(())
    }

    fn add_readable(&self, _key: usize, _pipe: &PipeEnd) -> io::Result<()> {
        Ok(())
    }

    fn forget_readable(&self, _pipe: &PipeEnd) {}

    fn wait(&self, timeout: Option<Duration>, happened: &mut Vec<Event>) -> io::Result<()> {
        lock(&self.timeouts).push(timeout);
        let (events, errno) = lock(&self.waits).pop_front().unwrap_or_default();
        happened.extend(events);
        errno.map_or(Ok(()), |errno| Err(io::Error::from_raw_os_error(errno)))
    }

    fn wake(&self) -> io::Result<()> {
        *lock(&self.woken) += 1;
        Ok(())
    }

    fn exited(&self, process: &usize) {
        lock(&self.exited).push(*process);
    }
}

thread_local! {
    /// The keys that `on_exit` (ASKED), and `on_hangup` and `on_readable` (LEFT) were called with, and the next answers of
    /// `on_exit`, by key. Without an entry, it returns `true`.
    static ASKED: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    static LEFT: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
    static ANSWERS: RefCell<Vec<(usize, Answer)>> = const { RefCell::new(Vec::new()) };
}

#[derive(Clone, Copy)]
enum Answer {
    NotYet,
    Panic,
}

struct Run {
    watcher: Watcher<Model>,
    unsettled: Unsettled,
}

impl Run {
    fn new(answers: &[(usize, Answer)]) -> Self {
        ANSWERS.set(answers.to_vec());
        let on_exit = |key| {
            ASKED.with_borrow_mut(|asked| asked.push(key));
            let answer = ANSWERS.with_borrow_mut(|answers| {
                let at = answers.iter().position(|(of, _)| *of == key)?;
                Some(answers.remove(at).1)
            });
            assert!(!matches!(answer, Some(Answer::Panic)), "a panic in a callback, of a test");
            answer.is_none()
        };
        let on_hangup = |key| {
            LEFT.with_borrow_mut(|left| left.push(key));
            assert_ne!(key, 0, "a panic in a callback, of a test");
        };
        let callbacks = WatcherCallbacks { on_exit, on_hangup, on_readable: on_hangup };
        Self { watcher: Watcher::new(Model::default(), callbacks), unsettled: Unsettled::default() }
    }

    fn will_find(&self, events: &[Event]) {
        lock(&self.watcher.kernel.waits).push_back((events.to_vec(), None));
    }

    fn will_fail(&self, events: &[Event]) {
        lock(&self.watcher.kernel.waits).push_back((events.to_vec(), Some(libc::ENOMEM)));
    }

    /// Returns the keys for which `on_exit` was called in this turn.
    fn turn(&mut self) -> Vec<usize> {
        self.watcher.turn(&mut self.unsettled);
        ASKED.take()
    }

    fn last_timeout(&self) -> Option<Duration> {
        *lock(&self.watcher.kernel.timeouts).last().unwrap()
    }
}

#[test]
fn each_exit_is_told_once() {
    let mut run = Run::new(&[]);
    for key in [1, 2] {
        run.watcher.add(key, &(key * 10)).unwrap();
    }
    run.will_find(&[Event::Exit(2), Event::Exit(1)]);
    assert_eq!(run.turn(), [2, 1]);
    assert_eq!(*lock(&run.watcher.kernel.exited), [20, 10]);
    assert_eq!(run.turn(), []);
    assert_eq!(run.last_timeout(), None);
}

#[test]
fn an_exit_that_is_not_settled_is_asked_about_again() {
    let mut run = Run::new(&[(1, Answer::NotYet), (1, Answer::NotYet)]);
    run.watcher.add(1, &1).unwrap();
    run.will_find(&[Event::Exit(1)]);
    assert_eq!(run.turn(), [1]);
    assert_eq!(run.turn(), [1]);
    assert_eq!(run.last_timeout(), Some(Unsettled::SOON));
    assert_eq!(run.turn(), [1]);
    assert_eq!(run.last_timeout(), Some(Unsettled::SOON * 2));
    assert_eq!((run.turn(), run.last_timeout()), (vec![], None));
}

#[test]
fn one_that_stays_unsettled_is_asked_about_rarely() {
    let mut run = Run::new(&[(1, Answer::NotYet); 20]);
    run.watcher.add(1, &1).unwrap();
    run.will_find(&[Event::Exit(1)]);
    (0..10).for_each(|_| assert_eq!(run.turn(), [1]));
    assert_eq!(run.last_timeout(), Some(Unsettled::RARELY));
    // The exit of another process is still asked about soon.
    run.watcher.add(2, &2).unwrap();
    ANSWERS.with_borrow_mut(|answers| answers.push((2, Answer::NotYet)));
    run.will_find(&[Event::Exit(2)]);
    assert_eq!(run.turn(), [1, 2]);
    assert_eq!(run.turn(), [1, 2]);
    assert_eq!(run.last_timeout(), Some(Unsettled::SOON));
}

#[test]
fn a_process_that_has_begun_to_exit_is_asked_about_until_it_has() {
    let mut run = Run::new(&[(1, Answer::NotYet), (1, Answer::NotYet)]);
    lock(&run.watcher.kernel.refused).insert(1, libc::ESRCH);
    run.watcher.add(1, &1).unwrap();
    assert_eq!(ASKED.take(), [], "the caller's thread is no place for it");
    assert_eq!(*lock(&run.watcher.kernel.woken), 1, "the thread may be asleep");
    (0..3).for_each(|_| assert_eq!(run.turn(), [1]));
    assert_eq!(run.turn(), []);
}

/// A callback may have to wait for another thread that is adding a process: for one that has locked a group and adds the
/// members that have not ended yet.
#[test]
fn another_can_be_added_while_one_is_asked_about() {
    static WATCHER: OnceLock<Watcher<Model>> = OnceLock::new();
    static ADDED: AtomicBool = AtomicBool::new(false);
    let on_exit = |key| {
        if key == 1 {
            let other = std::thread::spawn(|| WATCHER.get().unwrap().add(2, &2).unwrap());
            let limit = Instant::now() + Duration::from_secs(10);
            while !other.is_finished() && Instant::now() < limit {
                std::thread::yield_now();
            }
            ADDED.store(other.is_finished(), Ordering::Relaxed);
        }
        true
    };
    let callbacks = WatcherCallbacks { on_exit, on_hangup: |_| (), on_readable: |_| () };
    let watcher = WATCHER.get_or_init(|| Watcher::new(Model::default(), callbacks));
    lock(&watcher.kernel.refused).extend([(1, libc::ESRCH), (2, libc::ESRCH)]);
    watcher.add(1, &1).unwrap();
    watcher.turn(&mut Unsettled::default());
    assert!(ADDED.load(Ordering::Relaxed));
}

#[test]
fn a_process_that_cannot_be_watched_is_the_callers() {
    let mut run = Run::new(&[]);
    lock(&run.watcher.kernel.refused).insert(1, libc::ENOMEM);
    assert_eq!(run.watcher.add(1, &1).unwrap_err().raw_os_error(), Some(libc::ENOMEM));
    // An event that comes for it nevertheless is ignored.
    run.will_find(&[Event::Exit(1)]);
    assert_eq!(run.turn(), []);
    assert_eq!(*lock(&run.watcher.kernel.exited), []);
}

#[test]
fn an_event_for_what_is_not_watched_any_more_is_nobodys() {
    let mut run = Run::new(&[]);
    run.watcher.add(1, &1).unwrap();
    run.will_find(&[Event::Exit(1), Event::Exit(1), Event::Exit(7)]);
    assert_eq!(run.turn(), [1]);
    assert_eq!(*lock(&run.watcher.kernel.exited), [1]);
}

#[test]
fn a_panic_costs_nobody_an_exit() {
    let mut run = Run::new(&[(1, Answer::Panic)]);
    for key in [1, 2] {
        run.watcher.add(key, &key).unwrap();
    }
    run.will_find(&[Event::Hangup(0), Event::Exit(1), Event::Exit(2), Event::Hangup(3)]);
    assert_eq!(run.turn(), [1, 2]);
    assert_eq!(LEFT.take(), [0, 3]);
    assert_eq!(run.turn(), [1], "its own neither");
    assert_eq!(run.turn(), []);
}

#[test]
fn what_came_before_a_wait_failed_is_not_lost() {
    let mut run = Run::new(&[(1, Answer::NotYet)]);
    run.watcher.add(1, &1).unwrap();
    run.will_fail(&[Event::Exit(1)]);
    run.will_fail(&[]);
    assert_eq!(run.turn(), [1]);
    assert_eq!(run.turn(), [1], "a failed wait keeps nobody from being asked");
}
