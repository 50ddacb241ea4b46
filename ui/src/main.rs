//! ui
fn main() {}
