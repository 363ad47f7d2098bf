//! Room for the short parts of a message: as a rule they fit, and nothing is allocated.

use std::ops::Deref;

/// Bytes that most heads have not.
const ROOM: usize = 2048;

/// Bytes one after the other.
#[derive(Debug)]
pub(crate) struct Arena {
    room: [u8; ROOM],
    length: usize,
    /// All of them, once there is no room.
    spilled: Vec<u8>,
}

impl Arena {
    pub(super) fn new() -> Self {
        Self { room: [0; ROOM], length: 0, spilled: Vec::new() }
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        let end = self.length + bytes.len();
        match self.room.get_mut(self.length..end) {
            Some(room) if self.spilled.is_empty() => {
                room.copy_from_slice(bytes);
                self.length = end;
            }
            _ => {
                if self.spilled.is_empty() {
                    self.spilled.reserve(2 * end);
                    self.spilled.extend_from_slice(&self.room[..self.length]);
                }
                self.spilled.extend_from_slice(bytes);
            }
        }
    }
}

impl Deref for Arena {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        if self.spilled.is_empty() { &self.room[..self.length] } else { &self.spilled }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_bytes_are_kept_in_order(pieces in prop::collection::vec("[a-z]{0,300}", 0..30)) {
            let mut arena = Arena::new();
            for piece in &pieces {
                arena.push(piece.as_bytes());
            }
            let whole = pieces.concat();
            prop_assert_eq!(&*arena, whole.as_bytes());
        }
    }
}
