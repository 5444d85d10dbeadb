//! ASCII characters among UTF-16 units, which may not be valid text. Makes no system calls, so it is tested on every
//! system.

/// Whether the unit is one of these ASCII characters.
pub fn is(unit: u16, among: &[u8]) -> bool {
    u8::try_from(unit).is_ok_and(|byte| among.contains(&byte))
}

/// Whether the units are this name, without regard to the case of A to Z.
pub fn same_name(units: &[u16], name: &str) -> bool {
    units.len() == name.len()
        && units
            .iter()
            .zip(name.bytes())
            .all(|(unit, byte)| u8::try_from(*unit).is_ok_and(|unit| unit.eq_ignore_ascii_case(&byte)))
}

pub fn units(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

#[cfg(test)]
pub fn text(units: &[u16]) -> String {
    String::from_utf16(units).unwrap()
}

pub trait AsciiUnits {
    fn push_ascii(&mut self, text: &str);
    fn push_backslashes(&mut self, count: usize);
}

impl AsciiUnits for Vec<u16> {
    fn push_ascii(&mut self, text: &str) {
        self.extend(text.encode_utf16());
    }

    fn push_backslashes(&mut self, count: usize) {
        self.extend(std::iter::repeat_n(u16::from(b'\\'), count));
    }
}

#[cfg(test)]
mod tests {
    use super::{is, same_name, units};

    #[test]
    fn a_unit_is_no_byte() {
        assert!(is(u16::from(b'%'), b"%\""));
        // Its lower byte is a percent sign.
        assert!(!is(0x2125, b"%\""));
    }

    #[test]
    fn names_are_compared_without_case() {
        assert!(same_name(&units("Path"), "PATH"));
        assert!(!same_name(&units("PATHEXT"), "PATH"));
        assert!(!same_name(&units("PÄTH"), "PATH"));
    }
}
