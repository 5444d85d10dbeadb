//! Tests what the core promises, with real processes: one behaviour for each file.
//!
//! `cargo test --no-default-features`, and the same with `SHARED_CHILD_ENGINE=fork` and with
//! `SHARED_CHILD_REACTOR=threads`: see README.md.
#![cfg(all(target_os = "linux", not(loom)))]

mod support;

/// The state machine: who waits, who reaps, who may signal.
mod waiting {
    mod a_child_started_elsewhere_can_be_shared;
    mod a_deadline_ends_a_wait;
    mod a_foreign_reaper_hangs_nobody;
    mod a_panic_wedges_nobody;
    mod a_signal_reaches_only_a_running_child;
    mod an_exit_listener_runs_once;
    mod every_wait_returns_the_status;
    mod into_inner_gives_the_child_back;
    mod pipes_are_taken_once;
    mod the_kernel_wait_does_not_reap;
    mod the_oracle_says_the_same;
    mod try_wait_never_misses_an_exit;
}

/// The engine: what a child gets, and what a failed spawn leaves.
mod spawning {
    mod a_background_spawn_reports_to_its_caller;
    mod a_child_has_what_its_caller_had;
    mod a_detached_child_leads_its_own_session;
    mod a_failed_spawn_leaves_nothing;
    mod a_failed_spawn_says_what_failed;
    mod a_program_that_was_just_written_starts;
    mod a_refused_system_call_has_its_fallback;
    mod a_shortage_of_fds_is_an_error;
    mod a_shortage_of_memory_is_an_error;
    mod a_stuck_exec_holds_up_no_other;
    mod arguments_and_environment_arrive_as_given;
    mod every_child_is_reaped;
    mod fds_arrive_in_every_permutation;
    mod no_handler_runs_in_a_child;
    mod only_the_given_fds_arrive;
    mod signals_start_clean;
    pub mod the_child_runs_as_whom_it_was_told;
    mod the_parent_stays_dumpable;
    mod the_program_is_found_in_the_childs_path;
}

/// What a child has started, and how all of it is ended.
mod controlling {
    mod a_parent_may_end_at_any_point;
    mod a_signal_reaches_the_whole_group;
    mod a_tie_holds_in_any_case;
    mod a_tied_child_ends_with_its_parent;
    mod an_ending_asks_first_and_then_kills;
    mod no_later_group_of_the_number_is_signalled;
    mod nobody_forks_out_of_a_group;
    mod nobody_leaves_a_cgroup;
    mod what_cannot_be_controlled_is_not_started;
}

/// A child as the threads of its process have it.
mod sharing {
    mod a_child_is_fed_and_collected_until_its_end;
    mod a_filled_pipe_gives_all_its_bytes;
    mod a_pipe_in_use_holds_more;
    mod a_token_finds_its_child_again;
    mod an_exited_childs_pipes_lose_nothing;
    mod output_is_collected_without_a_reader;
}
