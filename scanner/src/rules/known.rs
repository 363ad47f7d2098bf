//! What the operator named, as rules: the value is its own trigger and needs no pattern; nothing of it is shown.

use std::sync::Arc;

use data_encoding::{BASE64_NOPAD, HEXLOWER, HEXUPPER};
use zeroize::Zeroizing;

use super::pattern::Pattern;
use super::{Keyword, Rule, Trigger};
use crate::policy::KnownSecret;
use crate::verdict::{Category, Confidence, Severity};

/// Secrets from this length on are decoded wherever they stand.
const MIN_DECODED: usize = 24;

impl Rule {
    /// Whether the operator named it.
    pub(crate) fn is_known(&self) -> bool {
        self.category == Category::Known
    }

    /// Rules that find this value, and the spellings of a short one that are too short to be decoded: base64 at each
    /// place of its groups, and hex.
    pub(crate) fn known_spellings(secret: &KnownSecret) -> Vec<Self> {
        let mut spellings = vec![secret.value.to_vec()];
        if secret.value.len() < MIN_DECODED {
            spellings.extend((0..3).map(|place| base64_at(&secret.value, place)));
            spellings.extend([HEXLOWER.encode(&secret.value).into(), HEXUPPER.encode(&secret.value).into()]);
            let url: Vec<Vec<u8>> = spellings[1..4].iter().map(|text| url_alphabet(text)).collect();
            spellings.extend(url);
            spellings
                .push(secret.value.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte }).collect());
            spellings.sort();
            spellings.dedup();
        }
        let of_spelling =
            |value: Vec<u8>| KnownSecret { name: secret.name.clone(), value: Zeroizing::new(value) };
        let known = spellings.into_iter().map(|value| Self::known(&of_spelling(value)));
        // What is put together from pieces is spelled by itself.
        let in_pieces = |mut rule: Self| {
            if !matches!(&rule.trigger, Trigger::Known { value } if **value == secret.value) {
                rule.starts.clear();
            }
            rule
        };
        known.map(in_pieces).collect()
    }

    /// A rule that finds this value wherever it stands, also inside a word.
    pub(crate) fn known(secret: &KnownSecret) -> Self {
        Self {
            file: "policy".into(),
            vendor: "the operator".into(),
            id: format!("known.{}", secret.name).into(),
            finds: "a secret that the operator named".to_owned(),
            category: Category::Known,
            severity: Severity::Critical,
            confidence: Confidence::High,
            bits: secret.value.iter().map(|_| 6.0).sum(),
            starts: vec![Keyword { bytes: secret.value.to_vec(), ignore_case: false }],
            min_bytes: secret.value.len(),
            trigger: Trigger::Known { value: Arc::new(secret.value.clone()) },
            pattern: Pattern::new(String::new()),
            is_telling: false,
            is_at_run: true,
            until: None,
            whole_word: false,
            context: Vec::new(),
            volume: None,
            unless: Vec::new(),
            checks: Vec::new(),
            except: Vec::new(),
            home: Vec::new(),
            source: "policy".to_owned(),
            token: None,
            hits: Vec::new(),
            misses: Vec::new(),
        }
    }
}

/// The characters of base64 that only `value` decides, when so many bytes stand before it in its group of three.
fn base64_at(value: &[u8], place: usize) -> Vec<u8> {
    let mut bytes = vec![0; place];
    bytes.extend(value);
    let text = BASE64_NOPAD.encode(&bytes).into_bytes();
    let first = (place * 8).div_ceil(6);
    text[first..bytes.len() * 8 / 6].to_vec()
}

fn url_alphabet(text: &[u8]) -> Vec<u8> {
    let swap = |byte: &u8| match byte {
        b'+' => b'-',
        b'/' => b'_',
        other => *other,
    };
    text.iter().map(swap).collect()
}
