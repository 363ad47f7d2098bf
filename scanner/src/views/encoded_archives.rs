//! Archives in base64 or hex, told by how they begin.

use std::ops::Range;

use super::base64::decode_all;
use super::{Codec, Decoded, archive, hex};
use crate::candidates::classes::{CORE, end_of, is};
use crate::candidates::{Class, end_of_class};

/// Shortest base64 of an archive.
const MIN_ARCHIVE: usize = 24;

/// Archives in base64 or hex inside one run, each from where a row of its characters begins.
#[derive(Debug)]
pub(crate) struct Archives {
    run: Range<usize>,
}

impl Archives {
    /// Looks at the characters `run` of a view.
    pub(crate) fn new(run: Range<usize>) -> Self {
        Self { run }
    }

    /// The next archive, decoded whole.
    pub(crate) fn next(&mut self, bytes: &[u8]) -> Option<Decoded> {
        while !self.run.is_empty() {
            let end = end_of_class(&bytes[..self.run.end], self.run.start, Class::Core);
            let core = without_escape(bytes, self.run.start).min(end)..end;
            let between = bytes[end..self.run.end].iter().take_while(|&&byte| !is(byte, CORE)).count();
            self.run.start = end + between;
            if let Some(archive) = archive_in(bytes, core.clone()).or_else(|| hex::archive_in(bytes, core)) {
                return Some(archive);
            }
        }
        None
    }
}

/// In `\nH4sI` the first letter belongs to the escape; behind it, or a line end, a plus says that a diff adds the line.
pub(super) fn without_escape(bytes: &[u8], start: usize) -> usize {
    let before = start.checked_sub(1).map(|before| bytes[before]);
    let is_escaped = before == Some(b'\\') && b"nrt".contains(&bytes[start]);
    let text = start + usize::from(is_escaped);
    let is_added = bytes.get(text) == Some(&b'+') && (is_escaped || before == Some(b'\n'));
    text + usize::from(is_added)
}

fn archive_in(bytes: &[u8], core: Range<usize>) -> Option<Decoded> {
    let characters = &bytes[core.clone()];
    if characters.len() < MIN_ARCHIVE || !archive::begins_in_base64(characters) {
        return None;
    }
    let decoded = decode_all(characters);
    let padding = bytes[core.end..].iter().take(2).take_while(|&&byte| byte == b'=').count();
    let url = characters.iter().any(|byte| matches!(byte, b'-' | b'_'));
    let source = core.start..core.end + padding;
    archive::is_archive(&decoded).then_some(Decoded { bytes: decoded, source, codec: Codec::Base64 { url } })
}

/// Whether the first characters of a run are those of an archive; how long the run is makes no difference.
pub(crate) fn is_archive_in_base64(run: &[u8]) -> bool {
    const HEAD: usize = 400;
    archive::begins_in_base64(run)
        && archive_in(run, 0..end_of(&run[..run.len().min(HEAD)], 0, CORE)).is_some()
}
