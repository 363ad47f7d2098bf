//! A plain, slow scan for one rule: what the engine does fast, said simply.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::{Rule, Trigger};

/// Whether the rule finds anything in a text, as it stands and without decoding.
pub(super) fn finds(rule: &Rule, text: &[u8]) -> bool {
    match &rule.trigger {
        Trigger::Keywords { literals, reach, .. } => literals.iter().any(|keyword| {
            let here = |at: &usize| {
                let head = &text[*at..text.len().min(at + keyword.bytes.len())];
                head == keyword.bytes || (keyword.ignore_case && head.eq_ignore_ascii_case(&keyword.bytes))
            };
            (0..text.len()).filter(here).any(|at| confirmed(rule, text, at.saturating_sub(*reach)))
        }),
        Trigger::Digits { .. } | Trigger::Userinfo => (0..text.len()).any(|at| confirmed(rule, text, at)),
        Trigger::Name { words } => named(rule, words, text),
    }
}

fn confirmed(rule: &Rule, text: &[u8], from: usize) -> bool {
    let Some(found) = rule.pattern.captures(&text[from..]) else { return false };
    let whole = found.get_match();
    let (start, end) = (from + whole.start(), from + whole.end());
    let alone = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    let secret = found.name("secret").unwrap_or(whole).as_bytes();
    (!rule.whole_word || (alone(before) && alone(text.get(end)))) && rule.confirms(secret)
}

/// A name that says secret, what separates it from its value, and the value without a scheme.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    let name = "([a-z0-9_.-]*(?:key|token|secret|password|passwd|pass|pat|auth|authorization))";
    let between = r#"["'\\]{0,2}\s*(?:[:=>]\s*|\s+)["'\\]{0,2}(?:(?:basic|bearer|token) )?"#;
    let value = r#"([^\s"'<>,;)}\]]+)"#;
    Regex::new(&format!("(?i){name}{between}{value}")).expect("written here")
});

fn named(rule: &Rule, words: &[String], text: &[u8]) -> bool {
    NAMED.captures_iter(text).any(|pair| {
        let end = pair.get(1).expect("a group").end();
        let context = text[end.saturating_sub(96)..end].to_ascii_lowercase();
        let has = |word: &String| memchr::memmem::find(&context, word.as_bytes()).is_some();
        (words.is_empty() || words.iter().any(has))
            && rule.pattern.is_match(&pair[2])
            && rule.confirms(&pair[2])
    })
}
