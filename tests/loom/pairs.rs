//! Every pair of operations, while the child exits.

use crate::kernel::Event::{DeadlinesPass, Exit};
use crate::operation::Operation::*;
use crate::operation::explore;

macro_rules! pairs {
    ($($name:ident: $one:ident, $other:ident, $($event:ident)*;)*) => {
        $(
            #[test]
            fn $name() {
                explore(&[$one, $other], &[$($event),*]);
            }
        )*
    };
}

pairs! {
    wait_and_wait: Wait, Wait, Exit;
    wait_and_wait_deadline: Wait, WaitDeadline, DeadlinesPass Exit;
    wait_and_try_wait: Wait, TryWait, Exit;
    wait_and_kill: Wait, Kill, Exit;
    wait_and_on_exit: Wait, OnExit, Exit;
    wait_and_reactor_reap: Wait, ReactorReap, Exit;
    wait_deadline_and_wait_deadline: WaitDeadline, WaitDeadline, DeadlinesPass Exit;
    wait_deadline_and_try_wait: WaitDeadline, TryWait, DeadlinesPass Exit;
    wait_deadline_and_kill: WaitDeadline, Kill, DeadlinesPass Exit;
    wait_deadline_and_on_exit: WaitDeadline, OnExit, DeadlinesPass Exit;
    wait_deadline_and_reactor_reap: WaitDeadline, ReactorReap, DeadlinesPass Exit;
    try_wait_and_try_wait: TryWait, TryWait, Exit;
    try_wait_and_kill: TryWait, Kill, Exit;
    try_wait_and_on_exit: TryWait, OnExit, Exit;
    try_wait_and_reactor_reap: TryWait, ReactorReap, Exit;
    kill_and_kill: Kill, Kill, Exit;
    kill_and_on_exit: Kill, OnExit, Exit;
    kill_and_reactor_reap: Kill, ReactorReap, Exit;
    on_exit_and_on_exit: OnExit, OnExit, Exit;
    on_exit_and_reactor_reap: OnExit, ReactorReap, Exit;
    reactor_reap_and_reactor_reap: ReactorReap, ReactorReap, Exit;
}
