//! The child's environment, as CreateProcessW takes it. Nothing in here asks the system, so it is tested on every system.

/// What hardly any program can do without: libuv gives it to every child (src/win/process.c).
pub const REQUIRED: [&str; 11] = [
    "HOMEDRIVE",
    "HOMEPATH",
    "LOGONSERVER",
    "PATH",
    "SYSTEMDRIVE",
    "SYSTEMROOT",
    "TEMP",
    "USERDOMAIN",
    "USERNAME",
    "USERPROFILE",
    "WINDIR",
];

/// `KEY=value` entries in UTF-16, each ended by a NUL, sorted by name as Windows wants them, and a last NUL.
/// `ours` is asked for the required ones that are missing.
pub fn block<'a>(entries: impl Iterator<Item = &'a str>, ours: impl Fn(&str) -> Option<String>) -> Vec<u16> {
    let mut sorted: Vec<(String, String)> =
        entries.filter_map(|entry| Some((name(entry)?.to_uppercase(), entry.to_owned()))).collect();
    for required in REQUIRED {
        if sorted.iter().all(|(name, _)| name != required) {
            let value = ours(required);
            sorted.extend(value.map(|value| (required.to_owned(), format!("{required}={value}"))));
        }
    }
    sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    let mut block: Vec<u16> = sorted.iter().flat_map(|(_, entry)| entry.encode_utf16().chain([0])).collect();
    // An empty one has two, too.
    if block.is_empty() {
        block.push(0);
    }
    block.push(0);
    block
}

/// The system's own variables for the current directory of each drive begin with an equals sign: `=C:=C:\folder`.
pub fn name(entry: &str) -> Option<&str> {
    let equals = entry.char_indices().skip(1).find(|(_, character)| *character == '=')?.0;
    Some(&entry[..equals])
}

#[cfg(test)]
mod tests {
    use super::{block, name};

    #[test]
    fn a_name_ends_at_the_first_equals_sign_but_one_at_its_start() {
        assert_eq!(name("A=b=c"), Some("A"));
        assert_eq!(name("A="), Some("A"));
        assert_eq!(name("=C:=C:\\folder"), Some("=C:"));
        assert_eq!(name("A"), None);
        assert_eq!(name("é=1"), Some("é"));
    }

    #[test]
    fn entries_are_sorted_whatever_their_case_and_what_is_required_is_added() {
        let ours = |name: &str| (name == "PATH" || name == "TEMP").then(|| format!("our {name}"));
        let given = ["zoo=1", "Path=given", "=C:=x", "none", "B=2"];
        let text = String::from_utf16(&block(given.into_iter(), ours)).unwrap();
        assert_eq!(text, "=C:=x\0B=2\0Path=given\0TEMP=our TEMP\0zoo=1\0\0");
    }

    #[test]
    fn an_empty_one_is_two_nuls() {
        assert_eq!(block(std::iter::empty(), |_| None), [0, 0]);
    }
}
