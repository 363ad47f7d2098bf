//! The texts of the elements of XML.

use std::ops::Range;

/// Elements that are looked at.
const MAX_ELEMENTS: usize = 1024;

/// Tells `visit` the text of each element that has nothing but text, with the name of the element.
pub(super) fn walk<'v>(bytes: &'v [u8], visit: &mut dyn FnMut(Range<usize>, &'v [u8])) {
    let mut at = 0;
    for _ in 0..MAX_ELEMENTS {
        let Some(end_of_tag) = memchr::memchr(b'>', &bytes[at..]) else { return };
        let start = at + end_of_tag + 1;
        let Some(length) = memchr::memchr(b'<', &bytes[start..]) else { return };
        let is_text = length > 0 && bytes[start + length..].starts_with(b"</");
        if is_text {
            visit(start..start + length, name_of(&bytes[at..start]));
        }
        at = start + length;
    }
}

/// `a:part` of `<a:part x="y">`.
fn name_of(tag: &[u8]) -> &[u8] {
    let name = tag.strip_prefix(b"<").unwrap_or_default();
    &name[..name.iter().take_while(|byte| !b" \t\r\n/>".contains(byte)).count()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_with_their_names() {
        let text =
            b"<?xml version=\"1.0\"?>\n<r x=\"1\"><p1>abc</p1>\n <p2 a=\"b\">def</p2><e/><p3></p3>tail</r>";
        let mut told = Vec::new();
        walk(text, &mut |range, name| told.push((&text[range], name)));
        assert_eq!(told, [(&b"abc"[..], &b"p1"[..]), (b"def", b"p2"), (b"tail", b"")]);
    }
}
