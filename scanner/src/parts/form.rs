//! Fields of `application/x-www-form-urlencoded`.

/// Whether a body of this type is a form.
pub(crate) fn is_form(content_type: &[u8]) -> bool {
    let form = b"application/x-www-form-urlencoded";
    content_type.get(..form.len()).is_some_and(|head| head.eq_ignore_ascii_case(form))
}

/// The name of the field whose value holds `offset`.
pub(super) fn field_at(body: &[u8], offset: usize) -> Option<String> {
    let start = memchr::memrchr(b'&', &body[..offset.min(body.len())]).map_or(0, |at| at + 1);
    let equals = start + memchr::memchr2(b'=', b'&', &body[start..])?;
    (equals < offset && body[equals] == b'=')
        .then(|| String::from_utf8_lossy(&body[start..equals]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_field_of_a_value() {
        let body = b"grant_type=refresh&refresh_token=abc&x";
        assert_eq!(field_at(body, 12).as_deref(), Some("grant_type"));
        assert_eq!(field_at(body, 33).as_deref(), Some("refresh_token"));
        assert_eq!(field_at(body, 20), None);
        assert_eq!(field_at(body, 37), None);
    }
}
