#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| scangate_fuzz::slow(data));
