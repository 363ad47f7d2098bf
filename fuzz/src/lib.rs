//! What is asked of any bytes. `make fuzz` drives these with libFuzzer, `cargo test -p scanner --test fuzz` with
//! mutated examples of the rules.

mod targets;

/// See `targets.rs`.
pub fn message(data: &[u8]) {
    targets::message(data);
}

/// See `targets.rs`.
pub fn edits(data: &[u8]) {
    targets::edits(data);
}

/// See `targets.rs`.
pub fn stream(data: &[u8]) {
    targets::stream(data);
}

/// See `targets.rs`.
pub fn slow(data: &[u8]) {
    targets::slow(data);
}
