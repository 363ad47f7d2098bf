//! Reading what somebody else wrote.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

/// The longest file that is read, in bytes. The system's roots are the longest, about 0.3 MB.
const LONGEST: u64 = 16 << 20;

/// The whole text of a file.
///
/// # Errors
///
/// Besides what the system says: not UTF-8, or longer than 16 MiB, as a device is that never ends.
pub(crate) fn text(path: &Path) -> io::Result<String> {
    text_of(&mut File::open(path)?)
}

/// The same of an open file.
pub(crate) fn text_of(file: &mut File) -> io::Result<String> {
    let mut text = String::new();
    file.take(LONGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LONGEST {
        return Err(io::Error::new(ErrorKind::FileTooLarge, "it is longer than 16 MiB"));
    }
    Ok(text)
}
