//! Every Rust file opens with `//!` and a sentence on what it is for.

use super::tree::{Complaint, Source};

pub fn check(sources: &[Source]) -> Vec<Complaint> {
    sources.iter().filter(|source| !opens(&source.text)).map(complaint).collect()
}

fn opens(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    first.strip_prefix("//!").is_some_and(|words| words.split_whitespace().count() >= 2)
}

fn complaint(source: &Source) -> Complaint {
    source.complain(1, "opens without `//!`: say in a sentence what this file is for (and what it is not for)")
}

#[test]
fn a_file_without_its_purpose_is_named() {
    let good = Source::new("good.rs", "//! Counts boats, not ships.\nfn a() {}\n");
    let silent = Source::new("silent.rs", "use std::fs;\n");
    let curt = Source::new("curt.rs", "//! testkit\n");
    let complaints = check(&[good, silent, curt]);
    let paths: Vec<&str> = complaints.iter().map(|complaint| complaint.path.as_str()).collect();
    assert_eq!(paths, ["silent.rs", "curt.rs"]);
}
