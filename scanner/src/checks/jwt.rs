//! JSON Web Tokens: RFC 7519; the header is that of RFC 7515, section 4.

use data_encoding::BASE64URL_NOPAD;

/// Whether the first segment is a JSON object that names an algorithm.
pub(super) fn has_header(token: &[u8]) -> bool {
    let header = token.split(|byte| *byte == b'.').next().unwrap_or_default();
    BASE64URL_NOPAD
        .decode(header)
        .ok()
        .and_then(|json| serde_json::from_slice::<serde_json::Value>(&json).ok())
        .is_some_and(|header| header.get("alg").is_some_and(serde_json::Value::is_string))
}

#[cfg(test)]
mod tests {
    use super::has_header;

    #[test]
    fn wants_an_algorithm() {
        let segment = |json: &str| data_encoding::BASE64URL_NOPAD.encode(json.as_bytes());
        let token = |json: &str| format!("{}.{}.sig", segment(json), segment("{}"));
        assert!(has_header(token(r#"{"alg":"HS256","typ":"JWT"}"#).as_bytes()));
        assert!(!has_header(token(r#"{"typ":"JWT"}"#).as_bytes()));
        assert!(!has_header(b"eyJhbGciOi.eyJ.x"));
    }
}
