//! Which files a program's name may mean, in the order in which they are looked for. Makes no system calls, so it is
//! tested on every system.

use super::ascii::{AsciiUnits, is, same_name, units};

/// The extensions that CreateProcessW or cmd.exe can run, in the order of Windows's default PATHEXT.
const RUNNABLE: [&str; 4] = [".COM", ".EXE", ".BAT", ".CMD"];

/// Looks programs up as libuv does (src/win/process.c), except that names are never looked up in the working directory,
/// and that the extensions of PATHEXT are tried. A name is looked up in the child's PATH; a relative path starts at the
/// child's working directory. A name that has an extension is first tried as it is. `pathext` is `None` if the
/// environment has none.
pub fn candidates(file: &[u16], cwd: &[u16], path: &[u16], pathext: Option<&[u16]>) -> Vec<Vec<u16>> {
    in_folders(file, cwd, &folders(path), &extensions(pathext))
}

/// Looks programs up as child_process does: only `.com` and `.exe` are tried, and the working directory is searched first
/// unless `in_cwd` is false.
pub fn of_child_process(file: &[u16], cwd: &[u16], path: &[u16], in_cwd: bool) -> Vec<Vec<u16>> {
    let first = in_cwd.then(|| cwd.to_vec());
    let folders: Vec<_> = first.into_iter().chain(folders(path)).collect();
    in_folders(file, cwd, &folders, &RUNNABLE[..2])
}

fn in_folders(file: &[u16], cwd: &[u16], folders: &[Vec<u16>], extensions: &[&str]) -> Vec<Vec<u16>> {
    let start = file.iter().rposition(|unit| is(*unit, br"/\:")).map_or(0, |last| last + 1);
    let (folder, name) = file.split_at(start);
    // An empty name, `.` and `..` are not files, whatever precedes them. And Windows removes dots and blanks from the
    // end of a name, so it would look for a different one.
    if name.iter().all(|unit| is(*unit, b". ")) {
        return Vec::new();
    }
    let names = names(name, extensions);
    let in_folder = |folder: Vec<u16>| names.iter().map(move |name| join(&folder, name)).collect::<Vec<_>>();
    if !folder.is_empty() {
        return in_folder(below(cwd, folder));
    }
    folders.iter().flat_map(|folder| in_folder(below(cwd, folder))).collect()
}

fn names(name: &[u16], extensions: &[&str]) -> Vec<Vec<u16>> {
    let dot = name.iter().position(|unit| is(*unit, b"."));
    let has_extension = dot.is_some_and(|dot| dot + 1 < name.len());
    let as_it_is = has_extension.then(|| name.to_vec());
    let stem = name.strip_suffix(&[u16::from(b'.')]).unwrap_or(name);
    let longer = extensions.iter().map(|extension| {
        let mut longer = stem.to_vec();
        longer.push_ascii(&extension.to_ascii_lowercase());
        longer
    });
    as_it_is.into_iter().chain(longer).collect()
}

/// The extensions of PATHEXT that can be run, in its order. `.com` and `.exe` are always tried, as in child_process.
fn extensions(pathext: Option<&[u16]>) -> Vec<&'static str> {
    let Some(pathext) = pathext.filter(|list| !list.is_empty()) else {
        return RUNNABLE.to_vec();
    };
    let mut chosen = Vec::new();
    let listed = pathext.split(|unit| is(*unit, b";")).filter_map(|entry| {
        let end = entry.iter().rposition(|unit| !is(*unit, b" \t")).map_or(0, |last| last + 1);
        let start = entry.iter().position(|unit| !is(*unit, b" \t")).unwrap_or(end);
        RUNNABLE.into_iter().find(|known| same_name(&entry[start..end], known))
    });
    for extension in listed.chain([RUNNABLE[0], RUNNABLE[1]]) {
        if !chosen.contains(&extension) {
            chosen.push(extension);
        }
    }
    chosen
}

/// The folders of a PATH. A semicolon within quotes is part of a name; empty entries are ignored.
fn folders(path: &[u16]) -> Vec<Vec<u16>> {
    let mut folders = vec![Vec::new()];
    let mut quoted = false;
    for unit in path {
        match u8::try_from(*unit) {
            Ok(b'"') => quoted = !quoted,
            Ok(b';') if !quoted => folders.push(Vec::new()),
            _ => folders.last_mut().expect("there is one from the start").push(*unit),
        }
    }
    folders.retain(|folder| !folder.is_empty());
    folders
}

/// Resolves a path against an absolute working directory. (Windows itself would use the one of this process.)
pub fn below(cwd: &[u16], path: &[u16]) -> Vec<u16> {
    match path {
        [a, b, ..] if is_separator(*a) && is_separator(*b) => path.to_vec(),
        // The path starts at the root of the drive or of the share.
        [a, ..] if is_separator(*a) => [root(cwd), path].concat(),
        [_, colon, separator, ..] if is(*colon, b":") && is_separator(*separator) => path.to_vec(),
        [drive, colon, rest @ ..] if is(*colon, b":") => match cwd {
            [our_drive, our_colon, ..]
                if is(*our_colon, b":") && upper_letter(*our_drive) == upper_letter(*drive) =>
            {
                join(cwd, rest)
            }
            // Windows has a working directory for each drive. Only Windows knows that of another drive.
            _ => path.to_vec(),
        },
        [] => cwd.to_vec(),
        _ => join(cwd, path),
    }
}

fn join(folder: &[u16], name: &[u16]) -> Vec<u16> {
    let mut joined = folder.to_vec();
    if joined.last().is_some_and(|last| !is(*last, br"/\:")) {
        joined.push_ascii("\\");
    }
    joined.extend_from_slice(name);
    joined
}

/// The drive or share of a path: `C:` of `C:\folder`, `\\server\share` of `\\server\share\folder`.
fn root(absolute: &[u16]) -> &[u16] {
    match absolute {
        [a, b, rest @ ..] if is_separator(*a) && is_separator(*b) => {
            let mut separators = rest.iter().enumerate().filter(|(_, unit)| is_separator(**unit));
            let end = separators.nth(1).map_or(absolute.len(), |(end, _)| end + 2);
            &absolute[..end]
        }
        [_, colon, ..] if is(*colon, b":") => &absolute[..2],
        _ => &[],
    }
}

fn is_separator(unit: u16) -> bool {
    is(unit, br"/\")
}

fn upper_letter(unit: u16) -> u16 {
    u8::try_from(unit).map_or(unit, |byte| byte.to_ascii_uppercase().into())
}

/// Whether cmd.exe runs the file. The path must be a full path, in which Windows has removed blanks and dots from the end:
/// `a.bat. .` is `a.bat` (CVE-2024-43402).
pub fn is_batch(full_path: &[u16]) -> bool {
    let end = &full_path[full_path.len().saturating_sub(4)..];
    same_name(end, ".bat") || same_name(end, ".cmd")
}

/// Adds the prefix with which CreateProcessW and other functions accept paths of 260 characters and more.
pub fn verbatim(full_path: &[u16]) -> Vec<u16> {
    let backslashes = units(r"\\");
    let prefix = match full_path.strip_prefix(&backslashes[..]) {
        // `\\?\` and `\\.\`
        Some([mark, separator, ..]) if is(*mark, b"?.") && is(*separator, b"\\") => {
            return full_path.to_vec();
        }
        Some(share) => return [&units(r"\\?\UNC\"), share].concat(),
        None => units(r"\\?\"),
    };
    [&prefix, full_path].concat()
}

/// Removes that prefix.
pub fn not_verbatim(path: &[u16]) -> Vec<u16> {
    if let Some(share) = path.strip_prefix(&units(r"\\?\UNC\")[..]) {
        return [&units(r"\\"), share].concat();
    }
    path.strip_prefix(&units(r"\\?\")[..]).unwrap_or(path).to_vec()
}

#[cfg(test)]
mod tests {
    use super::super::ascii::{text, units};
    use super::{below, candidates, is_batch, not_verbatim, of_child_process, verbatim};

    fn of(file: &str, path: &str, pathext: Option<&str>) -> Vec<String> {
        let pathext = pathext.map(units);
        let found = candidates(&units(file), &units(r"C:\work"), &units(path), pathext.as_deref());
        found.iter().map(|candidate| text(candidate)).collect()
    }

    #[test]
    fn a_name_is_looked_up_with_pathext_in_its_order() {
        assert_eq!(
            of("npx", r"C:\n", None),
            [r"C:\n\npx.com", r"C:\n\npx.exe", r"C:\n\npx.bat", r"C:\n\npx.cmd"]
        );
        assert_eq!(of("npx", r"C:\n", Some("")), of("npx", r"C:\n", None));
        // Extensions of files that cannot be run by themselves are left out. A program is found whatever PATHEXT says.
        assert_eq!(
            of("npx", r"C:\n", Some(".js; .CMD ;.cmd;.Exe;.VBS")),
            [r"C:\n\npx.cmd", r"C:\n\npx.exe", r"C:\n\npx.com"]
        );
    }

    #[test]
    fn a_folder_is_searched_to_its_end_before_the_next() {
        assert_eq!(
            of("a.b", r#"C:\1;"C:\2;3\";;rel"#, Some(".EXE;.COM")),
            [
                r"C:\1\a.b",
                r"C:\1\a.b.exe",
                r"C:\1\a.b.com",
                r"C:\2;3\a.b",
                r"C:\2;3\a.b.exe",
                r"C:\2;3\a.b.com",
                r"C:\work\rel\a.b",
                r"C:\work\rel\a.b.exe",
                r"C:\work\rel\a.b.com",
            ]
        );
    }

    #[test]
    fn a_name_is_never_looked_up_in_the_working_directory() {
        assert_eq!(of("npx", "", None), Vec::<String>::new());
        assert_eq!(of("npx", ";;", None), Vec::<String>::new());
        assert_eq!(of("npx.exe", "\"\"", None), Vec::<String>::new());
    }

    #[test]
    fn child_process_looks_into_the_working_directory_and_knows_no_pathext() {
        let of = |file, in_cwd| {
            let found = of_child_process(&units(file), &units(r"C:\wo;rk"), &units(r"C:\n"), in_cwd);
            found.iter().map(|candidate| text(candidate)).collect::<Vec<_>>()
        };
        assert_eq!(of("npx", false), [r"C:\n\npx.com", r"C:\n\npx.exe"]);
        assert_eq!(
            of("a.b", true),
            [
                r"C:\wo;rk\a.b",
                r"C:\wo;rk\a.b.com",
                r"C:\wo;rk\a.b.exe",
                r"C:\n\a.b",
                r"C:\n\a.b.com",
                r"C:\n\a.b.exe",
            ]
        );
        assert_eq!(of("sub/a", true), of("sub/a", false));
    }

    #[test]
    fn a_path_is_one_from_the_working_directory() {
        let exe = Some(".EXE;.COM");
        assert_eq!(of("./tool", "", exe), [r"C:\work\./tool.exe", r"C:\work\./tool.com"]);
        assert_eq!(of(r"sub\tool.exe", "", exe)[0], r"C:\work\sub\tool.exe");
        assert_eq!(of("tool.", r"D:\", exe), [r"D:\tool.exe", r"D:\tool.com"]);
    }

    #[test]
    fn a_folder_is_no_program() {
        for file in
            ["", ".", "..", "...", ". ", " ", "./", r"C:\tools\", r"C:\tools\.", r"C:\tools\..", "C:", r"\"]
        {
            assert_eq!(of(file, r"C:\bin", None), Vec::<String>::new(), "{file:?}");
        }
    }

    #[test]
    fn a_path_means_what_it_means_in_the_childs_working_directory() {
        let below = |cwd, path| text(&below(&units(cwd), &units(path)));
        assert_eq!(below(r"C:\work", "a"), r"C:\work\a");
        assert_eq!(below(r"C:\", "a"), r"C:\a");
        assert_eq!(below(r"C:\work", ""), r"C:\work");
        assert_eq!(below(r"C:\work", r"\a"), r"C:\a");
        assert_eq!(below(r"\\server\share\folder", "/a"), r"\\server\share/a");
        assert_eq!(below(r"\\server\share", r"\a"), r"\\server\share\a");
        assert_eq!(below(r"C:\work", "c:a"), r"C:\work\a");
        assert_eq!(below(r"C:\work", "D:a"), "D:a");
        assert_eq!(below(r"C:\work", "D:/a"), "D:/a");
        assert_eq!(below(r"C:\work", r"\\server\share\a"), r"\\server\share\a");
    }

    #[test]
    fn a_batch_file_is_known_by_the_end_of_its_full_path() {
        for (path, expected) in [
            (r"C:\a.bat", true),
            (r"C:\a.CmD", true),
            (r"C:\a.b.cmd", true),
            (r"C:\.bat", true),
            (r"C:\a.exe:b.bat", true),
            (r"C:\abat", false),
            (r"C:\a.bat.exe", false),
            ("bat", false),
            ("", false),
        ] {
            assert_eq!(is_batch(&units(path)), expected, "{path}");
        }
    }

    #[test]
    fn a_long_path_has_a_prefix_that_can_be_taken_off() {
        for (path, long) in [
            (r"C:\a", r"\\?\C:\a"),
            (r"\\server\share\a", r"\\?\UNC\server\share\a"),
            (r"\\.\pipe\a", r"\\.\pipe\a"),
        ] {
            assert_eq!(text(&verbatim(&units(path))), long);
            assert_eq!(text(&not_verbatim(&units(long))), path);
            assert_eq!(text(&verbatim(&units(long))), long);
        }
    }
}
