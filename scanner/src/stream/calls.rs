//! Messages of a remote call (gRPC, Connect): each has its length before it, and its reader waits for all of it.

/// Flags and length.
const PREFIX: usize = 5;
/// The flag of a message that is compressed.
const IS_COMPRESSED: u8 = 1;
/// That, the last message of Connect, and trailers of gRPC-Web: nothing else is a flag.
const FLAGS: u8 = IS_COMPRESSED | 2 | 0x80;

/// Follows the messages of a body.
#[derive(Debug, Default)]
pub(super) struct Calls {
    prefix: [u8; PREFIX],
    /// Bytes of the prefix that have come.
    known: usize,
    /// Bytes of the message that have not come.
    left: usize,
    says_nothing: bool,
}

impl Calls {
    /// The follower of a body of this media type.
    pub(super) fn of(content_type: &[u8]) -> Option<Self> {
        is_calls(content_type).then(Self::default)
    }

    /// How many bytes at the beginning of `text` belong to one message, and whether it ends there.
    pub(super) fn next(&mut self, text: &[u8]) -> (usize, bool) {
        let mut taken = 0;
        while self.known < PREFIX {
            let Some(&byte) = text.get(taken) else { return (taken, false) };
            self.prefix[self.known] = byte;
            self.known += 1;
            taken += 1;
            if self.known == PREFIX {
                let [flags, length @ ..] = self.prefix;
                self.says_nothing |= flags & IS_COMPRESSED != 0 || flags & !FLAGS != 0;
                self.left = u32::from_be_bytes(length) as usize;
            }
        }
        let more = self.left.min(text.len() - taken);
        self.left -= more;
        if self.left == 0 {
            self.known = 0;
        }
        (taken + more, self.left == 0)
    }

    /// Whether a message says nothing as it stands: it was compressed, or the body is something else than its type says.
    pub(super) fn says_nothing(&self) -> bool {
        self.says_nothing
    }

    /// Whether the last message is whole.
    pub(super) fn is_whole(&self) -> bool {
        self.known == 0
    }
}

/// Whether a body of this media type is made of such messages.
pub(crate) fn is_calls(content_type: &[u8]) -> bool {
    let begins = |with: &str| {
        content_type.get(..with.len()).is_some_and(|head| head.eq_ignore_ascii_case(with.as_bytes()))
    };
    begins("application/grpc") && !begins("application/grpc-web-text") || begins("application/connect+")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(calls: &mut Calls, mut text: &[u8]) -> Vec<(usize, bool)> {
        let mut ends = Vec::new();
        while !text.is_empty() {
            let (length, is_end) = calls.next(text);
            ends.push((length, is_end));
            text = &text[length..];
        }
        ends
    }

    #[test]
    fn messages_are_told_apart_in_any_chunking() {
        let body = b"\0\0\0\0\x03abc\0\0\0\0\0\0\0\0\0\x01d";
        let mut calls = Calls::default();
        assert_eq!(ends(&mut calls, body), [(8, true), (5, true), (6, true)]);
        assert!(calls.is_whole() && !calls.says_nothing());
        let mut calls = Calls::default();
        let bytewise: usize = body
            .chunks(1)
            .map(|byte| ends(&mut calls, byte).iter().filter(|(_, is_end)| *is_end).count())
            .sum();
        assert_eq!(bytewise, 3);
        let mut calls = Calls::default();
        assert_eq!(ends(&mut calls, b"\x01\0\0\0\x05ab"), [(7, false)]);
        assert!(!calls.is_whole() && calls.says_nothing());
        let mut calls = Calls::default();
        ends(&mut calls, b"{\"a\": 1}");
        assert!(calls.says_nothing());
    }
}
