//! Any bytes as a script of a connection, to the dialect `openclaw`.
#![no_main]

#[path = "../../tests/dialects/promises.rs"]
mod promises;
#[path = "../../tests/dialects/script.rs"]
mod script;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| script::play(link::dialect::Kind::Openclaw, bytes));
