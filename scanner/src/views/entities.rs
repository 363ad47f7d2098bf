//! Names of characters in HTML, as far as they spell ASCII (WHATWG HTML, 13.5).

/// Name, character, and whether the semicolon may be left out.
const NAMES: [(&[u8], u8, bool); 48] = [
    (b"Tab", b'\t', false),
    (b"NewLine", b'\n', false),
    (b"excl", b'!', false),
    (b"quot", b'"', true),
    (b"QUOT", b'"', true),
    (b"num", b'#', false),
    (b"dollar", b'$', false),
    (b"percnt", b'%', false),
    (b"amp", b'&', true),
    (b"AMP", b'&', true),
    (b"apos", b'\'', false),
    (b"lpar", b'(', false),
    (b"rpar", b')', false),
    (b"ast", b'*', false),
    (b"midast", b'*', false),
    (b"plus", b'+', false),
    (b"comma", b',', false),
    // Drawn like the sign on the keyboard.
    (b"dash", b'-', false),
    (b"hyphen", b'-', false),
    (b"minus", b'-', false),
    (b"period", b'.', false),
    (b"sol", b'/', false),
    (b"colon", b':', false),
    (b"semi", b';', false),
    (b"lt", b'<', true),
    (b"LT", b'<', true),
    (b"equals", b'=', false),
    (b"gt", b'>', true),
    (b"GT", b'>', true),
    (b"quest", b'?', false),
    (b"commat", b'@', false),
    (b"lsqb", b'[', false),
    (b"lbrack", b'[', false),
    (b"bsol", b'\\', false),
    (b"rsqb", b']', false),
    (b"rbrack", b']', false),
    (b"Hat", b'^', false),
    (b"lowbar", b'_', false),
    (b"UnderBar", b'_', false),
    (b"grave", b'`', false),
    (b"lcub", b'{', false),
    (b"lbrace", b'{', false),
    (b"verbar", b'|', false),
    (b"vert", b'|', false),
    (b"VerticalLine", b'|', false),
    (b"rcub", b'}', false),
    (b"rbrace", b'}', false),
    (b"nbsp", b' ', true),
];

/// Length of the entity that `rest` begins with, and what it says.
pub(super) fn named(rest: &[u8]) -> Option<(usize, u8)> {
    let letters = rest[1..].iter().take(13).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let (name, after) = rest[1..].split_at(letters);
    let ends = after.first() == Some(&b';');
    if !ends && letters > 4 {
        return None;
    }
    let (_, says, bare) = NAMES.iter().find(|(known, ..)| *known == name)?;
    (ends || *bare).then_some((1 + letters + usize::from(ends), *says))
}

#[cfg(test)]
mod tests {
    use super::named;

    #[test]
    fn names_need_their_semicolon_unless_they_are_old() {
        assert_eq!(named(b"&lowbar;x"), Some((8, b'_')));
        assert_eq!(named(b"&amp x"), Some((4, b'&')));
        assert_eq!(named(b"&lowbar x"), None);
        assert_eq!(named(b"&unknown;"), None);
        assert_eq!(named(b"&"), None);
    }
}
