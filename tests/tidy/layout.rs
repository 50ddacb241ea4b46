//! The visible top level, exactly; configuration of tools hides in dot-files.

use std::fs;
use std::path::Path;

use super::tree::Complaint;

const TOP: [&str; 15] = [
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "crates",
    "icons",
    "rust-toolchain.toml",
    "src-tauri",
    "tauri.conf.json",
    "tests",
    "ui",
];

/// Names at the top that a person sees, without what is built.
pub fn visible(top: &Path) -> Vec<String> {
    let entries = fs::read_dir(top).expect("the top of the tree is readable").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> =
        names.filter(|name| !name.starts_with('.') && !matches!(name.as_str(), "target" | "gen")).collect();
    names.sort();
    names
}

pub fn check(names: &[String]) -> Vec<Complaint> {
    let complaint = |name: &str, what: &str| Complaint { path: name.into(), line: 1, what: what.into() };
    let surplus = names.iter().filter(|name| !TOP.contains(&name.as_str()));
    let absent = TOP.iter().filter(|name| !names.iter().any(|there| there == *name));
    surplus
        .map(|name| complaint(name, "is not of the decided top level: move it below, or hide it in a dot-file"))
        .chain(absent.map(|name| complaint(name, "is missing at the top level")))
        .collect()
}

#[test]
fn a_stray_file_and_a_missing_one_are_named() {
    let top = tempfile::tempdir().unwrap();
    for name in TOP.iter().skip(1).chain([&"notes.txt", &".hidden", &"target"]) {
        fs::write(top.path().join(name), "").unwrap();
    }
    let complaints = check(&visible(top.path()));
    let paths: Vec<&str> = complaints.iter().map(|complaint| complaint.path.as_str()).collect();
    assert_eq!(paths, ["notes.txt", "ARCHITECTURE.md"]);
}
