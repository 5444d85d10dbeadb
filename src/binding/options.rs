//! Converts the arguments of a spawn from JavaScript into a plan of the core.

use super::records::{
    AS_CHILD_PROCESS, CONTAIN, DETACHED, GROUP, HIDE_WINDOW, KILL_ON_PARENT_EXIT,
    KILL_ON_PARENT_EXIT_IF_POSSIBLE, NONE, RECORD_SURROUNDINGS, SHOW_WINDOW, VERBATIM_ARGUMENTS,
};
use super::text::Text;
#[cfg(windows)]
use crate::core::spawn::at_the_call;
use crate::core::spawn::{
    Credentials, Environment, Grouping, Plan, Serialization, SpawnError, Stdio, StringBlock,
};
use crate::core::sys;
use std::ffi::CString;
use std::io;

/// What to start. The wrapper has validated it: no string contains a NUL. It crosses as one array and a few strings,
/// because each field of an object costs more than all of these.
pub struct SpawnRequest<'a> {
    /// `[flags, uid, gid, number of groups, number of fds, ...groups, ...fds]`, as the documentation of `Events.spawn`
    /// describes them. Elements after these are ignored.
    pub numbers: &'a [f64],
    /// argv, including `argv[0]`, joined with NULs.
    pub args: Text,
    /// `None`: it is `argv[0]`.
    pub file: Option<Text>,
    /// `KEY=value` entries joined with NULs. `None`, which only the main thread may pass: the process's own environment,
    /// read during this call.
    pub env: Option<Text>,
    pub cwd: Option<Text>,
}

impl SpawnRequest<'_> {
    /// Whether other threads may change the working directory and the umask before the child starts.
    pub fn records_surroundings(&self) -> bool {
        self.numbers.first().is_some_and(|flags| *flags as u32 & RECORD_SURROUNDINGS != 0)
    }

    /// Copies everything that could change after the call, including descriptors. Fails with EINVAL if the numbers are
    /// malformed.
    pub fn into_plan(self) -> Result<Plan, SpawnError> {
        let [flags, uid, gid, group_count, fd_count, ref lists @ ..] = *self.numbers else {
            return Err(malformed());
        };
        // As a length, NONE is converted to 0.
        let (groups, lists) = lists.split_at_checked(group_count as usize).ok_or_else(malformed)?;
        let stdio = lists.get(..fd_count as usize).ok_or_else(malformed)?;
        let flags = flags as u32;
        let args = StringBlock::from_joined(self.args);
        Ok(at_the_call(Plan {
            file: match self.file {
                Some(file) => c_string(file),
                None => args.iter().next().map(Into::into).unwrap_or_default(),
            },
            args,
            env: match self.env {
                Some(env) => StringBlock::from_joined(env).into(),
                None => Environment::of_this_process(),
            },
            cwd: self.cwd.map(c_string),
            stdio: stdio.iter().map(|code| stdio_of(*code as i32)).collect::<Result<_, _>>()?,
            detached: flags & DETACHED != 0,
            grouping: match (flags & CONTAIN != 0, flags & GROUP != 0) {
                (true, _) => Grouping::Contain,
                (false, true) => Grouping::Group,
                (false, false) => Grouping::None,
            },
            kill_on_parent_exit: flags & KILL_ON_PARENT_EXIT != 0,
            kill_on_parent_exit_if_possible: flags & KILL_ON_PARENT_EXIT_IF_POSSIBLE != 0,
            credentials: Credentials {
                uid: id(uid),
                gid: id(gid),
                groups: (group_count != NONE).then(|| groups.iter().map(|group| *group as u32).collect()),
            },
            hide_window: (flags & (HIDE_WINDOW | SHOW_WINDOW) != 0).then_some(flags & HIDE_WINDOW != 0),
            verbatim_arguments: flags & VERBATIM_ARGUMENTS != 0,
            as_child_process: flags & AS_CHILD_PROCESS != 0,
            ..Plan::default()
        }))
    }
}

/// On Unix, `Surroundings` does this.
#[cfg(not(windows))]
fn at_the_call(plan: Plan) -> Plan {
    plan
}

fn malformed() -> SpawnError {
    io::Error::from(io::ErrorKind::InvalidInput).into()
}

fn id(number: f64) -> Option<u32> {
    (number != NONE).then_some(number as u32)
}

fn stdio_of(code: i32) -> Result<Stdio, SpawnError> {
    Ok(match code {
        -1 => Stdio::Ignore,
        -2 => Stdio::Pipe,
        -3 => Stdio::Channel(Serialization::Json),
        -4 => Stdio::Channel(Serialization::Advanced),
        -5 => Stdio::Stdout,
        fd @ 0..=2 => Stdio::Inherit(fd),
        fd => Stdio::Given(sys::duplicate_fd(fd)?),
    })
}

/// Cuts the text at a NUL. The wrapper has refused any text that contains one.
fn c_string(text: Text) -> CString {
    CString::new(text).unwrap_or_else(|error| {
        let end = error.nul_position();
        let mut bytes = error.into_vec();
        bytes.truncate(end);
        CString::new(bytes).unwrap_or_default()
    })
}
