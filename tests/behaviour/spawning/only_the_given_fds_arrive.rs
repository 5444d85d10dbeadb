//! The child has the fds that it was given and no other, and has them as a program expects them.

use super::the_child_runs_as_whom_it_was_told::is_root;
use crate::support::kinds::SLEEP_FOREVER;
use crate::support::limit::{time_limit, until};
use crate::support::own_process::in_own_process;
use crate::support::plans::{plan, run, script, start};
use crate::support::proc::{fds, is_asleep};
use crate::support::temporary::{anonymous_file, read_all};
use shared_child_native::core::spawn::{Plan, Stdio};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::process::Command;
use std::ptr;

/// The fds of a child in which only the engine has opened or closed any.
fn fds_of_child(stdio: Vec<Stdio>) -> BTreeMap<i32, String> {
    let child = start(&Plan { stdio, ..plan(SLEEP_FOREVER) }).unwrap().child;
    let pid = child.id().to_string();
    until("it sleeps, its libraries loaded", || is_asleep(&pid));
    let fds = fds(&pid);
    assert!(child.kill().unwrap());
    child.wait().unwrap();
    fds
}

fn null() -> [Stdio; 3] {
    [Stdio::Ignore, Stdio::Ignore, Stdio::Ignore]
}

/// Opens fds that a child would inherit, at the numbers given and wherever else there is room.
fn open_inheritable(numbers: &[i32]) {
    let file = File::open("/etc/passwd").unwrap();
    for number in numbers {
        // SAFETY: takes integers; the copies stay open for good.
        assert!(unsafe { libc::fcntl(file.as_raw_fd(), libc::F_DUPFD, *number) } >= *number);
    }
}

fn assert_no_foreign_fd_arrives() {
    let null_fds = || (0..3).map(|fd| (fd, "/dev/null".to_owned())).collect::<BTreeMap<_, _>>();
    assert_eq!(fds_of_child(null().into()), null_fds());
    let gaps = || [Stdio::Ignore, Stdio::Given(File::open("/etc/hosts").unwrap().into())];
    let stdio = null().into_iter().chain(gaps()).chain(gaps()).collect();
    let mut expected = null_fds();
    expected.extend([4, 6].map(|fd| (fd, "/etc/hosts".to_owned())));
    assert_eq!(fds_of_child(stdio), expected);
}

#[test]
fn and_no_foreign_one() {
    in_own_process!(|| {
        open_inheritable(&[0, 0, 0, 0, 0, 50, 500, 1000]);
        assert_no_foreign_fd_arrives();
    });
}

/// If the kernel has no close_range, or a container refuses it, the list is read from /proc, with more than one read.
#[test]
fn and_no_foreign_one_without_close_range() {
    in_own_process!(|| {
        for refusal in [None, Some(libc::EPERM), Some(libc::ENOSYS)] {
            if let Some(errno) = refusal {
                crate::support::refuse::refuse(libc::SYS_close_range, None, errno);
            }
            open_inheritable(&[0; 200]);
            assert_no_foreign_fd_arrives();
        }
    });
}

/// If there is no /proc either, as in a bare chroot, all numbers are closed.
#[test]
fn and_no_foreign_one_without_close_range_and_proc() {
    if !is_root() {
        return;
    }
    in_own_process!(|| {
        open_inheritable(&[9, 9]);
        crate::support::refuse::refuse(libc::SYS_close_range, None, libc::ENOSYS);
        // SAFETY: valid C strings, and integers. The mounts of this process' parent stay as they are.
        let hidden = unsafe {
            libc::unshare(libc::CLONE_NEWNS) == 0
                && libc::mount(
                    ptr::null(),
                    c"/".as_ptr(),
                    ptr::null(),
                    libc::MS_REC | libc::MS_PRIVATE,
                    ptr::null(),
                ) == 0
                && libc::umount2(c"/proc".as_ptr(), libc::MNT_DETACH) == 0
        };
        if !hidden {
            return; // a container without CAP_SYS_ADMIN
        }
        // The shell reports an fd that it does not have as a bad one.
        let open = |fd| run(&script(&format!("(: <&{fd}) 2>/dev/null && echo open || echo closed"))).text();
        assert_eq!([open(0), open(9)], ["open\n", "closed\n"]);
    });
}

#[test]
fn pipes_carry_what_is_written() {
    let _limit = time_limit();
    let mut plan = script("cat; echo to-stderr >&2; cat <&3 >&3");
    plan.stdio = vec![Stdio::Pipe, Stdio::Pipe, Stdio::Pipe, Stdio::Pipe];
    let mut started = start(&plan).unwrap();
    started.take(0).write_all(b"to-stdin").unwrap();
    let mut socket = started.take(3);
    socket.write_all(b"both ways").unwrap();
    // SAFETY: takes integers.
    assert_eq!(unsafe { libc::shutdown(socket.as_raw_fd(), libc::SHUT_WR) }, 0);
    let heard = [read_all(started.take(1)), read_all(started.take(2)), read_all(socket)];
    assert_eq!(heard, ["to-stdin", "to-stderr\n", "both ways"]);
    assert!(started.child.wait().unwrap().success());
}

/// With a pipe, /dev/stdin and the like can be opened, unlike with a socket.
#[test]
fn standard_streams_can_be_opened_by_name() {
    let _limit = time_limit();
    let mut plan = script("cat /dev/stdin > /dev/stdout; echo error > /dev/stderr");
    plan.stdio[0] = Stdio::Pipe;
    let mut started = start(&plan).unwrap();
    started.take(0).write_all(b"by name").unwrap();
    assert_eq!([read_all(started.take(1)), read_all(started.take(2))], ["by name", "error\n"]);
    assert!(started.child.wait().unwrap().success());
}

#[test]
fn one_file_may_go_to_several() {
    let _limit = time_limit();
    let file = anonymous_file("");
    let mut plan = script("echo one; echo two >&2; echo three >&3");
    plan.stdio = vec![Stdio::Ignore];
    plan.stdio.extend((1..=3).map(|_| Stdio::Inherit(file.as_raw_fd())));
    assert!(start(&plan).unwrap().child.wait().unwrap().success());
    let mut file = file;
    std::io::Seek::rewind(&mut file).unwrap();
    assert_eq!(read_all(file), "one\ntwo\nthree\n");
}

#[test]
fn ignored_standard_streams_are_dev_null_and_other_ones_closed() {
    let _limit = time_limit();
    let mut plan = script("cat; echo lost; echo lost >&2; cat <&3 2>/dev/null || exit 7");
    plan.stdio = null().into_iter().chain([Stdio::Ignore]).collect();
    // The shell itself says that fd 3 is a bad one: with status 2, or by the || (dash, bash).
    assert!([2, 7].map(Some).contains(&start(&plan).unwrap().child.wait().unwrap().code()));
}

/// Node makes its own stdout non-blocking when it is a pipe; its children do not expect that.
#[test]
fn inherited_standard_streams_block() {
    let _limit = time_limit();
    let (reader, writer) = std::io::pipe().unwrap();
    let flags = |fd: &dyn AsRawFd| {
        // SAFETY: takes integers.
        unsafe { libc::fcntl(fd.as_raw_fd(), libc::F_GETFL) }
    };
    // SAFETY: takes integers.
    unsafe { libc::fcntl(writer.as_raw_fd(), libc::F_SETFL, flags(&writer) | libc::O_NONBLOCK) };
    let mut plan = script("head -c 200000 /dev/zero");
    plan.stdio[1] = Stdio::Inherit(writer.as_raw_fd());
    let child = start(&plan).unwrap().child;
    assert_eq!(flags(&writer) & libc::O_NONBLOCK, 0);
    drop(writer);
    assert_eq!(read_all(reader).len(), 200_000);
    assert!(child.wait().unwrap().success());
}

/// Our ends of its pipes are among the fds that must not arrive anywhere else: a reader of the child's
/// stdout would never see its end.
#[test]
fn our_ends_of_pipes_do_not_arrive_in_other_programs() {
    in_own_process!(|| {
        // A program that the standard library starts gets whatever is inheritable.
        let inheritable = || {
            let listing = Command::new("ls").arg("/proc/self/fd").output().unwrap();
            String::from_utf8_lossy(&listing.stdout).lines().count()
        };
        let before = inheritable();
        let mut plan = script("cat >&3");
        plan.stdio = vec![Stdio::Pipe, Stdio::Pipe, Stdio::Pipe, Stdio::Pipe];
        let mut cat = start(&plan).unwrap();
        assert_eq!(inheritable(), before);
        // The program's own three fds, and that of the folder.
        assert_eq!(run(&script("ls /proc/self/fd")).text().lines().count(), 4);
        drop(cat.take(0));
        assert!(cat.child.wait().unwrap().success());
    });
}
