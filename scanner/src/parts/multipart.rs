//! Fields of `multipart/form-data`.

use std::ops::Range;

use memchr::memmem;

/// How far before a value the header of its part may begin.
const MAX_HEADER: usize = 4096;

/// The name of the field whose content holds `offset`.
pub(super) fn field_at(body: &[u8], content_type: &[u8], offset: usize) -> Option<String> {
    let boundary = boundary(content_type)?;
    let delimiter = [b"--", boundary].concat();
    let before = &body[..offset.min(body.len())];
    let start = memmem::rfind(before, &delimiter)? + delimiter.len();
    let part = &body[start..];
    let header = &part[..memmem::find(&part[..part.len().min(MAX_HEADER)], b"\r\n\r\n")?];
    if start + header.len() > offset {
        return None;
    }
    parameter(header, b"name=")
}

/// Name and content of each part. A part without a name has an empty one.
pub(crate) fn contents<'b>(
    body: &'b [u8],
    content_type: &[u8],
) -> impl Iterator<Item = (Range<usize>, Range<usize>)> + use<'b> {
    let delimiter = boundary(content_type).map(|boundary| [b"--", boundary].concat()).unwrap_or_default();
    let mut at = if delimiter.is_empty() { None } else { memmem::find(body, &delimiter) };
    std::iter::from_fn(move || {
        let start = at? + delimiter.len();
        let end = start + memmem::find(&body[start..], &delimiter)?;
        at = Some(end);
        Some(content(body, start..end))
    })
}

/// Name and content of the part that stands between two delimiters.
fn content(body: &[u8], part: Range<usize>) -> (Range<usize>, Range<usize>) {
    let bytes = &body[part.clone()];
    let header_end = memmem::find(&bytes[..bytes.len().min(MAX_HEADER)], b"\r\n\r\n").unwrap_or(bytes.len());
    let header = &bytes[..header_end];
    let name = memmem::find(header, b"; name=\"").map_or(0..0, |at| {
        let from = at + b"; name=\"".len();
        from..from + memchr::memchr(b'"', &header[from..]).unwrap_or(0)
    });
    let from = bytes.len().min(header_end + 4);
    let to = bytes.len() - if bytes[from..].ends_with(b"\r\n") { 2 } else { 0 };
    (part.start + name.start..part.start + name.end, part.start + from..part.start + to)
}

/// What stands between the parts.
pub(crate) fn boundary(content_type: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"boundary=";
    let at = content_type.windows(NAME.len()).position(|text| text.eq_ignore_ascii_case(NAME))?;
    let value = &content_type[at + NAME.len()..];
    let quoted = value.first() == Some(&b'"');
    let value = &value[usize::from(quoted)..];
    let end =
        value.iter().position(|&byte| if quoted { byte == b'"' } else { matches!(byte, b';' | b' ' | b',') });
    Some(&value[..end.unwrap_or(value.len())]).filter(|boundary| !boundary.is_empty())
}

/// The quoted value of `name="…"`, not of `filename="…"`.
fn parameter(header: &[u8], name: &[u8]) -> Option<String> {
    let at = memmem::find_iter(header, name)
        .find(|&at| at == 0 || matches!(header[at - 1], b' ' | b';' | b'\t'))?;
    let value = header[at + name.len()..].strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', value)?;
    Some(String::from_utf8_lossy(&value[..end]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_field_of_a_part() {
        let body = b"--XX\r\nContent-Disposition: form-data; filename=\"f\"; name=\"one\"\r\n\r\nVALUE\r\n\
            --XX\r\nContent-Disposition: form-data; name=\"two\"\r\n\r\nOTHER\r\n--XX--";
        let field = |needle: &str| {
            let offset = memmem::find(body, needle.as_bytes()).expect("it is there");
            field_at(body, b"multipart/form-data; boundary=XX", offset)
        };
        assert_eq!(field("VALUE").as_deref(), Some("one"));
        assert_eq!(field("OTHER").as_deref(), Some("two"));
        assert_eq!(field("name="), None);
        assert_eq!(field_at(body, b"multipart/form-data", 80), None);
    }
}
