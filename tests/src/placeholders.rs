//! Secrets are built when the corpus is read: none that looks live stands in the repository.
//!
//! `{{secret:RULE}}` is a token of that rule's form, `{{secret:RULE#2}}` another one; words before it disguise it, the
//! outermost first: `{{base64:hex:secret:RULE}}`. `{{piece:1/3:secret:RULE}}` is the first third of it. `{{quiet:TEXT}}` is TEXT, which no answer may repeat either, and
//! `{{repeat:N:TEXT}}` is TEXT, N times.

use std::collections::HashMap;
use std::fmt::Write;

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use scanner::{ExampleKind, RuleSet};
use serde_json::Value;

/// Any number: with it the corpus is the same in every process.
const SEED: u64 = 20;

/// The secrets that placeholders stand for.
pub(crate) struct Expansion {
    tokens: HashMap<String, String>,
}

impl Expansion {
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let named = |number: u64| {
            let tokens = rules.examples(SEED + number).filter(|example| example.kind == ExampleKind::Token);
            tokens.filter_map(move |example| {
                let name =
                    if number == 1 { example.rule.to_string() } else { format!("{}#{number}", example.rule) };
                Some((name, String::from_utf8(example.text).ok()?))
            })
        };
        Self { tokens: (1..=2).flat_map(named).collect() }
    }

    /// Expands every string in `value`, keys too, and notes the secrets.
    pub(crate) fn value(&self, value: &mut Value, secrets: &mut Vec<String>) {
        match value {
            Value::String(text) => *text = self.text(text, secrets),
            Value::Array(items) => items.iter_mut().for_each(|item| self.value(item, secrets)),
            Value::Object(fields) => {
                let old = std::mem::take(fields);
                for (key, mut value) in old {
                    self.value(&mut value, secrets);
                    fields.insert(self.text(&key, secrets), value);
                }
            }
            _ => {}
        }
    }

    /// Expands `text` and notes the secrets.
    pub(crate) fn text(&self, text: &str, secrets: &mut Vec<String>) -> String {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, opened)) = rest.split_once("{{") {
            let (placeholder, after) = opened.split_once("}}").expect("a placeholder ends");
            expanded.push_str(before);
            expanded.push_str(&self.placeholder(placeholder, secrets));
            rest = after;
        }
        expanded.push_str(rest);
        expanded
    }

    fn placeholder(&self, placeholder: &str, secrets: &mut Vec<String>) -> String {
        let (word, rest) = placeholder.split_once(':').expect("a placeholder has a word and a colon");
        match word {
            "secret" => {
                let token = self.tokens.get(rest).unwrap_or_else(|| panic!("no rule {rest} has a token"));
                secrets.push(token.clone());
                token.clone()
            }
            "quiet" => {
                secrets.push(rest.to_owned());
                rest.to_owned()
            }
            "piece" => {
                let (which, whole) = rest.split_once(':').expect("piece has a number and a text");
                piece(which, &self.placeholder(whole, secrets))
            }
            "repeat" => {
                let (times, text) = rest.split_once(':').expect("repeat has a number and a text");
                text.repeat(times.parse().expect("repeat has a number"))
            }
            disguise => disguised(disguise, &self.placeholder(rest, secrets)),
        }
    }
}

/// `1/3` of a text is its first third.
fn piece(which: &str, text: &str) -> String {
    let (which, of) = which.split_once('/').expect("the number of a piece and of all");
    let (which, of): (usize, usize) = (which.parse().expect("a number"), of.parse().expect("a number"));
    let size = text.len().div_ceil(of);
    text[(which - 1) * size..text.len().min(which * size)].to_owned()
}

fn disguised(disguise: &str, text: &str) -> String {
    let bytes = text.as_bytes();
    match disguise {
        "base64" => BASE64.encode(bytes),
        "base64url" => BASE64URL_NOPAD.encode(bytes),
        "hex" => HEXLOWER.encode(bytes),
        "percent" => each_byte(bytes, |out, byte| write!(out, "%{byte:02X}")),
        "escape" => each_byte(bytes, |out, byte| write!(out, "\\u{byte:04x}")),
        "basic" => BASE64.encode(format!("x-access-token:{text}").as_bytes()),
        _ => panic!("the corpus names a disguise that is not known here: {disguise}"),
    }
}

fn each_byte(bytes: &[u8], write: impl Fn(&mut String, u8) -> std::fmt::Result) -> String {
    let mut out = String::new();
    for &byte in bytes {
        write(&mut out, byte).expect("writing to a string does not fail");
    }
    out
}
