//! `name@host`: a mail address, or what looks like one.

use std::ops::Range;

use super::masks::{Block, Class};

/// Longest name before the `@` (RFC 5321).
const MAX_NAME: usize = 64;
/// Longest host.
const MAX_HOST: usize = 255;

/// Finds what stands around each `@`, block by block.
#[derive(Debug, Default)]
pub(crate) struct Mailboxes {
    at: usize,
}

impl Mailboxes {
    /// The next `@` in `block` with a name before it and a host after it.
    #[inline]
    pub(crate) fn next_in(&mut self, block: &Block, bytes: &[u8]) -> Option<Range<usize>> {
        while let Some(sign) = block.next(Class::AtSign, self.at) {
            self.at = sign + 1;
            let name = bytes[sign.saturating_sub(MAX_NAME)..sign].iter().rev();
            let start = sign - name.take_while(|byte| is_of_name(**byte)).count();
            let host = bytes[sign + 1..].iter().take(MAX_HOST);
            let host = host.take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'));
            let end = sign + 1 + host.count();
            // A full stop ends the sentence.
            let end = end
                - bytes[sign + 1..end].iter().rev().take_while(|byte| matches!(byte, b'.' | b'-')).count();
            // `https://key@host.example/`: whoever follows the address, with or without a mailbox.
            let is_of_url = bytes[..start].ends_with(b"//");
            if start < sign && end > sign + 1 && !is_of_url {
                return Some(start..end);
            }
        }
        None
    }
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'+' | b'-')
}

#[cfg(test)]
mod tests {
    use super::super::masks::in_blocks;
    use super::*;

    #[test]
    fn finds_addresses_and_passes_over_handles() {
        let text =
            "mail <a.person+x@mail.example.org>, then @handle, x@, ssh://git@d.example, and b@c.example.";
        let (mut mailboxes, mut found) = (Mailboxes::default(), Vec::new());
        in_blocks(text.as_bytes(), |block| {
            found.extend(std::iter::from_fn(|| mailboxes.next_in(block, text.as_bytes())));
        });
        let found: Vec<&str> = found.into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["a.person+x@mail.example.org", "b@c.example"]);
    }
}
