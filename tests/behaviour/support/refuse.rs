//! A host that refuses a system call, as containers do (man 2 seccomp). For good: needs a process of
//! its own.

/// From here on `call` fails with `errno`, in this thread and in all that it starts; with `flag`, only
/// when its first argument has that bit.
pub fn refuse(call: libc::c_long, flag: Option<u32>, errno: i32) {
    let applies = instruction(
        libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K,
        flag.unwrap_or(0),
        0,
        u8::from(flag.is_some()),
    );
    install(call, 0, applies, errno);
}

/// The same when the second argument is `command`.
pub fn refuse_command(call: libc::c_long, command: i32, errno: i32) {
    install(call, 1, instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, command as u32, 0, 1), errno);
}

/// The same when the fourth argument has that bit.
pub fn refuse_flag(call: libc::c_long, flag: u32, errno: i32) {
    install(call, 3, instruction(libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K, flag, 0, 1), errno);
}

/// `applies` checks an argument, and skips the refusal if it does not match.
fn install(call: libc::c_long, argument: u32, applies: libc::sock_filter, errno: i32) {
    /// Offsets in struct seccomp_data.
    const NUMBER: u32 = 0;
    const FIRST_ARGUMENT: u32 = if cfg!(target_endian = "little") { 16 } else { 20 };
    let load = |offset| instruction(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, offset, 0, 0);
    let answer = |action| instruction(libc::BPF_RET | libc::BPF_K, action, 0, 0);
    let mut program = [
        load(NUMBER),
        instruction(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, call as u32, 0, 3),
        load(FIRST_ARGUMENT + 8 * argument),
        applies,
        answer(libc::SECCOMP_RET_ERRNO | errno as u32),
        answer(libc::SECCOMP_RET_ALLOW),
    ];
    let filter = libc::sock_fprog { len: program.len() as u16, filter: program.as_mut_ptr() };
    // SAFETY: takes integers, and a filter that the kernel copies.
    let results = unsafe {
        [
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
            libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const filter),
        ]
    };
    assert_eq!(results, [0, 0], "{}", std::io::Error::last_os_error());
}

fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter { code: code as u16, jt, jf, k }
}
