//! Calls CreateProcessW.

use super::super::{Grouping, Plan, Stdio};
use super::initial_job::InitialJob;
use super::stdio::ChildStdio;
use super::wtf8::to_utf16;
use super::{ascii, candidates, command_line, environment_block, files, program};
use crate::core::sys::{check, has_console, keep_console};
use std::ffi::c_void;
use std::io;
use std::os::windows::io::{FromRawHandle, OwnedHandle};
use std::ptr;
use windows_sys::Win32::Foundation::{
    ERROR_FILENAME_EXCED_RANGE, ERROR_INVALID_PARAMETER, ERROR_NOT_SUPPORTED, HANDLE,
};
use windows_sys::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW, CREATE_UNICODE_ENVIRONMENT, CreateProcessW, DETACHED_PROCESS,
    DeleteProcThreadAttributeList, EXTENDED_STARTUPINFO_PRESENT, InitializeProcThreadAttributeList,
    PROC_THREAD_ATTRIBUTE_HANDLE_LIST, PROC_THREAD_ATTRIBUTE_JOB_LIST, PROCESS_INFORMATION,
    STARTF_USESHOWWINDOW, STARTF_USESTDHANDLES, STARTUPINFOEXW, STARTUPINFOW, UpdateProcThreadAttribute,
};

/// The longest command line, with its NUL (MS docs: CreateProcessW).
const LONGEST_LINE: usize = 32_767;

/// ShowWindow's constants: hidden, and as the program that starts the process has asked for.
const SW_HIDE: u16 = 0;
const SW_SHOWDEFAULT: u16 = 10;

/// A process that runs.
pub struct Created {
    pub pid: u32,
    pub process: OwnedHandle,
}

/// The file to start, its command line and its environment.
pub struct Program {
    file: Vec<u16>,
    line: Vec<u16>,
    env: Vec<u16>,
}

impl Program {
    /// `cwd` is absolute.
    pub fn new(plan: &Plan, cwd: &[u16]) -> io::Result<Self> {
        if !plan.credentials.is_unchanged() {
            return Err(io::Error::from_raw_os_error(ERROR_NOT_SUPPORTED as i32));
        }
        let (file, line) = file_and_line(plan, cwd)?;
        let line = files::with_nul(line);
        if line.len() > LONGEST_LINE {
            return Err(io::Error::from_raw_os_error(ERROR_FILENAME_EXCED_RANGE as i32));
        }
        let env = environment_block::block(plan.env.iter().map(|entry| to_utf16(entry.to_bytes())));
        Ok(Self { file: files::for_program(&file), line, env })
    }

    /// Whether the file's own rights let this process run it.
    pub fn may_be_run(&self) -> bool {
        files::may_be_run(&self.file)
    }

    /// `start_in` is the working directory in the form that the system accepts, with a NUL.
    pub fn start(
        &self,
        plan: &Plan,
        start_in: &[u16],
        stdio: &ChildStdio,
        initial_job: &InitialJob,
    ) -> io::Result<Created> {
        let crt_block = stdio.crt_block();
        let (handles, jobs) = (stdio.all(), initial_job.jobs());
        let attributes = Attributes::new(&handles, &jobs)?;
        let startup = STARTUPINFOEXW {
            StartupInfo: STARTUPINFOW {
                cb: size_of::<STARTUPINFOEXW>() as u32,
                dwFlags: STARTF_USESTDHANDLES | STARTF_USESHOWWINDOW,
                wShowWindow: if plan.hide_window == Some(true) { SW_HIDE } else { SW_SHOWDEFAULT },
                cbReserved2: crt_block.len() as u16,
                lpReserved2: crt_block.as_ptr().cast_mut(),
                hStdInput: stdio.standard(0),
                hStdOutput: stdio.standard(1),
                hStdError: stdio.standard(2),
                ..STARTUPINFOW::default()
            },
            lpAttributeList: attributes.as_ref().map_or(ptr::null_mut(), Attributes::as_ptr),
        };
        let mut line = self.line.clone();
        let mut created = PROCESS_INFORMATION::default();
        stdio.make_inheritable()?;
        let _console = keep_console();
        // SAFETY: strings that end with a NUL, of which the command line may be written to; a block that ends with two;
        // and a STARTUPINFOEXW, as the flags say, whose pointers outlive the call.
        check(unsafe {
            CreateProcessW(
                self.file.as_ptr(),
                line.as_mut_ptr(),
                ptr::null(),
                ptr::null(),
                (!handles.is_empty()).into(),
                flags(plan),
                self.env.as_ptr().cast(),
                start_in.as_ptr(),
                (&raw const startup).cast(),
                &mut created,
            )
        })?;
        // SAFETY: two new handles, which nothing else owns.
        let own = |handle: HANDLE| unsafe { OwnedHandle::from_raw_handle(handle) };
        drop(own(created.hThread));
        Ok(Created { pid: created.dwProcessId, process: own(created.hProcess) })
    }
}

fn file_and_line(plan: &Plan, cwd: &[u16]) -> io::Result<(Vec<u16>, Vec<u16>)> {
    let file = program::find(plan, cwd)?;
    let args = plan.args.iter().map(|arg| to_utf16(arg.to_bytes()));
    if !candidates::is_batch(&file) {
        let quoted = match plan.verbatim_arguments {
            true => usize::from(!plan.as_child_process),
            false => usize::MAX,
        };
        return Ok((file, command_line::line(args, quoted)));
    }
    let refused = io::Error::from_raw_os_error(ERROR_INVALID_PARAMETER as i32);
    // As Node does since CVE-2024-27980.
    if plan.as_child_process {
        return Err(refused);
    }
    // CreateProcessW itself would run it with whatever %ComSpec% names, although the line is not quoted for that.
    let line = command_line::batch_line(&file, args.skip(1), plan.verbatim_arguments).ok_or(refused)?;
    Ok((candidates::below(&files::system_folder()?, &ascii::units("cmd.exe")), line))
}

/// The same flags as libuv's, except if a process without a console gives handles to the child. These cannot be handles
/// of a console, so the child can still have a console without a window.
///
/// No child is started suspended: if this process ended before it resumed the child, the child would never run or end.
fn flags(plan: &Plan) -> u32 {
    let mut flags = CREATE_UNICODE_ENVIRONMENT | EXTENDED_STARTUPINFO_PRESENT;
    if plan.detached {
        flags |= DETACHED_PROCESS;
    }
    // A group of its own, so that a Ctrl-Break for the child's group reaches no other process.
    if plan.detached || plan.grouping != Grouping::None {
        flags |= CREATE_NEW_PROCESS_GROUP;
    }
    // A child that has been given handles of our console needs that console.
    let inherits = plan.stdio.iter().any(|stdio| matches!(stdio, Stdio::Inherit(_) | Stdio::Given(_)));
    let hidden = match plan.hide_window {
        Some(false) => false,
        Some(true) => !inherits || !has_console(),
        None => !has_console(),
    };
    if hidden {
        flags |= CREATE_NO_WINDOW;
    }
    flags
}

/// What a child gets: these handles, and no others that are inheritable in this process at that moment; and the jobs in
/// which it is created.
struct Attributes<'a> {
    /// Filled by the system. It is aligned as pointers are.
    list: Vec<usize>,
    _handles: [&'a [HANDLE]; 2],
}

impl<'a> Attributes<'a> {
    /// `None`: there are neither handles nor jobs. An attribute without a value would be refused.
    fn new(handles: &'a [HANDLE], jobs: &'a [HANDLE]) -> io::Result<Option<Self>> {
        let count = [handles, jobs].iter().filter(|list| !list.is_empty()).count() as u32;
        if count == 0 {
            return Ok(None);
        }
        let mut size = 0;
        // SAFETY: without a list, the call returns the size that a list needs, and fails.
        unsafe { InitializeProcThreadAttributeList(ptr::null_mut(), count, 0, &mut size) };
        let mut list = vec![0; size.div_ceil(size_of::<usize>())];
        // SAFETY: the buffer has the size that the first call has returned.
        check(unsafe { InitializeProcThreadAttributeList(list.as_mut_ptr().cast(), count, 0, &mut size) })?;
        let mut new = Self { list, _handles: [handles, jobs] };
        new.add(PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles)?;
        new.add(PROC_THREAD_ATTRIBUTE_JOB_LIST, jobs)?;
        Ok(Some(new))
    }

    fn add(&mut self, attribute: u32, handles: &'a [HANDLE]) -> io::Result<()> {
        if handles.is_empty() {
            return Ok(());
        }
        // SAFETY: the list is initialised, and the handles are borrowed for as long as it lives.
        check(unsafe {
            UpdateProcThreadAttribute(
                self.list.as_mut_ptr().cast(),
                0,
                attribute as usize,
                handles.as_ptr().cast(),
                size_of_val(handles),
                ptr::null_mut(),
                ptr::null(),
            )
        })
    }

    fn as_ptr(&self) -> *mut c_void {
        self.list.as_ptr().cast_mut().cast()
    }
}

impl Drop for Attributes<'_> {
    fn drop(&mut self) {
        // SAFETY: initialised in `new`, and not used any more.
        unsafe { DeleteProcThreadAttributeList(self.list.as_mut_ptr().cast()) };
    }
}
