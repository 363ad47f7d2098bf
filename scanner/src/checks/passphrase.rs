//! Words that somebody put together as a passphrase, and no sentence about one.

/// Words that stand in messages about passwords and hardly in passphrases; shorter ones than three letters are none of
/// theirs at all.
const OF_SENTENCES: &[&str] = &[
    "account",
    "again",
    "allow",
    "already",
    "and",
    "any",
    "are",
    "before",
    "below",
    "both",
    "but",
    "can",
    "cannot",
    "certificate",
    "change",
    "changed",
    "character",
    "characters",
    "check",
    "choose",
    "code",
    "confirm",
    "contain",
    "contains",
    "correct",
    "create",
    "credentials",
    "current",
    "default",
    "did",
    "different",
    "digits",
    "does",
    "email",
    "empty",
    "encrypt",
    "encrypted",
    "encryption",
    "enter",
    "entered",
    "error",
    "exist",
    "expired",
    "failed",
    "field",
    "file",
    "first",
    "for",
    "forgot",
    "forgotten",
    "found",
    "from",
    "generate",
    "get",
    "given",
    "has",
    "hash",
    "have",
    "hidden",
    "hide",
    "hint",
    "incorrect",
    "input",
    "invalid",
    "key",
    "keys",
    "last",
    "least",
    "length",
    "letters",
    "link",
    "log",
    "login",
    "long",
    "match",
    "maximum",
    "may",
    "minimum",
    "missing",
    "must",
    "name",
    "need",
    "needs",
    "new",
    "not",
    "number",
    "numbers",
    "old",
    "one",
    "only",
    "option",
    "optional",
    "other",
    "passphrase",
    "passwd",
    "password",
    "passwords",
    "per",
    "please",
    "policy",
    "private",
    "protect",
    "protected",
    "protection",
    "provide",
    "provided",
    "read",
    "recover",
    "recovery",
    "remember",
    "repeat",
    "request",
    "require",
    "required",
    "requires",
    "reset",
    "retype",
    "same",
    "save",
    "secret",
    "secure",
    "send",
    "sent",
    "set",
    "short",
    "should",
    "show",
    "sign",
    "signing",
    "some",
    "string",
    "strong",
    "success",
    "successfully",
    "text",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "they",
    "this",
    "time",
    "token",
    "too",
    "try",
    "type",
    "unlock",
    "update",
    "updated",
    "use",
    "used",
    "user",
    "username",
    "users",
    "using",
    "valid",
    "value",
    "want",
    "was",
    "weak",
    "were",
    "when",
    "which",
    "will",
    "with",
    "without",
    "word",
    "words",
    "wrong",
    "you",
    "your",
];

/// The phrase of which all have heard: people try with it whether it is found.
const PUBLISHED: &[u8] = b"correct horse battery staple";

/// Whether these words make no sentence about passwords, and are not the same few over and over.
pub(super) fn agrees(text: &[u8]) -> bool {
    let words: Vec<&[u8]> = text.split(|byte| b" -".contains(byte)).collect();
    let is_of_sentence =
        |word: &&[u8]| OF_SENTENCES.binary_search_by(|known| known.as_bytes().cmp(word)).is_ok();
    let is_repeated = words.iter().enumerate().any(|(at, word)| words[..at].contains(word));
    text == PUBLISHED || !(is_repeated || words.iter().any(is_of_sentence))
}

#[cfg(test)]
mod tests {
    use super::{OF_SENTENCES, agrees};

    #[test]
    fn the_words_are_in_order() {
        assert!(OF_SENTENCES.is_sorted());
    }

    #[test]
    fn words_put_together_are_a_passphrase() {
        for text in
            ["correct horse battery staple", "velvet anchor morning copper", "lamp-river-stone-orbit-quiet"]
        {
            assert!(agrees(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_sentence_is_none() {
        for text in [
            "enter your passphrase here",
            "passwords does not match",
            "invalid password reset token",
            "lorem ipsum lorem ipsum",
            "word word word word",
        ] {
            assert!(!agrees(text.as_bytes()), "{text}");
        }
    }
}
