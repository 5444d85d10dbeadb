//! The seed's test_waitid_after_exit_doesnt_hang: there are reports of a waitid on macOS that hangs when
//! the child has exited already (<https://bugs.python.org/issue10812>).

use crate::support::kinds::{Kind, TRUE, for_each_kind};
use crate::support::limit::time_limit;
use crate::support::proc::stat;
use shared_child_native::core::Process;
use std::time::{Duration, Instant};

for_each_kind!(waiting_without_reaping_can_be_repeated);

fn waiting_without_reaping_can_be_repeated<K: Kind>() {
    let _limit = time_limit();
    let (child, _stdin) = K::start(TRUE);
    let handle = child.handle();
    let deadline = Instant::now() + Duration::from_secs(1000);
    assert!(K::Process::wait_without_reaping(&handle, None).unwrap());
    assert!(K::Process::wait_without_reaping(&handle, None).unwrap());
    assert!(K::Process::wait_without_reaping(&handle, Some(deadline)).unwrap());
    if !K::IS_WATCHED {
        assert_eq!(stat(&child.id().to_string(), 3).as_deref(), Some("Z"));
    }
    assert!(child.wait().unwrap().success());
}
