//! See `hostile::targets::push_body`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run(bytes, hostile::targets::push_body));
