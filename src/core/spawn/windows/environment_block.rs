//! The child's environment in the form that CreateProcessW takes. Makes no system calls, so it is tested on every system.

use super::ascii::is;

/// Variables that hardly any program can do without. libuv gives them to every child (src/win/process.c).
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

/// Makes a block of `KEY=value` entries, each ended by a NUL and sorted by name as Windows requires, and a last NUL.
pub fn block(entries: impl IntoIterator<Item = Vec<u16>>) -> Vec<u16> {
    let mut sorted: Vec<(Vec<u16>, Vec<u16>)> = entries
        .into_iter()
        .filter_map(|entry| Some((name(&entry)?.iter().copied().map(upper_case).collect(), entry)))
        .collect();
    sorted.sort();
    let mut block: Vec<u16> =
        sorted.into_iter().flat_map(|(_, entry)| entry.into_iter().chain([0])).collect();
    // An empty block also ends with two NULs.
    if block.is_empty() {
        block.push(0);
    }
    block.push(0);
    block
}

/// The name of an entry's variable. It may begin with an equals sign: `=C:=C:\folder` is how the system stores the current
/// directory of a drive.
pub fn name(entry: &[u16]) -> Option<&[u16]> {
    let equals = entry.iter().skip(1).position(|unit| is(*unit, b"="))? + 1;
    Some(&entry[..equals])
}

/// On Windows, the upper case of a unit is always a single unit.
fn upper_case(unit: u16) -> u16 {
    let mut upper = char::from_u32(unit.into()).into_iter().flat_map(char::to_uppercase);
    match (upper.next(), upper.next()) {
        (Some(upper), None) => u16::try_from(u32::from(upper)).unwrap_or(unit),
        _ => unit,
    }
}

#[cfg(test)]
mod tests {
    use super::super::ascii::{text, units};
    use super::{block, name};

    #[test]
    fn a_name_ends_at_the_first_equals_sign_but_one_at_its_start() {
        let name = |entry| name(&units(entry)).map(text);
        assert_eq!(name("A=b=c").as_deref(), Some("A"));
        assert_eq!(name("A=").as_deref(), Some("A"));
        assert_eq!(name("=C:=C:\\folder").as_deref(), Some("=C:"));
        assert_eq!(name("A"), None);
        assert_eq!(name("é=1").as_deref(), Some("é"));
    }

    #[test]
    fn entries_are_sorted_whatever_their_case() {
        let given = ["zoo=1", "Path=given", "é=3", "É2=4", "=C:=x", "none", "B=2", "ß=5"].map(units);
        assert_eq!(text(&block(given)), "=C:=x\0B=2\0Path=given\0zoo=1\0é=3\0É2=4\0ß=5\0\0");
    }

    #[test]
    fn an_empty_one_is_two_nuls() {
        assert_eq!(block([]), [0, 0]);
    }
}
