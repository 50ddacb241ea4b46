//! pilot
fn main() {}
