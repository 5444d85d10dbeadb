//! `Batch`, `Caller`, `Scheduling` and `RightsComparer` for systems on which all threads of a process have the same rights
//! and pass the same things on to their children, and where there is no scheduling policy like SCHED_BATCH.

pub struct Batch;

impl Batch {
    pub fn begin() -> Self {
        Self
    }

    pub fn pause<T>(&self, work: impl FnOnce() -> T) -> T {
        work()
    }
}

#[derive(Clone, Debug)]
pub struct Caller;

impl Caller {
    pub fn current() -> Self {
        Self
    }

    pub fn scheduling(&self) -> &Scheduling {
        &Scheduling
    }

    pub fn may_regain_rights(&self) -> bool {
        false
    }

    pub fn is_same_thread(&self, _other: &Self) -> bool {
        true
    }

    pub fn may_use_threads_of(&self, _creator: &Self) -> bool {
        true
    }

    pub fn surely_has_rights_of(&self, _creator: &Self) -> bool {
        true
    }
}

#[derive(Clone, Debug)]
pub struct Scheduling;

#[derive(Default)]
pub struct RightsComparer;

impl RightsComparer {
    pub fn of_this_thread() -> Self {
        Self
    }

    pub fn can_give_priority(&self, _caller: &Caller) -> bool {
        true
    }

    pub fn finds_same_rights(&mut self, _caller: &Caller) -> bool {
        true
    }
}
