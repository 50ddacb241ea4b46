//! Rust sources as flat tokens with their lines, with tests and constants taken out; macros such as `view!` are seen into.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use regex::Regex;
use syn::visit_mut::{self, VisitMut};

use super::tree::Source;

static TEST_MODULE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"#\[cfg\((?:all\()?test[^\]]*\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))?\s+)?mod\s+(\w+)\s*;")
        .expect("a pattern")
});

/// One word or sign, and the line it stands on. `::` is one sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// A file that does not parse is rustc's to complain about; here it is empty.
pub fn parsed(source: &Source) -> syn::File {
    syn::parse_file(&source.text).unwrap_or_else(|_| syn::File { shebang: None, attrs: vec![], items: vec![] })
}

/// The tokens of a file that are part of the program.
pub fn program(source: &Source) -> Vec<Token> {
    flat(without_tests(source).to_token_stream())
}

/// A file without the tests that stand in it.
pub fn without_tests(source: &Source) -> syn::File {
    let mut file = parsed(source);
    TakeOutTests.visit_file_mut(&mut file);
    file
}

/// All tokens of a file, tests too.
pub fn everything(source: &Source) -> Vec<Token> {
    flat(parsed(source).to_token_stream())
}

/// The lines on which this sequence of tokens starts.
pub fn find(tokens: &[Token], words: &[&str]) -> Vec<usize> {
    let starts = tokens.windows(words.len());
    starts
        .filter(|window| window.iter().map(|token| token.text.as_str()).eq(words.iter().copied()))
        .map(|window| window[0].line)
        .collect()
}

/// Files that hold only tests: of the test packages, or named by `#[cfg(test)] mod name;` (with what is below them).
pub fn test_files(sources: &[Source]) -> BTreeSet<String> {
    let modules: Vec<String> = sources.iter().flat_map(test_modules).collect();
    let is_test = |source: &&Source| {
        let path = source.path.as_str();
        ["tests/", "crates/testkit/"].iter().any(|folder| path.starts_with(folder))
            || ["/tests/", "/benches/"].iter().any(|folder| path.contains(folder))
            || source.text.lines().any(|line| line.starts_with("#![cfg(test)]"))
            || modules.iter().any(|module| path == format!("{module}.rs") || path.starts_with(&format!("{module}/")))
    };
    sources.iter().filter(is_test).map(|source| source.path.clone()).collect()
}

/// Sources that are part of the program.
pub fn programs(sources: &[Source]) -> Vec<&Source> {
    let tests = test_files(sources);
    sources.iter().filter(|source| !tests.contains(&source.path)).collect()
}

/// Read from the text: parsing every file only for this would cost seconds.
fn test_modules(source: &Source) -> Vec<String> {
    let folder = module_folder(&source.path);
    TEST_MODULE.captures_iter(&source.text).map(|found| format!("{folder}/{}", &found[1])).collect()
}

/// Where the modules of a file stand: beside `lib.rs`, `main.rs` and `mod.rs`, else in a folder of the file's name.
fn module_folder(path: &str) -> String {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    match file {
        "lib.rs" | "main.rs" | "mod.rs" => folder.to_owned(),
        _ => path.trim_end_matches(".rs").to_owned(),
    }
}

fn for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let text = attribute.meta.to_token_stream().to_string();
        text.starts_with("cfg (test")
            || text.starts_with("cfg (all (test")
            || text == "test"
            || text.ends_with(":: test")
            || text.contains(":: test (")
    })
}

struct TakeOutTests;

impl VisitMut for TakeOutTests {
    fn visit_file_mut(&mut self, file: &mut syn::File) {
        file.items.retain(|item| !item_for_tests(item));
        visit_mut::visit_file_mut(self, file);
    }

    fn visit_item_mod_mut(&mut self, module: &mut syn::ItemMod) {
        if let Some((_, items)) = &mut module.content {
            items.retain(|item| !item_for_tests(item));
        }
        visit_mut::visit_item_mod_mut(self, module);
    }

    fn visit_item_impl_mut(&mut self, block: &mut syn::ItemImpl) {
        block.items.retain(|item| !matches!(item, syn::ImplItem::Fn(function) if for_tests(&function.attrs)));
        visit_mut::visit_item_impl_mut(self, block);
    }
}

fn item_for_tests(item: &syn::Item) -> bool {
    match item {
        // A constant is computed while compiling: what panics there never runs.
        syn::Item::Const(_) => true,
        syn::Item::Mod(item) => for_tests(&item.attrs),
        syn::Item::Fn(item) => for_tests(&item.attrs),
        syn::Item::Impl(item) => for_tests(&item.attrs),
        syn::Item::Struct(item) => for_tests(&item.attrs),
        syn::Item::Use(item) => for_tests(&item.attrs),
        syn::Item::Macro(item) => for_tests(&item.attrs),
        _ => false,
    }
}

fn flat(stream: TokenStream) -> Vec<Token> {
    let mut tokens = Vec::new();
    flatten(stream, &mut tokens);
    tokens
}

fn flatten(stream: TokenStream, tokens: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        match tree {
            TokenTree::Group(group) => {
                let (open, close) = signs(group.delimiter());
                push(tokens, open, line);
                flatten(group.stream(), tokens);
                push(tokens, close, group.span_close().start().line);
            }
            other => push(tokens, &other.to_string(), line),
        }
    }
}

fn push(tokens: &mut Vec<Token>, text: &str, line: usize) {
    match tokens.last_mut() {
        Some(last) if text == ":" && last.text == ":" && last.line == line => last.text.push(':'),
        _ if text.is_empty() => {}
        _ => tokens.push(Token { text: text.into(), line }),
    }
}

fn signs(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

#[test]
fn tests_are_taken_out_and_lines_stay_true() {
    let text = "fn a() {\n  x.unwrap();\n}\n#[cfg(test)]\nmod tests { fn b() { y.unwrap(); } }\n#[tokio::test(start_paused = true)]\nasync fn c() { z.unwrap(); }\n";
    let tokens = program(&Source::new("a.rs", text));
    assert_eq!(find(&tokens, &[".", "unwrap", "("]), [2]);
    assert_eq!(find(&everything(&Source::new("a.rs", text)), &[".", "unwrap", "("]).len(), 3);
}

#[test]
fn macros_are_seen_into() {
    let tokens = program(&Source::new("a.rs", "fn a() {\n view! {\n <p>{x.unwrap()}</p>\n }\n}\n"));
    assert_eq!(find(&tokens, &[".", "unwrap", "("]), [3]);
}

#[test]
fn a_test_module_in_a_file_of_its_own_is_known() {
    let sources = [
        Source::new("crates/a/src/lib.rs", "#[cfg(test)]\nmod snapshot;\nmod real;\n"),
        Source::new("crates/a/src/snapshot.rs", ""),
        Source::new("crates/a/src/snapshot/more.rs", ""),
        Source::new("crates/a/src/real.rs", "#[cfg(test)]\n#[allow(x, reason = \"y\")]\nmod tests;"),
        Source::new("crates/a/src/self_said.rs", "//! x\n#![cfg(test)]\n"),
        Source::new("crates/a/src/real/tests.rs", ""),
    ];
    let tests: Vec<String> = test_files(&sources).into_iter().collect();
    assert_eq!(
        tests,
        [
            "crates/a/src/real/tests.rs",
            "crates/a/src/self_said.rs",
            "crates/a/src/snapshot.rs",
            "crates/a/src/snapshot/more.rs"
        ]
    );
}
