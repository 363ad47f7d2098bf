//! Words of a text as they are compared: lower case, `_` between them, where camelCase turns too.

/// Writes the words of `text` into `buffer` as `_tax_id_`; digits and signs part words, letters beyond ASCII stay
/// as they are. Text that does not fit is left out.
pub(crate) fn spelled_words<'b>(text: &[u8], buffer: &'b mut [u8]) -> &'b [u8] {
    let mut out = Spelling { buffer, length: 0 };
    out.part();
    let mut at = 0;
    while at < text.len() {
        let byte = text[at];
        if byte == b'\\' && text.get(at + 1).is_some_and(|next| b"nrt".contains(next)) {
            out.part();
            at += 1;
        } else if byte.is_ascii_alphabetic() || byte >= 0x80 {
            if turns(text, at) {
                out.part();
            }
            out.push(byte.to_ascii_lowercase());
        } else {
            out.part();
        }
        at += 1;
    }
    out.part();
    let length = out.length;
    &buffer[..length]
}

/// Whether a word begins at the capital at `at`: `tax|Id`, `CPF|Number`.
fn turns(text: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| text[before]) else { return false };
    let next_is_lower = text.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    text[at].is_ascii_uppercase()
        && (before.is_ascii_lowercase() || (before.is_ascii_uppercase() && next_is_lower))
}

struct Spelling<'b> {
    buffer: &'b mut [u8],
    length: usize,
}

impl Spelling<'_> {
    fn push(&mut self, byte: u8) {
        if let Some(place) = self.buffer.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn part(&mut self) {
        if self.length == 0 || self.buffer[self.length - 1] != b'_' {
            self.push(b'_');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::spelled_words;

    #[test]
    fn words_are_parted_however_they_are_written() {
        for (text, words) in [
            ("taxId", "_tax_id_"),
            ("TAX-ID: ", "_tax_id_"),
            ("userCPFNumber2", "_user_cpf_number_"),
            ("a\\ncpf", "_a_cpf_"),
            ("n\u{fa}mero", "_n\u{fa}mero_"),
            ("", "_"),
        ] {
            assert_eq!(spelled_words(text.as_bytes(), &mut [0; 64]), words.as_bytes(), "{text}");
        }
        assert_eq!(spelled_words(b"abcdef", &mut [0; 4]), b"_abc");
    }
}
