//! Joins arguments into one command line. That is what a Windows program gets; it splits the line itself. Makes no system
//! calls, so it is tested on every system.

use super::ascii::{AsciiUnits, is};

/// Makes the line that the rules of Microsoft's C library split into `args` again ("Parsing C++ command-line arguments").
/// Only the first `quoted` arguments are quoted where they have to be; the others are taken as they are.
pub fn line<A: AsRef<[u16]>>(args: impl IntoIterator<Item = A>, quoted: usize) -> Vec<u16> {
    let mut line = Vec::new();
    for (i, arg) in args.into_iter().enumerate() {
        if i > 0 {
            line.push_ascii(" ");
        }
        match i < quoted {
            true => push_quoted(&mut line, arg.as_ref()),
            false => line.extend_from_slice(arg.as_ref()),
        }
    }
    line
}

fn push_quoted(line: &mut Vec<u16>, arg: &[u16]) {
    let quote = arg.is_empty() || arg.iter().any(|unit| is(*unit, b" \t\n\x0b\""));
    push_escaped(line, arg, quote, |line, unit, backslashes| {
        // Backslashes are literal unless a quote follows. Then each of them has to be doubled, and the quote escaped.
        if is(unit, b"\"") {
            line.push_backslashes(backslashes + 1);
        }
    });
}

/// Calls `escape` before each unit, with the number of backslashes that precede the unit.
fn push_escaped(line: &mut Vec<u16>, arg: &[u16], quote: bool, escape: impl Fn(&mut Vec<u16>, u16, usize)) {
    if quote {
        line.push_ascii("\"");
    }
    let mut backslashes = 0;
    for unit in arg {
        escape(line, *unit, backslashes);
        backslashes = if is(*unit, b"\\") { backslashes + 1 } else { 0 };
        line.push(*unit);
    }
    if quote {
        line.push_backslashes(backslashes);
        line.push_ascii("\"");
    }
}

/// Makes a line for `cmd.exe`, which runs batch files and has rules of its own. `None`: some argument cannot be passed,
/// however it is quoted. The same as `make_bat_command_line` of Rust's standard library (CVE-2024-24576).
pub fn batch_line<A: AsRef<[u16]>>(
    script: &[u16],
    args: impl IntoIterator<Item = A>,
    verbatim: bool,
) -> Option<Vec<u16>> {
    if script.iter().any(|unit| is(*unit, b"\"")) || script.last().is_some_and(|unit| is(*unit, b"\\")) {
        return None;
    }
    // e: with the extensions that `push_batch_quoted` needs; v: without `!variables!`; d: without AutoRun. cmd.exe removes
    // the quotes around everything.
    let mut line = Vec::new();
    line.push_ascii("cmd.exe /e:ON /v:OFF /d /c \"\"");
    script.iter().for_each(|unit| push_literally(&mut line, *unit));
    line.push_ascii("\"");
    for arg in args {
        let arg = arg.as_ref();
        line.push_ascii(" ");
        match verbatim {
            true => line.extend_from_slice(arg),
            // A line break would end the command.
            false if arg.iter().any(|unit| is(*unit, b"\r\n")) => return None,
            false => push_batch_quoted(&mut line, arg),
        }
    }
    line.push_ascii("\"");
    Some(line)
}

fn push_batch_quoted(line: &mut Vec<u16>, arg: &[u16]) {
    let harmless = |unit: &u16| match u8::try_from(*unit) {
        Ok(byte) if byte.is_ascii() => byte.is_ascii_alphanumeric() || br"#$*+-./:?@\_".contains(&byte),
        // Control characters.
        Ok(byte) => byte >= 0xa0,
        Err(_) => true,
    };
    // A trailing backslash would escape the quote that a batch file may put after the argument: "%~1".
    let quote = arg.is_empty() || arg.ends_with(&[u16::from(b'\\')]) || !arg.iter().all(harmless);
    push_escaped(line, arg, quote, |line, unit, backslashes| {
        if is(unit, b"\"") {
            line.push_backslashes(backslashes);
            line.push_ascii("\"");
        }
        push_guard(line, unit);
    });
}

fn push_literally(line: &mut Vec<u16>, unit: u16) {
    push_guard(line, unit);
    line.push(unit);
}

/// Inserts, before a percent sign, an empty substring of a variable that always exists. So cmd.exe does not see a
/// %variable% between two percent signs of the arguments.
fn push_guard(line: &mut Vec<u16>, unit: u16) {
    if is(unit, b"%") {
        line.push_ascii("%%cd:~,");
    }
}

#[cfg(test)]
mod tests {
    use super::super::ascii::{text, units};
    use super::{batch_line, line};

    #[test]
    fn arguments_are_quoted_where_they_have_to_be() {
        // The examples of Microsoft's documentation, the other way round, and some more.
        for (args, expected) in [
            (&["a", "b"][..], r#"a b"#),
            (&["a b c", "d", "e"], r#""a b c" d e"#),
            (&[r#"ab"c"#, r"\", "d"], r#""ab\"c" \ d"#),
            (&[r"a\\b", "d e"], r#"a\\b "d e""#),
            (&[r#"a\"b"#, "c"], r#""a\\\"b" c"#),
            (&[r"a b\", r"c\"], r#""a b\\" c\"#),
            (&[""], r#""""#),
            (&["line\nbreak"], "\"line\nbreak\""),
            (&["ünï ﹏", "🦀"], "\"ünï ﹏\" 🦀"),
        ] {
            assert_eq!(text(&line(args.iter().map(|arg| units(arg)), usize::MAX)), expected);
        }
    }

    #[test]
    fn verbatim_arguments_are_left_alone() {
        let args = ["a program", "/c", "\"x y\""].map(units);
        assert_eq!(text(&line(&args, 1)), r#""a program" /c "x y""#);
        assert_eq!(text(&line(&args, 0)), r#"a program /c "x y""#);
    }

    #[test]
    fn half_of_a_surrogate_pair_stays_what_it_is() {
        assert_eq!(line([[0xd800, u16::from(b'a'), 0xdc00]], usize::MAX), [0xd800, u16::from(b'a'), 0xdc00]);
        let batch = batch_line(&units("a.cmd"), [[0xdc00]], false).unwrap();
        assert_eq!(batch[batch.len() - 2], 0xdc00);
    }

    #[test]
    fn a_batch_file_gets_no_chance_to_run_anything_else() {
        let of = |script: &str, arg: &str| Some(text(&batch_line(&units(script), [units(arg)], false)?));
        let line = |arg| of(r"C:\a b.cmd", arg);
        let around = |inner: &str| Some(format!(r#"cmd.exe /e:ON /v:OFF /d /c ""C:\a b.cmd" {inner}""#));
        assert_eq!(line("plain"), around("plain"));
        assert_eq!(line("ünï-﹏🦀"), around("ünï-﹏🦀"));
        assert_eq!(line("a&calc"), around(r#""a&calc""#));
        assert_eq!(line("a\u{85}b"), around("\"a\u{85}b\""));
        assert_eq!(line(r#""&calc"#), around(r#""""&calc""#));
        assert_eq!(line("%PATH%"), around(r#""%%cd:~,%PATH%%cd:~,%""#));
        assert_eq!(line(r"dir\"), around(r#""dir\\""#));
        assert_eq!(line(""), around(r#""""#));
        assert_eq!(line("a\nb"), None);
        assert_eq!(of("a\"b.cmd", ""), None);
        let script = of(r"C:\%TEMP%\a.cmd", "b").unwrap();
        assert_eq!(script, r#"cmd.exe /e:ON /v:OFF /d /c ""C:\%%cd:~,%TEMP%%cd:~,%\a.cmd" b""#);
    }
}
