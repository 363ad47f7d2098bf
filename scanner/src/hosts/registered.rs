//! The part of a host name that somebody registered, by the public suffix list. The labels below it are its owner's to
//! choose, each time anew if he likes.

/// The registered domain at the end of `name`, which is in lower case; nothing of a bare suffix.
pub(crate) fn registered_domain(name: &[u8]) -> Option<&[u8]> {
    let name = name.strip_suffix(b".").unwrap_or(name);
    psl::domain(name).map(|domain| domain.as_bytes())
}

/// The labels below the registered domain of `name`, which is in lower case.
pub(crate) fn labels_below_domain(name: &[u8]) -> impl Iterator<Item = &[u8]> {
    let name = name.strip_suffix(b".").unwrap_or(name);
    let domain = registered_domain(name).map_or(name.len(), <[u8]>::len);
    name[..name.len() - domain].split(|byte| *byte == b'.').filter(|label| !label.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_is_a_suffix_and_one_label() {
        for (name, domain, below) in [
            ("a.b.example.com", "example.com", 2),
            ("a.b.example.co.uk", "example.co.uk", 2),
            ("d111111abcdef8.cloudfront.net", "d111111abcdef8.cloudfront.net", 0),
            ("x.my-site.netlify.app.", "my-site.netlify.app", 1),
            ("bucket.s3.us-east-1.amazonaws.com", "bucket.s3.us-east-1.amazonaws.com", 0),
            ("db.corp.internal", "corp.internal", 1),
        ] {
            assert_eq!(registered_domain(name.as_bytes()), Some(domain.as_bytes()), "{name}");
            assert_eq!(labels_below_domain(name.as_bytes()).count(), below, "{name}");
        }
        for name in ["com", "", ".", "localhost"] {
            assert_eq!(labels_below_domain(name.as_bytes()).count(), 0, "{name}");
        }
    }
}
