//! A child that leads a group, with others that outlive it: by the pidfd of the leader, and by the number, for
//! which the leader is pinned.

use crate::kernel::Event::{Exit, OthersEnd, ReapElsewhere};
use crate::kernel::Group;
use crate::operation::Operation::*;
use crate::operation::{explore, explore_group};
use shared_child_native::core::Cause::{Abort, Terminate, Timeout};

macro_rules! groups {
    ($($name:ident: $($operation:expr),+; $($event:ident)*;)*) => {
        mod by_pidfd {
            use super::*;
            $(
                #[test]
                fn $name() {
                    explore_group(Group::Pidfd, &[$($operation),+], &[$($event),*]);
                }
            )*
        }
        mod by_number {
            use super::*;
            $(
                #[test]
                fn $name() {
                    explore_group(Group::Number, &[$($operation),+], &[$($event),*]);
                }
            )*
        }
    };
}

groups! {
    end_group_and_wait: EndGroup(Abort), Wait; Exit;
    end_group_and_try_wait: EndGroup(Abort), TryWait; Exit;
    end_group_and_kill: EndGroup(Abort), Kill; Exit;
    end_group_and_end_group: EndGroup(Abort), EndGroup(Timeout); Exit;
    end_group_and_look: EndGroup(Abort), LookAtGroup; Exit OthersEnd;
    end_group_and_last_handle: EndGroup(Abort), LastHandleGoes; Exit OthersEnd;
    end_group_and_reactor_reap: EndGroup(Abort), ReactorReap; Exit;
    look_and_wait: LookAtGroup, Wait; Exit OthersEnd;
    look_and_try_wait: LookAtGroup, TryWait; Exit OthersEnd;
    look_and_look: LookAtGroup, LookAtGroup; Exit OthersEnd;
    look_and_last_handle: LookAtGroup, LastHandleGoes; Exit OthersEnd;
    last_handle_and_wait: LastHandleGoes, Wait; Exit;
    last_handle_and_try_wait: LastHandleGoes, TryWait; Exit;
    others_end_first: EndGroup(Abort), Wait; OthersEnd Exit;
    end_group_and_try_wait_and_last_handle: EndGroup(Abort), TryWait, LastHandleGoes; Exit;
    end_group_and_reactor_reap_and_look: EndGroup(Abort), ReactorReap, LookAtGroup; Exit OthersEnd;
    end_group_and_wait_and_look: EndGroup(Abort), Wait, LookAtGroup; Exit OthersEnd;
    end_group_when_someone_else_reaps: EndGroup(Abort), TryWait; Exit ReapElsewhere;
    end_group_behind_a_wait_when_someone_else_reaps: EndGroup(Abort), Wait; Exit ReapElsewhere;
    look_when_someone_else_reaps: LookAtGroup, TryWait; Exit ReapElsewhere;
    end_group_and_look_when_someone_else_reaps: EndGroup(Abort), TryWait, LookAtGroup; Exit ReapElsewhere OthersEnd;
}

/// All get the same cause: that of the first signal that was sent before the child exited.
#[test]
fn all_threads_tell_the_same_cause() {
    explore(&[End(Terminate), Wait, TryWait], &[Exit]);
}

#[test]
fn the_first_of_two_causes_is_told() {
    explore(&[End(Terminate), End(Timeout), TryWait], &[Exit]);
}

#[test]
fn all_threads_tell_the_same_cause_of_a_group() {
    explore_group(Group::Pidfd, &[EndGroup(Terminate), Wait, TryWait], &[Exit]);
}
