//! Which lists of words a word is on, with one look-up for all of them.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::innocent::{NO_SECRETS, OTHERS, PLAIN_TOKENS, SALTED};
use super::vocabulary::{PASSWORDS, SECRET_KEYS, SECRETS, TRAILERS};

/// Lists, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Lists(u8);

impl Lists {
    pub(super) const OTHERS: Self = Self(1);
    pub(super) const NO_SECRETS: Self = Self(1 << 1);
    pub(super) const TRAILERS: Self = Self(1 << 2);
    pub(super) const PASSWORDS: Self = Self(1 << 3);
    pub(super) const SECRETS: Self = Self(1 << 4);
    pub(super) const SECRET_KEYS: Self = Self(1 << 5);
    pub(super) const PLAIN_TOKENS: Self = Self(1 << 6);
    pub(super) const SALTED: Self = Self(1 << 7);

    /// These and `lists`.
    pub(super) const fn and(self, lists: Self) -> Self {
        Self(self.0 | lists.0)
    }

    /// Whether any of `lists` is among these.
    pub(super) fn has(self, lists: Self) -> bool {
        self.0 & lists.0 != 0
    }
}

impl std::ops::BitOr for Lists {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The lists that `word` is on.
pub(super) fn lists_of(word: &str) -> Lists {
    static ALL: LazyLock<HashMap<&str, Lists>> = LazyLock::new(|| {
        let lists = [
            (OTHERS, Lists::OTHERS),
            (NO_SECRETS, Lists::NO_SECRETS),
            (TRAILERS, Lists::TRAILERS),
            (PASSWORDS, Lists::PASSWORDS),
            (SECRETS, Lists::SECRETS),
            (SECRET_KEYS, Lists::SECRET_KEYS),
            (PLAIN_TOKENS, Lists::PLAIN_TOKENS),
            (SALTED, Lists::SALTED),
        ];
        let words = lists.iter().flat_map(|(words, list)| words.iter().map(|word| (*word, *list)));
        words.fold(HashMap::new(), |mut all, (word, list)| {
            let lists: &mut Lists = all.entry(word).or_default();
            *lists = *lists | list;
            all
        })
    });
    ALL.get(word).copied().unwrap_or_default()
}
