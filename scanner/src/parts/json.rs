//! Where in a JSON text something stands. Walked for findings only, once for all of them, without recursion.

use std::ops::Range;

/// Frames beyond which no pointers are given: deeper texts are not written by people.
const MAX_FRAMES: usize = 512;

/// The token of a JSON text that holds some offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scalar {
    /// JSON Pointer (RFC 6901) of the value; for a key, and below one that was asked for, of the object that has it:
    /// what was found is not repeated.
    pub(crate) pointer: String,
    /// The name of the outermost member that holds it, where that member is the value itself.
    pub(crate) top_level_field: Option<String>,
    /// The token, with its quotes.
    pub(crate) range: Range<usize>,
    /// In a string, or in a number or literal.
    pub(crate) is_string: bool,
}

#[derive(Debug)]
enum Frame {
    Object { key: Range<usize>, key_is_asked_for: bool, expects_key: bool },
    Array { index: usize },
}

/// For each of `offsets` (sorted), the token around it. `None` where the text is no JSON.
pub(crate) fn scalars_at(text: &[u8], offsets: &[usize]) -> Vec<Option<Scalar>> {
    let mut found: Vec<Option<Scalar>> = Vec::with_capacity(offsets.len());
    let mut walk = Walk { text, at: 0, frames: Vec::new() };
    let mut remaining = offsets.iter().peekable();
    while remaining.peek().is_some() {
        let Some(token) = walk.next_scalar() else { break };
        let before = found.len();
        while let Some(&offset) = remaining.next_if(|&&offset| offset < token.end) {
            found.push((offset >= token.start).then(|| walk.scalar(&token)));
        }
        walk.advance_after_scalar(&token, found.len() > before);
    }
    found.resize(offsets.len(), None);
    found
}

struct Walk<'t> {
    text: &'t [u8],
    at: usize,
    frames: Vec<Frame>,
}

impl Walk<'_> {
    /// The next string, number or literal; opens and closes containers on the way.
    fn next_scalar(&mut self) -> Option<Range<usize>> {
        loop {
            let byte = *self.text.get(self.at)?;
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' | b':' => {}
                b'{' => self.open(Frame::Object { key: 0..0, key_is_asked_for: false, expects_key: true })?,
                b'[' => self.open(Frame::Array { index: 0 })?,
                b'}' | b']' => {
                    self.frames.pop()?;
                }
                b',' => self.next_member(),
                b'"' => return Some(self.at..end_of_string(self.text, self.at + 1)? + 1),
                b'-' | b'0'..=b'9' | b't' | b'f' | b'n' => return Some(self.at..self.end_of_literal()),
                _ => return None,
            }
            self.at += 1;
        }
    }

    fn open(&mut self, frame: Frame) -> Option<()> {
        (self.frames.len() < MAX_FRAMES).then(|| self.frames.push(frame))
    }

    fn next_member(&mut self) {
        match self.frames.last_mut() {
            Some(Frame::Object { expects_key, .. }) => *expects_key = true,
            Some(Frame::Array { index }) => *index += 1,
            None => {}
        }
    }

    fn end_of_literal(&self) -> usize {
        let rest = &self.text[self.at..];
        let length =
            rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte)).count();
        self.at + length
    }

    fn advance_after_scalar(&mut self, token: &Range<usize>, asked_for: bool) {
        if let Some(Frame::Object { key, key_is_asked_for, expects_key }) = self.frames.last_mut()
            && *expects_key
        {
            *key = token.start + 1..token.end - 1;
            *key_is_asked_for = asked_for;
            *expects_key = false;
        }
        self.at = token.end;
    }

    fn scalar(&self, token: &Range<usize>) -> Scalar {
        let is_string = self.text[token.start] == b'"';
        let mut pointer = String::new();
        let last = self.frames.len().saturating_sub(1);
        let mut top_level_field = None;
        for (level, frame) in self.frames.iter().enumerate() {
            let segment = match frame {
                Frame::Array { index } => index.to_string(),
                Frame::Object { expects_key: true, .. } if level == last && is_string => break,
                Frame::Object { key_is_asked_for: true, .. } => break,
                Frame::Object { key, .. } => unescaped(&self.text[key.clone()]),
            };
            pointer.push('/');
            pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
            if last == 0 && matches!(frame, Frame::Object { expects_key: false, .. }) {
                top_level_field = Some(segment);
            }
        }
        Scalar { pointer, top_level_field, range: token.clone(), is_string }
    }
}

/// The quotation mark that closes the string whose text begins at `from`: the first that no backslash escapes.
pub(crate) fn end_of_string(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let closes =
        |quote: &usize| rest[..*quote].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0;
    memchr::memchr_iter(b'"', rest).find(closes).map(|quote| from + quote)
}

/// The text of a string, its escapes undone.
fn unescaped(raw: &[u8]) -> String {
    let quoted = [b"\"", raw, b"\""].concat();
    serde_json::from_slice(&quoted).unwrap_or_else(|_| String::from_utf8_lossy(raw).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pointer(text: &str, needle: &str) -> Option<Scalar> {
        let offset = text.find(needle).expect("it is there");
        scalars_at(text.as_bytes(), &[offset]).remove(0)
    }

    #[test]
    fn names_the_value_that_holds_an_offset() {
        let text = r#"{"a": [1, {"b/c~d": "x \" HERE"}], "n": 42, "k": {"KEY": true}}"#;
        assert_eq!(pointer(text, "HERE").expect("json").pointer, "/a/1/b~1c~0d");
        assert_eq!(pointer(text, "42").expect("json").pointer, "/n");
        assert!(!pointer(text, "42").expect("json").is_string);
        assert_eq!(pointer(text, "42").expect("json").top_level_field.as_deref(), Some("n"));
        assert_eq!(pointer(text, "HERE").expect("json").top_level_field, None);
        assert_eq!(pointer(text, "KEY").expect("json").pointer, "/k");
        assert_eq!(pointer(text, "1,").expect("json").pointer, "/a/0");
    }

    #[test]
    fn a_key_that_was_asked_for_is_in_no_pointer() {
        let text = r#"{"a": {"KEY": [1, {"b": "HERE"}], "c": "LAST"}}"#;
        let offsets = ["KEY", "HERE", "LAST"].map(|needle| text.find(needle).expect("it is there"));
        let pointers =
            scalars_at(text.as_bytes(), &offsets).into_iter().map(|scalar| scalar.expect("json").pointer);
        assert_eq!(pointers.collect::<Vec<_>>(), ["/a", "/a", "/a/c"]);
    }

    #[test]
    fn lines_of_json_are_read_one_by_one() {
        let text = "{\"a\": 1}\n{\"b\": \"HERE\"}\n";
        assert_eq!(pointer(text, "HERE").expect("json").pointer, "/b");
    }

    #[test]
    fn what_is_no_json_has_no_pointer() {
        for text in ["plain HERE", "{'a': HERE}", "{\"a\": HERE}", "{\"a\" HERE", "]HERE", "\"HERE"] {
            assert_eq!(pointer(text, "HERE"), None, "{text}");
        }
        let deep = format!("{}\"HERE\"", "[".repeat(100_000));
        assert_eq!(pointer(&deep, "HERE"), None);
    }
}
