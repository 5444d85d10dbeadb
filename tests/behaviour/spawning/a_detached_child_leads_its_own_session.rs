//! `detached`.

use crate::support::kinds::SLEEP_FOREVER;
use crate::support::limit::time_limit;
use crate::support::plans::{plan, start};
use crate::support::proc::stat;

/// (process group, session)
fn group_and_session(process: &str) -> [Option<String>; 2] {
    [5, 6].map(|field| stat(process, field))
}

#[test]
fn and_an_attached_one_stays_in_its_parents() {
    let _limit = time_limit();
    for detached in [false, true] {
        let mut plan = plan(SLEEP_FOREVER);
        plan.detached = detached;
        let child = start(&plan).unwrap().child;
        let pid = child.id().to_string();
        let expected =
            if detached { [Some(pid.clone()), Some(pid.clone())] } else { group_and_session("self") };
        assert_eq!(group_and_session(&pid), expected);
        assert!(child.kill().unwrap());
        child.wait().unwrap();
    }
}
