//! Fields of a form whose blanks are written as `+`: only the whole field reads as what was typed.

use super::escape::percent;
use super::{Codec, Decoded, Steps};

/// The values of a form that have a `+`, as a form is decoded.
pub(crate) fn fields_with_blanks(form: &[u8]) -> impl Iterator<Item = Decoded> {
    let mut start = 0;
    std::iter::from_fn(move || {
        while start < form.len() {
            let end = start + memchr::memchr(b'&', &form[start..]).unwrap_or(form.len() - start);
            let value = start + memchr::memchr(b'=', &form[start..end]).map_or(0, |at| at + 1);
            start = end + 1;
            if memchr::memchr(b'+', &form[value..end]).is_some() {
                return Some(decode(form, value, end));
            }
        }
        None
    })
}

fn decode(form: &[u8], start: usize, end: usize) -> Decoded {
    let mut text = Vec::with_capacity(end - start);
    let mut steps = Steps::default();
    steps.push(0, start);
    let mut at = start;
    while at < end {
        let rest = &form[at..end];
        if let Some(byte) = percent(rest) {
            steps.push(text.len(), at);
            text.push(byte);
            at += 3;
            steps.push(text.len(), at);
        } else {
            text.push(if rest[0] == b'+' { b' ' } else { rest[0] });
            at += 1;
        }
    }
    Decoded { bytes: text, source: start..end, codec: Codec::Percent(steps) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::views::View;

    #[test]
    fn fields_read_as_they_were_typed_and_map_back() {
        let form = b"a=1&note=the+key+%3D+%22x%2By%22&b=2+3";
        let fields: Vec<Decoded> = fields_with_blanks(form).collect();
        let texts: Vec<&[u8]> = fields.iter().map(|field| &*field.bytes).collect();
        assert_eq!(texts, [&b"the key = \"x+y\""[..], b"2 3"]);
        let view = View::part(form);
        let inner = View::decoded(&view, &fields[0]);
        assert_eq!(&form[inner.source_of(&(11..14))], b"x%2By");
        let edit = inner.replacement(11..14, b"[z]").expect("it can be encoded");
        assert_eq!((&form[edit.range], &*edit.bytes), (&b"x%2By"[..], &b"%5Bz%5D"[..]));
    }

    #[test]
    fn a_form_without_blanks_is_left_alone() {
        assert_eq!(fields_with_blanks(b"a=1&b=%20x&c").count(), 0);
        assert_eq!(fields_with_blanks(b"").count(), 0);
    }
}
