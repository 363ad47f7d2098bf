//! The fourth station: one look at the bytes finds where any rule could match; only that costs more.
//!
//! A view is looked at in blocks of 2 KiB. [`Block::read`] turns the bytes of a block into words, a bit a byte, for
//! each [`Class`] that some pass asks about; passes then read words. How a new trigger stays cheap:
//!
//! - A byte that says it all (`@`, no ASCII): [`Block::next`] with its class. A new class is a variant of [`Class`].
//! - Bytes in a row (runs, numbers): [`Block::next_row`]; where they end, also beyond the block: [`Block::end_of`].
//! - A pair of bytes (escapes): [`Block::next_pair`] with two classes.
//! - A pass keeps `at`, up to where it has looked, so that a block boundary makes no difference; a property test holds
//!   it to a plain search.
//! - What is possible in runs only (keywords, base64, hex) looks at runs, a sixth of the bytes.

mod cells;
pub(crate) mod classes;
mod columns;
mod counted;
mod digests;
mod digits;
mod innocent;
mod keywords;
mod known;
mod lists;
mod literals;
mod mailbox;
mod marks;
mod masks;
mod meaning;
mod names;
mod no_names;
mod other_letters;
mod runs;
mod seed_words;
mod separators;
mod skipping;
mod spelling;
mod table;
mod told;
mod userinfo;
mod values;
mod vocabulary;

pub(crate) use columns::Tables;
pub(crate) use counted::{counted_starts, stands_counted};
pub(crate) use digests::{is_digest, may_be_text};
pub(crate) use digits::Digits;
pub(crate) use keywords::Keywords;
pub(crate) use known::{Known, KnownPass};
pub(crate) use literals::{Literal, Literals};
pub(crate) use mailbox::Mailboxes;
pub(crate) use masks::end_of as end_of_class;
#[cfg(test)]
pub(crate) use masks::in_blocks;
pub(crate) use masks::{BLOCK, Beginnings, Block, CHUNK, Class, ROW, WORDS, next_text_in_base64};
pub(crate) use meaning::{Says, names_a_count, says};
pub(crate) use names::{Named, name_around, named};
pub(crate) use runs::{MIN_RUN, Run, Runs};
pub(crate) use seed_words::{SeedWords, words_of as seed_words_of};
pub(crate) use spelling::spelled_words;
pub(crate) use table::Table as LiteralTable;
pub(crate) use userinfo::Userinfo;
