//! Strings of Windows and of JavaScript are UTF-16 that may be ill-formed: a file name or an argument may contain half of a
//! surrogate pair. In a [`super::super::Plan`] they are WTF-8, which is UTF-8 except that such a half is encoded in three
//! bytes (<https://wtf-8.codeberg.page>). So every string reaches CreateProcessW as it is in JavaScript. Makes no system
//! calls, so it is tested on every system.

/// Each byte that is not WTF-8 becomes U+FFFD.
pub fn to_utf16(wtf8: &[u8]) -> Vec<u16> {
    let mut units = Vec::with_capacity(wtf8.len());
    let mut rest = wtf8;
    while let Some(character) = rest.utf8_chunks().next() {
        units.extend(character.valid().encode_utf16());
        let after = &rest[character.valid().len()..];
        rest = match after {
            [0xed, second @ 0xa0..=0xbf, third @ 0x80..=0xbf, rest @ ..] => {
                units.push(0xd000 | u16::from(second & 0x3f) << 6 | u16::from(third & 0x3f));
                rest
            }
            [_, rest @ ..] => {
                units.push(char::REPLACEMENT_CHARACTER as u16);
                rest
            }
            [] => after,
        };
    }
    units
}

pub fn from_utf16(units: &[u16]) -> Vec<u8> {
    let mut wtf8 = Vec::with_capacity(units.len());
    for character in char::decode_utf16(units.iter().copied()) {
        match character {
            Ok(character) => wtf8.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(half) => {
                let half = half.unpaired_surrogate();
                wtf8.extend([0xed, 0x80 | (half >> 6 & 0x3f) as u8, 0x80 | (half & 0x3f) as u8]);
            }
        }
    }
    wtf8
}

#[cfg(test)]
mod tests {
    use super::{from_utf16, to_utf16};

    #[test]
    fn every_string_of_utf16_comes_back_as_it_was() {
        let whole: Vec<u16> = "ünï ﹏ 🦀\0".encode_utf16().collect();
        let halves = [0xd800, u16::from(b'a'), 0xdfff, 0xdc00, 0xd83e, 0xd83e, 0xdd80, 0xdbff];
        for units in [&whole[..], &halves, &[0xd7ff, 0xe000, 0xffff], &[0xdabc], &[]] {
            assert_eq!(to_utf16(&from_utf16(units)), units);
        }
        assert_eq!(from_utf16(&whole), "ünï ﹏ 🦀\0".as_bytes());
    }

    #[test]
    fn a_half_takes_three_bytes() {
        assert_eq!(from_utf16(&[0xd800]), [0xed, 0xa0, 0x80]);
        assert_eq!(from_utf16(&[0xdfff]), [0xed, 0xbf, 0xbf]);
    }

    #[test]
    fn other_bytes_are_replaced() {
        assert_eq!(
            to_utf16(b"a\xffb\xed\xa0"),
            "a\u{fffd}b\u{fffd}\u{fffd}".encode_utf16().collect::<Vec<_>>()
        );
    }
}
