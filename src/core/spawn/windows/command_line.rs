//! One line for all arguments, which is what a Windows program is given: it takes it apart again itself.
//! Nothing in here asks the system, so it is tested on every system.

/// What the rules of Microsoft's C library turn back into `args` ("Parsing C++ command-line arguments").
/// With `verbatim` all but the first are taken as they are.
pub fn line<'a>(args: impl IntoIterator<Item = &'a str>, verbatim: bool) -> String {
    let mut line = String::new();
    for (i, arg) in args.into_iter().enumerate() {
        if i > 0 {
            line.push(' ');
        }
        match verbatim && i > 0 {
            true => line.push_str(arg),
            false => push_quoted(&mut line, arg),
        }
    }
    line
}

fn push_quoted(line: &mut String, arg: &str) {
    let quote = arg.is_empty() || arg.contains([' ', '\t', '\n', '\u{b}', '"']);
    push_escaped(line, arg, quote, |line, character, backslashes| {
        // Backslashes mean themselves unless a quote follows: then each needs another, and so does the quote.
        if character == '"' {
            line.extend(std::iter::repeat_n('\\', backslashes + 1));
        }
    });
}

/// `escape` is asked before each character, and told how many backslashes stand before it.
fn push_escaped(line: &mut String, arg: &str, quote: bool, escape: impl Fn(&mut String, char, usize)) {
    if quote {
        line.push('"');
    }
    let mut backslashes = 0;
    for character in arg.chars() {
        escape(line, character, backslashes);
        backslashes = if character == '\\' { backslashes + 1 } else { 0 };
        line.push(character);
    }
    if quote {
        line.extend(std::iter::repeat_n('\\', backslashes));
        line.push('"');
    }
}

/// For `cmd.exe`, which runs a batch file and has rules of its own. `None` for arguments that no quoting
/// carries through it. The standard library's way (CVE-2024-24576): its `make_bat_command_line`.
pub fn batch_line<'a>(
    script: &str,
    args: impl IntoIterator<Item = &'a str>,
    verbatim: bool,
) -> Option<String> {
    if script.contains('"') || script.ends_with('\\') {
        return None;
    }
    // e: with the extensions that `push_batch_quoted` needs; v: without `!variables!`; d: without AutoRun. The quote
    // around everything is for cmd.exe itself, which takes it away.
    let mut line = format!("cmd.exe /e:ON /v:OFF /d /c \"\"{script}\"");
    for arg in args {
        line.push(' ');
        match verbatim {
            true => line.push_str(arg),
            // They would end the command.
            false if arg.contains(['\r', '\n']) => return None,
            false => push_batch_quoted(&mut line, arg),
        }
    }
    line.push('"');
    Some(line)
}

fn push_batch_quoted(line: &mut String, arg: &str) {
    let harmless = |c: char| {
        if c.is_ascii() { c.is_ascii_alphanumeric() || r"#$*+-./:?@\_".contains(c) } else { !c.is_control() }
    };
    // A last backslash would hide the quote that a batch file may put after it: "%~1".
    let quote = arg.is_empty() || arg.ends_with('\\') || !arg.chars().all(harmless);
    push_escaped(line, arg, quote, |line, character, backslashes| match character {
        '"' => {
            line.extend(std::iter::repeat_n('\\', backslashes));
            line.push('"');
        }
        // An empty part of a variable that is always there, so that no %variable% is seen across it.
        '%' => line.push_str("%%cd:~,"),
        _ => {}
    });
}

#[cfg(test)]
mod tests {
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
        ] {
            assert_eq!(line(args.iter().copied(), false), expected);
        }
    }

    #[test]
    fn verbatim_arguments_are_left_alone_but_for_the_programs_name() {
        assert_eq!(line(["a program", "/c", "\"x y\""], true), r#""a program" /c "x y""#);
    }

    #[test]
    fn a_batch_file_gets_no_chance_to_run_anything_else() {
        let line = |arg| batch_line(r"C:\a b.cmd", [arg], false);
        let around = |inner: &str| Some(format!(r#"cmd.exe /e:ON /v:OFF /d /c ""C:\a b.cmd" {inner}""#));
        assert_eq!(line("plain"), around("plain"));
        assert_eq!(line("a&calc"), around(r#""a&calc""#));
        assert_eq!(line(r#""&calc"#), around(r#""""&calc""#));
        assert_eq!(line("%PATH%"), around(r#""%%cd:~,%PATH%%cd:~,%""#));
        assert_eq!(line(r"dir\"), around(r#""dir\\""#));
        assert_eq!(line(""), around(r#""""#));
        assert_eq!(line("a\nb"), None);
        assert_eq!(batch_line("a\"b.cmd", [], false), None);
    }
}
