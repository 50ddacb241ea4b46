//! What crosses a boundary is written down: every serialisable type of `wire` and `contract` stands in a snapshot test.

use std::collections::BTreeSet;

use syn::visit::{self, Visit};

use super::rust::{everything, parsed, program, test_files};
use super::tree::{Complaint, Source};

const BOUNDARIES: [&str; 2] = ["crates/contract/src/", "crates/wire/src/"];

pub fn check(sources: &[Source]) -> Vec<Complaint> {
    BOUNDARIES.iter().flat_map(|place| boundary(sources, place)).collect()
}

fn boundary(sources: &[Source], place: &str) -> Vec<Complaint> {
    let tests = test_files(sources);
    let ours: Vec<&Source> = sources.iter().filter(|source| source.path.starts_with(place)).collect();
    let tested: BTreeSet<String> =
        ours.iter().flat_map(|source| words_of_tests(source, tests.contains(&source.path))).collect();
    let programs = ours.into_iter().filter(|source| !tests.contains(&source.path));
    programs.flat_map(|source| untested(source, &tested)).collect()
}

fn untested(source: &Source, tested: &BTreeSet<String>) -> Vec<Complaint> {
    let mut types = Types(Vec::new());
    types.visit_file(&parsed(source));
    let complaint = |(name, line): (String, usize)| {
        let what =
            format!("`{name}` crosses a boundary and no snapshot shows its JSON: add it to the crate's snapshot tests");
        source.complain(line, what)
    };
    types.0.into_iter().filter(|(name, _)| !tested.contains(name)).map(complaint).collect()
}

/// The words that only tests use: all of a test file, else what taking out the tests takes out.
fn words_of_tests(source: &Source, is_test: bool) -> Vec<String> {
    if !is_test && !source.text.contains("cfg(test)") {
        return vec![];
    }
    let words = |tokens: Vec<super::rust::Token>| tokens.into_iter().map(|token| (token.line, token.text));
    let all: BTreeSet<(usize, String)> = words(everything(source)).collect();
    if is_test {
        return all.into_iter().map(|(_, word)| word).collect();
    }
    let live: BTreeSet<(usize, String)> = words(program(source)).collect();
    all.difference(&live).map(|(_, word)| word.clone()).collect()
}

/// Public types that derive `Serialize`, with their lines.
struct Types(Vec<(String, usize)>);

impl Types {
    fn look(&mut self, name: &syn::Ident, visibility: &syn::Visibility, attributes: &[syn::Attribute]) {
        let public = matches!(visibility, syn::Visibility::Public(_));
        let derives = attributes.iter().filter(|attribute| attribute.path().is_ident("derive"));
        let mut listed = derives.filter_map(|attribute| attribute.meta.require_list().ok());
        if public && listed.any(|list| list.tokens.to_string().split([',', ' ', ':']).any(|word| word == "Serialize")) {
            self.0.push((name.to_string(), name.span().start().line));
        }
    }
}

impl<'ast> Visit<'ast> for Types {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.look(&item.ident, &item.vis, &item.attrs);
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.look(&item.ident, &item.vis, &item.attrs);
        visit::visit_item_enum(self, item);
    }
}

#[test]
fn a_serialisable_type_without_a_snapshot_is_named() {
    let types = "//! x\n#[derive(Debug, serde::Serialize)]\npub struct Shown;\n#[derive(Serialize)]\npub enum Forgotten { A }\n#[derive(Serialize)]\nstruct Inner;\n#[derive(Debug)]\npub struct Plain;\n";
    let tests = "#[cfg(test)]\nmod tests { fn a() { insta::assert_json_snapshot!(Shown); } }\n";
    let complaints = check(&[Source::new("crates/wire/src/a.rs", &format!("{types}{tests}"))]);
    assert_eq!(complaints.len(), 1, "{complaints:?}");
    assert!(complaints[0].what.contains("`Forgotten`"));
    assert_eq!(complaints[0].line, 5);
}

#[test]
fn a_snapshot_in_a_file_of_its_own_counts() {
    let sources = [
        Source::new(
            "crates/contract/src/lib.rs",
            "#[cfg(test)]\nmod snapshots;\n#[derive(Serialize)]\npub struct Batch;",
        ),
        Source::new("crates/contract/src/snapshots.rs", "fn a() { snapshot(Batch); }"),
    ];
    assert_eq!(check(&sources), []);
}
