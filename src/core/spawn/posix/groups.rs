//! The groups of a child that runs as another user: the list that `setgroups` is given.

use super::super::Credentials;

/// On macOS and the BSDs, the effective gid is the first of a process's groups, so `setgroups` sets it, too (xnu and
/// FreeBSD: cr_groups\[0\]). Without the gid at the front, the first group of the list would become the gid and then be
/// lost when `setgid` replaces it; and with an empty list, xnu makes the gid 0. Since FreeBSD 15 the two are separate,
/// and a gid among the groups does no harm.
const GID_COMES_FIRST: bool = cfg!(not(target_os = "linux"));

pub struct Groups {
    pub list: Vec<libc::gid_t>,
    /// Whether a failure to set the groups makes the spawn fail. If they are only to be dropped, it does not: a process
    /// that may not change its groups has none that it would have to drop.
    pub required: bool,
}

impl Groups {
    /// `None`: the child keeps the parent's groups.
    pub fn of_child(credentials: &Credentials) -> Option<Self> {
        // SAFETY: the call has no arguments.
        Self::new(credentials, unsafe { libc::getegid() }, GID_COMES_FIRST)
    }

    fn new(credentials: &Credentials, parents_gid: libc::gid_t, gid_comes_first: bool) -> Option<Self> {
        if credentials.is_unchanged() {
            return None;
        }
        let gid = gid_comes_first.then(|| credentials.gid.unwrap_or(parents_gid));
        let groups = credentials.groups.iter().flatten().copied();
        Some(Self { list: gid.into_iter().chain(groups).collect(), required: credentials.groups.is_some() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENTS_GID: u32 = 20;

    /// How a kernel keeps the gid and the other groups of a process.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Kernel {
        Xnu,
        FreeBsd14,
        /// FreeBSD 15 is the same.
        Linux,
    }

    fn run(kernel: Kernel, credentials: &Credentials) -> (u32, Vec<u32>) {
        let (mut gid, mut others) = (PARENTS_GID, vec![98, 99]);
        if let Some(groups) = Groups::new(credentials, PARENTS_GID, kernel != Kernel::Linux) {
            match (kernel, &groups.list[..]) {
                (Kernel::Linux, list) => others = list.to_vec(),
                (_, [first, rest @ ..]) => (gid, others) = (*first, rest.to_vec()),
                (Kernel::Xnu, []) => (gid, others) = (0, Vec::new()),
                (Kernel::FreeBsd14, []) => others.clear(),
            }
        }
        (credentials.gid.unwrap_or(gid), others)
    }

    #[test]
    fn every_group_arrives_and_the_gid_is_the_one_that_was_asked_for() {
        for kernel in [Kernel::Xnu, Kernel::FreeBsd14, Kernel::Linux] {
            for (uid, gid) in [(None, None), (Some(5), None), (None, Some(6)), (Some(5), Some(6))] {
                for groups in [None, Some(vec![]), Some(vec![7]), Some(vec![7, 8, 6])] {
                    let credentials = Credentials { uid, gid, groups };
                    let kept = credentials.is_unchanged();
                    let others = match &credentials.groups {
                        None if kept => vec![98, 99],
                        None => vec![],
                        Some(groups) => groups.clone(),
                    };
                    let expected = (gid.unwrap_or(PARENTS_GID), others);
                    assert_eq!(run(kernel, &credentials), expected, "{kernel:?} {credentials:?}");
                }
            }
        }
    }

    /// On FreeBSD 15, for a program that was built for it, the gid is in the list of groups as well.
    #[test]
    fn a_gid_among_the_groups_is_no_right_more() {
        let credentials = Credentials { uid: Some(5), gid: Some(6), groups: Some(vec![7]) };
        assert_eq!(Groups::new(&credentials, PARENTS_GID, true).unwrap().list, [6, 7]);
    }
}
