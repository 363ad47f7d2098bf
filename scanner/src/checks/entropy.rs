//! Shannon entropy of the bytes themselves.

/// Bits per byte, from 0 to 8. A string of n bytes has log2(n) at most.
pub(super) fn bits_per_byte(text: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text {
        counts[usize::from(*byte)] += 1;
    }
    let length = f64::from(u32::try_from(text.len()).unwrap_or(u32::MAX));
    let share = |count: &u32| f64::from(*count) / length;
    counts.iter().filter(|count| **count > 0).map(share).map(|share| -share * share.log2()).sum()
}

#[cfg(test)]
mod tests {
    use super::bits_per_byte;

    #[test]
    fn counts_equally_likely_bytes() {
        assert!((bits_per_byte(b"abcd") - 2.0).abs() < 1e-9);
        assert!(bits_per_byte(b"aaaa").abs() < 1e-9);
        assert!(bits_per_byte(b"").abs() < 1e-9);
    }
}
