//! uid, gid and groups.

use crate::support::limit::time_limit;
use crate::support::own_process::in_own_process;
use crate::support::plans::{plan, run};
use crate::support::proc::field;
use shared_child_native::core::spawn::{Credentials, Plan};
use std::fs;

/// A user, and a group, that no test machine has.
pub const NOBODY: u32 = 54_321;
const GROUPS: [u32; 3] = [7, 8, 9];

/// Only root may become another user. Says so if this process is not root.
pub fn is_root() -> bool {
    // SAFETY: takes no arguments.
    let is_root = unsafe { libc::geteuid() } == 0;
    if !is_root {
        eprintln!("skipped: needs root");
    }
    is_root
}

/// Uid, Gid and Groups as /proc has them.
fn seen_by_the_child(credentials: Credentials) -> [String; 3] {
    let status = run(&Plan { credentials, ..plan(&["cat", "/proc/self/status"]) }).text();
    ["Uid", "Gid", "Groups"].map(|name| field(&status, name).to_owned())
}

/// Real, effective, saved and file system ids.
fn all_four(id: u32) -> String {
    [id; 4].map(|id| id.to_string()).join("\t")
}

fn list(groups: &[u32]) -> String {
    groups.iter().map(u32::to_string).collect::<Vec<_>>().join(" ")
}

/// Gives this process groups that its children could inherit.
fn join_groups() {
    // SAFETY: as many ids as it says.
    assert_eq!(unsafe { libc::setgroups(GROUPS.len(), GROUPS.as_ptr()) }, 0);
}

#[test]
fn as_its_parent_if_it_was_told_nothing() {
    let _limit = time_limit();
    let own = fs::read_to_string("/proc/self/status").unwrap();
    let expected = ["Uid", "Gid", "Groups"].map(|name| field(&own, name).to_owned());
    assert_eq!(seen_by_the_child(Credentials::default()), expected);
}

#[test]
fn as_another_user_of_another_group() {
    if !is_root() {
        return;
    }
    let _limit = time_limit();
    let credentials = Credentials { uid: Some(NOBODY), gid: Some(NOBODY + 1), groups: Some(GROUPS.to_vec()) };
    assert_eq!(seen_by_the_child(credentials), [all_four(NOBODY), all_four(NOBODY + 1), list(&GROUPS)]);
}

/// As libuv does: the user that root becomes does not get root's groups.
#[test]
fn without_its_parents_groups() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        join_groups();
        let user = Credentials { uid: Some(NOBODY), ..Credentials::default() };
        assert_eq!(seen_by_the_child(user), [all_four(NOBODY), all_four(0), String::new()]);
        let group = Credentials { gid: Some(NOBODY), ..Credentials::default() };
        assert_eq!(seen_by_the_child(group), [all_four(0), all_four(NOBODY), String::new()]);
        let unchanged = Credentials::default();
        assert_eq!(seen_by_the_child(unchanged), [all_four(0), all_four(0), list(&GROUPS)]);
    });
}

/// Not calling setgroups for an empty list was CVE-2023-6507.
#[test]
fn without_any_group_if_the_list_is_empty() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        join_groups();
        let nobody = Credentials { groups: Some(vec![]), ..Credentials::default() };
        assert_eq!(seen_by_the_child(nobody), [all_four(0), all_four(0), String::new()]);
    });
}

#[test]
fn and_its_parent_as_before() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        join_groups();
        let before = fs::read_to_string("/proc/thread-self/status").unwrap();
        seen_by_the_child(Credentials { uid: Some(NOBODY), gid: Some(NOBODY), groups: Some(vec![1]) });
        let after = fs::read_to_string("/proc/thread-self/status").unwrap();
        for name in ["Uid", "Gid", "Groups", "CapEff"] {
            assert_eq!(field(&after, name), field(&before, name));
        }
    });
}
