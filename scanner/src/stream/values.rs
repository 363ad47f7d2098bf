//! The strings of one JSON text, each with the path that leads to it. Without recursion, and no copy is made.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use crate::parts::end_of_string;

/// Deeper texts are not written by people.
const MAX_DEPTH: usize = 64;

/// Calls `found` with path and content, quotes excluded, of every string value. False where `text` is no JSON object
/// or list, or string: then some values may have been told already.
pub(super) fn strings(text: &[u8], mut found: impl FnMut(u64, Range<usize>)) -> bool {
    let mut walk = Walk { text, at: 0, frames: Vec::with_capacity(8) };
    walk.run(&mut found).is_some()
}

struct Walk<'t> {
    text: &'t [u8],
    at: usize,
    frames: Vec<Frame>,
}

/// An object or a list that is open.
struct Frame {
    /// Hash of the path to it.
    path: u64,
    is_object: bool,
    /// The next string of an object is a key.
    expects_key: bool,
    /// Hash of the path to the value that is next.
    next: u64,
    index: usize,
}

impl Walk<'_> {
    fn run(&mut self, found: &mut impl FnMut(u64, Range<usize>)) -> Option<()> {
        while let Some(&byte) = self.text.get(self.at) {
            match byte {
                b'{' => self.open(true)?,
                b'[' => self.open(false)?,
                b'}' | b']' => {
                    self.frames.pop()?;
                }
                b',' => self.next_member()?,
                b'"' => self.string(found)?,
                b' ' | b'\t' | b'\r' | b'\n' | b':' => {}
                b'-' | b'+' | b'.' | b'0'..=b'9' | b'a'..=b'z' | b'E' if !self.frames.is_empty() => {}
                _ => return None,
            }
            self.at += 1;
        }
        self.frames.is_empty().then_some(())
    }

    fn open(&mut self, is_object: bool) -> Option<()> {
        if self.frames.len() >= MAX_DEPTH {
            return None;
        }
        let path = self.frames.last().map_or(0, |frame| frame.next);
        let next = if is_object { path } else { step(path, &0_usize) };
        self.frames.push(Frame { path, is_object, expects_key: is_object, next, index: 0 });
        Some(())
    }

    fn next_member(&mut self) -> Option<()> {
        let frame = self.frames.last_mut()?;
        if frame.is_object {
            frame.expects_key = true;
        } else {
            frame.index += 1;
            frame.next = step(frame.path, &frame.index);
        }
        Some(())
    }

    fn string(&mut self, found: &mut impl FnMut(u64, Range<usize>)) -> Option<()> {
        let start = self.at + 1;
        let end = end_of_string(self.text, start)?;
        self.at = end;
        match self.frames.last_mut() {
            Some(frame) if frame.expects_key => {
                frame.expects_key = false;
                frame.next = step(frame.path, &self.text[start..end]);
            }
            Some(frame) => found(frame.next, start..end),
            None => found(0, start..end),
        }
        Some(())
    }
}

fn step(path: u64, name: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    path.hash(&mut hasher);
    name.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Option<Vec<(u64, &str)>> {
        let mut values = Vec::new();
        strings(text.as_bytes(), |path, range| values.push((path, &text[range]))).then_some(values)
    }

    #[test]
    fn equal_paths_are_equal_and_others_are_not() {
        let one = all(r#"{"choices":[{"delta":{"content":"AK"},"x":"y"}],"n":1.5e3}"#).expect("JSON");
        let two = all(r#"{"n": null, "choices": [ {"x": "z", "delta": {"content": "IA"}} ]}"#).expect("JSON");
        assert_eq!((one[0].1, one[1].1, two[0].1, two[1].1), ("AK", "y", "z", "IA"));
        assert_eq!((one[0].0, one[1].0), (two[1].0, two[0].0));
        assert_ne!(one[0].0, one[1].0);
        let list = all(r#"["a", ["b"], "c\"d"]"#).expect("JSON");
        assert_eq!(list.iter().map(|(_, text)| *text).collect::<Vec<_>>(), ["a", "b", "c\\\"d"]);
        assert!(list[0].0 != list[1].0 && list[1].0 != list[2].0 && list[0].0 != list[2].0);
    }

    #[test]
    fn what_is_no_json_is_told() {
        for text in ["[DONE]", "plain", "{\"a\": \"b\"", "}", "{\"a", "12"] {
            assert_eq!(all(text), None, "{text}");
        }
        assert_eq!(all(&"[".repeat(100_000)), None);
    }
}
