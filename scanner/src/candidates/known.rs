//! What the operator named, wherever it stands: a thousand secrets cost what one does.
//!
//! Every secret has at least eight bytes. So wherever one stands, four of its first bytes begin at a multiple of the
//! stride, and only those places are looked at. Which four bytes those are is asked of a bitmap first.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::rules::{RuleSet, Trigger};

/// Bytes that are looked up together.
const GRAM: usize = 4;
/// Longest stride.
const MAX_STRIDE: usize = 16;
/// Bits of the hash that index the bitmap, for few secrets and for many.
const BITMAP_BITS: std::ops::RangeInclusive<u32> = 14..=22;
/// Secrets with the same beginning that are compared at one place.
const MAX_COMPARED: usize = 64;

/// Secrets, by the groups of bytes that they begin with.
pub(crate) struct Known {
    stride: usize,
    bitmap: Box<[u64]>,
    bitmap_bits: u32,
    /// Secrets that have these bytes so far behind their beginning, by that distance, then by their bytes.
    secrets_of: HashMap<[u8; GRAM], Vec<Secret>>,
}

struct Secret {
    offset: usize,
    rule: usize,
    value: Arc<Zeroizing<Vec<u8>>>,
}

/// Shows how many there are.
impl std::fmt::Debug for Known {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Known").field("stride", &self.stride).finish_non_exhaustive()
    }
}

/// How far the pass has come.
#[derive(Debug, Default)]
pub(crate) struct KnownPass {
    at: usize,
}

impl Known {
    /// Collects the secrets that the operator named.
    pub(crate) fn new(rules: &RuleSet) -> Self {
        let secrets: Vec<(usize, &Arc<Zeroizing<Vec<u8>>>)> = rules
            .rules
            .iter()
            .enumerate()
            .filter_map(|(rule, compiled)| match &compiled.trigger {
                Trigger::Known { value } if value.len() >= GRAM => Some((rule, value)),
                _ => None,
            })
            .collect();
        let shortest = secrets.iter().map(|(_, value)| value.len()).min().unwrap_or(0);
        let stride = (shortest + 1).saturating_sub(GRAM).min(MAX_STRIDE);
        // One bit in sixteen is set: few places are looked at closer by chance.
        let bits = (secrets.len() * stride * 16).next_power_of_two().trailing_zeros();
        let bitmap_bits = bits.clamp(*BITMAP_BITS.start(), *BITMAP_BITS.end());
        let bitmap = if stride > 0 { vec![0; 1 << (bitmap_bits - 6)] } else { Vec::new() };
        let mut known = Self { stride, bitmap: bitmap.into(), bitmap_bits, secrets_of: HashMap::new() };
        for (rule, value) in secrets {
            known.add(rule, value);
        }
        for of_gram in known.secrets_of.values_mut() {
            of_gram.sort_by(|a, b| (a.offset, a.value.as_slice()).cmp(&(b.offset, b.value.as_slice())));
        }
        known
    }

    fn add(&mut self, rule: usize, value: &Arc<Zeroizing<Vec<u8>>>) {
        for (offset, gram) in value.windows(GRAM).take(self.stride).enumerate() {
            let gram = [gram[0], gram[1], gram[2], gram[3]];
            let hash = self.hash_of(gram);
            self.bitmap[(hash >> 6) as usize] |= 1 << (hash & 63);
            let secret = Secret { offset, rule, value: Arc::clone(value) };
            self.secrets_of.entry(gram).or_default().push(secret);
        }
    }

    /// Calls `found` with each secret that stands in `bytes` and reaches a place before `limit`.
    pub(crate) fn find_in(
        &self,
        bytes: &[u8],
        pass: &mut KnownPass,
        limit: usize,
        mut found: impl FnMut(usize, Range<usize>),
    ) {
        if self.stride == 0 {
            return;
        }
        while pass.at < limit {
            let Some(&gram) = bytes.get(pass.at..).and_then(|rest| rest.first_chunk::<GRAM>()) else {
                return;
            };
            let hash = self.hash_of(gram);
            if self.bitmap[(hash >> 6) as usize] >> (hash & 63) & 1 == 1 {
                self.compare(bytes, pass.at, gram, &mut found);
            }
            pass.at += self.stride;
        }
    }

    #[inline(never)]
    fn compare(
        &self,
        bytes: &[u8],
        at: usize,
        gram: [u8; GRAM],
        found: &mut impl FnMut(usize, Range<usize>),
    ) {
        let Some(secrets) = self.secrets_of.get(&gram) else { return };
        for offset in 0..self.stride.min(at + 1) {
            let start = at - offset;
            let text = &bytes[start..];
            let key = |secret: &Secret| (secret.offset, secret.value.as_slice()) <= (offset, text);
            let end = secrets.partition_point(key);
            let of_offset = secrets[end.saturating_sub(MAX_COMPARED)..end].iter().rev();
            for secret in of_offset.take_while(|secret| secret.offset == offset) {
                if text.starts_with(secret.value.as_slice()) {
                    found(secret.rule, start..start + secret.value.len());
                }
            }
        }
    }

    #[inline]
    fn hash_of(&self, gram: [u8; GRAM]) -> u32 {
        u32::from_le_bytes(gram).wrapping_mul(0x9e37_79b1) >> (32 - self.bitmap_bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::KnownSecret;
    use crate::rules::Rule;

    fn found(secrets: &[String], text: &[u8]) -> Vec<(usize, usize)> {
        let mut rules = RuleSet::only([]);
        let known = |value: &String| KnownSecret {
            name: "a".to_owned(),
            value: Zeroizing::new(value.clone().into()),
        };
        rules.rules.extend(secrets.iter().map(known).map(|secret| Rule::known(&secret)));
        let (known, mut pass, mut all) = (Known::new(&rules), KnownPass::default(), Vec::new());
        for limit in (0..text.len() + 100).step_by(100) {
            known.find_in(text, &mut pass, limit.min(text.len()), |_, range| {
                all.push((range.start, range.end));
            });
        }
        all
    }

    #[test]
    fn finds_each_secret_once_at_every_offset() {
        for length in [8, 9, 13, 40, 300] {
            let secrets: Vec<String> = (0..50)
                .map(|n| format!("{}{n:08}", "same beginning ".repeat(30))[450 + 8 - length..].to_owned())
                .collect();
            for lead in 90..130 {
                let text = format!("{}{}{}", "-".repeat(lead), secrets[7], "-".repeat(60));
                assert_eq!(
                    found(&secrets, text.as_bytes()),
                    [(lead, lead + length)],
                    "length {length}, lead {lead}"
                );
            }
        }
    }

    #[test]
    fn a_secret_that_begins_like_another_is_found_too() {
        let secrets = ["beginning".to_owned(), "beginning and end".to_owned()];
        assert_eq!(found(&secrets, b"the beginning zzz"), [(4, 13)]);
        assert_eq!(found(&secrets, b"the beginning and end").len(), 2);
    }

    #[test]
    fn without_secrets_nothing_is_found() {
        assert_eq!(found(&[], b"anything at all"), [(0, 0); 0]);
    }
}
