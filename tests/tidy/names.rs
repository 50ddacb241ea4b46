//! Names that say nothing are not used for files and types; names of the writer's machine stand nowhere.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::tree::{Complaint, Source, Tree};

static TYPE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*(?:pub(?:\([^)]*\))?\s+)?(?:struct|enum|trait|type|mod)\s+(\w+)").expect("a pattern")
});

const EMPTY: [&str; 6] = ["manager", "service", "helper", "util", "common", "misc"];

pub fn check(sources: &[Source]) -> Vec<Complaint> {
    sources.iter().flat_map(|source| file_name(source).into_iter().chain(type_names(source))).collect()
}

/// Paths and words of the place where the code was written.
pub fn leaks(tree: &Tree) -> Vec<Complaint> {
    // Put together here, so that this file does not find itself.
    let leaks = [concat!("/wo", "rk/"), concat!("/.lib", "rary"), concat!("fa", "rm-"), concat!("/ro", "ot/")];
    let mut complaints = Vec::new();
    for source in &tree.files {
        for (number, line) in source.text.lines().enumerate() {
            let found = leaks.iter().filter(|leak| line.contains(*leak));
            complaints.extend(found.map(|leak| {
                source.complain(number + 1, format!("`{leak}` names the machine this was written on: take it out"))
            }));
        }
    }
    complaints
}

fn file_name(source: &Source) -> Option<Complaint> {
    let stems = source.path.split('/').map(|part| part.trim_end_matches(".rs"));
    let words: BTreeSet<String> = stems.flat_map(words).collect();
    let empty = words.iter().find(|word| is_empty(word))?;
    Some(source.complain(1, format!("`{empty}` in a file's name says nothing: name what it does or holds")))
}

fn type_names(source: &Source) -> Vec<Complaint> {
    let lines = source.text.lines().enumerate();
    lines
        .filter_map(|(number, line)| {
            let name = TYPE.captures(line)?.get(1)?.as_str();
            let empty = words(name).into_iter().find(|word| is_empty(word))?;
            let mend = "name what it owns or does (see \"Words\" in ARCHITECTURE.md)";
            Some(source.complain(number + 1, format!("`{name}`: `{empty}` says nothing: {mend}")))
        })
        .collect()
}

fn is_empty(word: &str) -> bool {
    EMPTY.iter().any(|empty| word == *empty || word.strip_suffix('s') == Some(empty))
}

/// `SomeNameOf` and `some_name-of` as words in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    for letter in name.chars() {
        if !letter.is_alphanumeric() {
            words.push(String::new());
            continue;
        }
        if letter.is_uppercase() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

#[test]
fn empty_names_of_files_and_types_are_named() {
    let utils = Source::new("crates/link/src/utils.rs", "//! x y\n");
    let manager = Source::new("crates/link/src/a.rs", "//! x y\n\npub struct LinkManager;\nstruct Damage;\n");
    let fine = Source::new("crates/link/src/b.rs", "//! x y\npub struct Handle;\n");
    let complaints = check(&[utils, manager, fine]);
    let found: Vec<(&str, usize)> =
        complaints.iter().map(|complaint| (complaint.path.as_str(), complaint.line)).collect();
    assert_eq!(found, [("crates/link/src/utils.rs", 1), ("crates/link/src/a.rs", 3)]);
}

#[test]
fn a_path_of_this_machine_is_named() {
    let leak = format!("see /{}/shared/design.md\n", "work");
    let complaints = leaks(&Tree { files: vec![Source::new("README.md", &format!("fine\n{leak}"))] });
    assert_eq!(complaints.len(), 1);
    assert_eq!(complaints[0].line, 2);
}
